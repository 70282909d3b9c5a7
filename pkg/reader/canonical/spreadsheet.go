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

// errorValue knows the error values of Excel, Google Sheets and LibreOffice.
func errorValue(s string) bool {
	switch strings.ToUpper(strings.TrimRight(s, "!?")) {
	case "#REF", "#N/A", "#NAME", "#VALUE", "#DIV/0", "#NULL", "#NUM", "#SPILL", "#CALC", "#ERROR",
		"#FIELD", "#BLOCKED", "#CONNECT", "#UNKNOWN", "#GETTING_DATA", "#BUSY", "#PYTHON", "#NV", "#BEZUG", "#WERT":
		return true
	}
	return false
}

// scientific tells whether s is a number with a decimal exponent, as in 1.41556E+10.
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

// placeholder tells whether s is what people write into a cell that has no value.
func placeholder(s string) bool {
	switch strings.ToLower(s) {
	case "-", "--", "---", "–", "—", ".", "?", "n/a", "na", "n.a.", "none", "null", "nil", "nan", "unknown", "undefined", "tbd", "(blank)", "(none)", "(empty)", "k.a.", "keine":
		return true
	}
	return false
}
