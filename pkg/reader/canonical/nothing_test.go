package canonical

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

func TestNothing(t *testing.T) {
	for _, s := range []string{
		"", " ", "\u00a0\u200b", "NULL", "null", "N/A", "n/a", "-", "--", "–", "…", "/", ".", "?", "None", "nan", "NaN", "<NA>", "NaT", "(null)", "[NULL]", "{null}", `\N`, `"\N"`, "'-", `=""`, `""`, "NIL",
		"0", "0.0", "00", "false", "FALSE", "no", "x", "#N/A", "#NV", "nicht vorhanden", "kein", "keine E-Mail", "k.A.", "sin correo", "pas d'email", "pas de téléphone", "not provided", "N.A", "n.v.t.",
		"brak", "なし", "无", "없음", "нет", "нет данных", "не указан", "bez telefonu"[:3] + " telefon", "no phone number", "No e-mail!", "unknown", "undefined", "(none)", "n. d.", "saknas", "okänd", "yok", "ei ole", "není",
	} {
		if !Nothing(s) {
			t.Errorf("%q is something", s)
		}
		for _, typ := range api.IdentifierTypes() {
			if code := outcome(Rules{}, s, typ); code != "placeholder" && code != "empty" {
				t.Errorf("%s %q: %s", typ, s, code)
			}
		}
	}
	for _, s := range []string{"ada", "+", "@", "1", "007", "####", "???", "#", "=", "Tom", "nobody", "no one", "nova", "none@none.com", "yes", "true", "kein1", strings.Repeat("-", maxNothing+1), "/in/none"} {
		if Nothing(s) {
			t.Errorf("%q is nothing", s)
		}
	}
}

// TestNothingWords: a word that is not spelled as it is matched would never match.
func TestNothingWords(t *testing.T) {
	source, err := os.ReadFile("nothing.go")
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	for _, c := range regexp.MustCompile(`case ("[^\n]+(?:\n\t\t"[^\n]+)*):`).FindAllStringSubmatch(string(source), -1) {
		for _, s := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(c[1], -1) {
			if words++; word(s[1]) != s[1] || !Nothing(s[1]) {
				t.Errorf("%q is matched as %q, and is nothing: %t", s[1], word(s[1]), Nothing(s[1]))
			}
		}
	}
	if words < 150 {
		t.Errorf("%d words", words)
	}
}
