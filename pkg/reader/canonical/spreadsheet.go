package canonical

import "strings"

// spoiled returns how a spreadsheet has replaced the value, or nil.
func spoiled(s string) *Refusal {
	switch s[0] {
	case '#':
		if errorValue(s) {
			return Refuse("spreadsheet-error", "is an error value of a spreadsheet, not an identifier")
		}
		if strings.Trim(s, "#") == "" {
			return Refuse("spreadsheet-error", "was exported from a column too narrow to show it")
		}
	case '=':
		return Refuse("formula", "is a spreadsheet formula, not a value: export the values")
	}
	if scientific(s) {
		return Refuse("scientific-notation", "was shortened to scientific notation by a spreadsheet: its last digits are lost, format the column as text and export again")
	}
	return nil
}

// errorValue reports whether s is an error value in whatever language: capitals
// between # and ! or ?, such as #REF!, #BEZUG! and #¿NOMBRE?, or one without.
func errorValue(s string) bool {
	name := strings.TrimRight(s[1:], "!?")
	switch strings.ToUpper(name) {
	case "GETTING_DATA", "SPILL", "CALC", "ERROR", "FIELD", "BLOCKED", "CONNECT", "UNKNOWN", "BUSY", "PYTHON", "REF", "NAME", "VALUE", "DIV/0", "NULL", "NUM":
		return true
	}
	return len(name) < len(s)-1 && name == strings.ToUpper(name) && name != strings.ToLower(name)
}

// scientific reports whether s is a number with a decimal exponent, as in
// 1.41556E+10.
func scientific(s string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(s), "E")
	if !ok {
		return false
	}
	if !strings.ContainsAny(mantissa, ".,") && !strings.HasPrefix(exponent, "+") {
		return false // 123e45 may be a name
	}
	exponent = strings.TrimLeft(exponent, "+-")
	mantissa = strings.TrimLeft(mantissa, "+-")
	return exponent != "" && mantissa != "" && strings.Trim(exponent, "0123456789") == "" &&
		strings.Trim(mantissa, "0123456789.,") == "" && len(exponent) <= 3
}
