package canonical

import (
	"slices"
	"strings"
)

// Nothing reports whether s is empty once it is cleaned, or what people and
// programs write for having no value (NULL, N/A, \N, -, nan, (null), kein, sin
// correo, 0, #N/A). No e-mail address, phone number or profile is any of these,
// and no visitor of a web chat is as likely as an empty cell.
func Nothing(s string) bool {
	s = clean(s, "")
	return s == "" || nothing(s)
}

// maxNothing bounds in bytes what can be a word for nothing.
const maxNothing = 64

// nothing reports whether a cleaned value, which is not empty, says that there is
// none.
func nothing(s string) bool {
	if len(s) > maxNothing || strings.ContainsAny(s, "123456789@+") {
		return false
	}
	if s == "?" || strings.Trim(s, `-‐‑‒–—―−._/\…·•~'"()[]{}<>,;:|!`) == "" {
		return true // not ####, and not ???, which are values that were lost
	}
	if s == `\N` {
		return true // NULL as MySQL and Hive write it
	}
	w := word(s)
	return w != "" && (strings.Trim(w, "0") == "" || nothingWord(w) || nothingOf(w))
}

// nothingOf reports whether a folded word says that there is nothing of some
// kind: noemail, keinetelefonnummer, pasdemail.
func nothingOf(w string) bool {
	for no := range strings.FieldsSeq("no kein keine keinen sin sem sans pas pasd pasde senza geen nessun nessuna brak ingen inga bez ohne without hasno нет без") {
		if of, ok := strings.CutPrefix(w, no); ok {
			if _, ok := parseType(of); ok || slices.Contains(strings.Fields("data info number numero nummer address url profile value entry"), of) {
				return true
			}
		}
	}
	return false
}

// nothingWord reports whether a folded word is one for nothing, by language.
func nothingWord(w string) bool {
	switch w {
	case "null", "nil", "none", "nan", "nat", "na", "void", "undefined", "unknown", "unavailable", "missing", "empty", "blank", "unset", "nothing",
		"no", "false", "x", "xx", "xxx", "tbd", "tba", "tbc", "notavailable", "notapplicable", "notprovided", "notgiven", "notknown", "notset",
		"notfound", "nothingfound", "notspecified", "notlisted", "noneprovided", "nonegiven", "nodata", "noinfo", "novalue", "noentry", "noresult", "noresults":
		return true
	case "kein", "keine", "keiner", "keines", "nein", "ka", "nv", "keineangabe", "keineangaben", "nichtvorhanden", "nichtverfugbar", "nichtbekannt", "nichtangegeben",
		"unbekannt", "ohne", "leer", "fehlt", "entfallt":
		return true
	case "aucun", "aucune", "neant", "sans", "nonrenseigne", "nonrenseignee", "nonconnu", "inconnu", "inconnue", "vide", "nondisponible", "nonapplicable", "pasdisponible":
		return true
	case "nd", "ninguno", "ninguna", "sindatos", "sindato", "notiene", "desconocido", "desconocida", "vacio", "nodisponible", "noaplica", "noconsta":
		return true
	case "nenhum", "nenhuma", "semdados", "naotem", "naoinformado", "naodisponivel", "naoseaplica", "desconhecido", "desconhecida", "vazio":
		return true
	case "nessuno", "nessuna", "assente", "mancante", "nonpresente", "sconosciuto", "sconosciuta", "vuoto":
		return true
	case "geen", "nvt", "onbekend", "nietbekend", "nietbeschikbaar", "nietopgegeven", "nietvantoepassing", "leeg":
		return true
	case "brak", "brakdanych", "niema", "nieznany", "nieznana", "niedotyczy", "niepodano", "puste":
		return true
	case "saknas", "ingen", "inga", "inget", "okand", "okant", "ejangivet", "ejtillgangligt", "mangler", "ukendt", "ukjent", "ikkeoplyst", "ikkeoppgitt", "ikkeangitt", "ikketilgængelig":
		return true
	case "eiole", "eitietoa", "eitiedossa", "puuttuu", "tyhja", "tuntematon":
		return true
	case "zadny", "zadna", "zadne", "neni", "chybi", "nezadano", "neuvedeno", "neznamy", "neznama", "prazdne":
		return true
	case "yok", "bilinmiyor", "belirtilmemis", "girilmemis", "mevcutdegil":
		return true
	case "なし", "無し", "無", "不明", "未登録", "未入力", "空", "空白", "該当なし", "无", "没有", "沒有", "未知", "暂无", "暫無", "未提供", "未填写", "未填寫", "없음", "없슴", "미상", "모름", "해당없음", "미입력":
		return true
	case "нет", "нетданных", "отсутствует", "неизвестно", "неизвестен", "неуказан", "неуказана", "неуказано", "пусто", "нд":
		return true
	}
	return false
}
