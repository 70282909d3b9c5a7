package reader

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// foreign recognises a file that is not a list by how it begins, and says what to
// do with it; nil for one that could be a list. head is unpacked and not decoded.
func foreign(head []byte) *unreadable {
	for _, k := range []struct{ magic, what, hint string }{
		{"%PDF", "it is a PDF document", "export the list as CSV from the original program"},
		{"{\\rtf", "it is a rich text document", "save it as plain text CSV"},
		{"SQLite format 3\x00", "it is an SQLite database", "export the table as CSV"},
		{"PAR1", "it is a Parquet file", "export it as CSV"},
		{"BZh", "it is compressed with bzip2", "unpack it first (only gzip is unpacked here)"},
		{"\xfd7zXZ\x00", "it is compressed with xz", "unpack it first (only gzip is unpacked here)"},
		{"\x28\xb5\x2f\xfd", "it is compressed with zstd", "unpack it first (only gzip is unpacked here)"},
		{"7z\xbc\xaf\x27\x1c", "it is a 7z archive", "unpack it first"},
		{"Rar!", "it is a RAR archive", "unpack it first"},
		{"\x1f\x8b", "it is compressed with gzip twice", "unpack it once"},
		{"BEGIN:VCARD", "it is a vCard file", "export the contacts as CSV"},
	} {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return &unreadable{reason: k.what, hint: k.hint}
		}
	}
	return nil
}

// zipped says what to do with a zip archive that is not a workbook. Its first
// file's name (APPNOTE.TXT 4.3.7) may be that of a list.
func zipped(head []byte) *unreadable {
	const nameAt = 30
	if len(head) > nameAt {
		name := head[nameAt:min(nameAt+int(head[26])+int(head[27])<<8, len(head))]
		switch strings.ToLower(path.Ext(string(name))) {
		case ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson":
			return &unreadable{reason: fmt.Sprintf("it is a zip archive that holds %q", cut(path.Base(string(name)), 60)), hint: "unpack it and use the list inside"}
		}
	}
	return &unreadable{reason: "it is a zip archive, but not a workbook", hint: "unpack it and use the list inside"}
}

// foreignText recognises text that is not a list by how it begins.
func foreignText(sample []byte) *unreadable {
	head := string(bytes.TrimLeft(sample[:min(len(sample), 4096)], " \t\r\n\ufeff"))
	lower := strings.ToLower(head[:min(len(head), 64)])
	switch {
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"), strings.HasPrefix(lower, "<table"), strings.HasPrefix(lower, "<head"):
		return &unreadable{reason: "it is an HTML page", hint: "a download may have ended at a login page, or a program saved a table as HTML under another name: export it as CSV"}
	case strings.HasPrefix(lower, "<?xml"), strings.HasPrefix(lower, "<workbook"):
		return &unreadable{reason: "it is an XML file", hint: "export the list as CSV"}
	case strings.HasPrefix(lower, "["):
		return jsonArray(head)
	case journal().MatchString(head):
		return &unreadable{reason: "it is a journal of this program, not a list", hint: "give the list itself; its journal is found beside it"}
	}
	return nil
}

// jsonArray distinguishes a JSON array from a CSV header that begins with a
// bracket.
func jsonArray(head string) *unreadable {
	switch next := strings.TrimLeft(head[1:], " \t\r\n"); {
	case next == "", strings.ContainsRune(`{["]`, rune(next[0])):
		return &unreadable{reason: "it is a JSON array", hint: "write one object per line (JSONL), for example with jq -c '.[]'"}
	}
	return nil
}

// journal matches the first line of a journal of any format: a JSON object that
// calls itself a record of kind journal.
func journal() *regexp.Regexp {
	return regexp.MustCompile(`^\{[^\n{}]*"(kind|record|type|rec|t|k)" ?: ?"journal"`)
}

// binary reports whether decoded text holds bytes that no text begins with.
func binary(head []byte) bool {
	control := 0
	for _, b := range head[:min(len(head), 1024)] {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' {
			control++
		}
	}
	return control > 0 && control*10 > min(len(head), 1024)
}
