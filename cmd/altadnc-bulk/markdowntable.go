package main

import (
	"strings"

	"github.com/rivo/uniseg"
	east "github.com/yuin/goldmark/extension/ast"
)

// gap parts the columns of a table.
const gap = "  "

// besideMost is how wide the terms of a two-column table may be to be printed
// beside their descriptions.
const besideMost = 30

// table renders a table with its columns side by side where they are then still
// readable, and else each row as a term with what is said of it below.
func (p *markdownPrinter) table(t *east.Table, indent string) {
	rows := tableRows(t, p.source)
	widths := columnWidths(rows, p.width-len(indent))
	if len(t.Alignments) == 2 && widths != nil && widths[0] > besideMost || widths == nil {
		p.stacked(rows, indent)
		return
	}
	rule := make([]string, len(widths))
	for i, width := range widths {
		rule[i] = strings.Repeat("-", width)
	}
	rows = append([][]string{rows[0], rule}, rows[1:]...)
	if strings.Join(rows[0], "") == "" {
		rows = rows[2:]
	}
	for _, row := range rows {
		p.beside(row, widths, t.Alignments, indent)
	}
}

// tableRows returns the texts of all cells, those of the header first.
func tableRows(t *east.Table, source []byte) [][]string {
	var rows [][]string
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, inlineText(cell, source))
		}
		rows = append(rows, cells)
	}
	return rows
}

// columnWidths returns how wide each column is in a table that must fit in width:
// the widest give way. It is nil if a column would become unreadably narrow.
func columnWidths(rows [][]string, width int) []int {
	const readable = 18
	n := len(rows[0])
	widths, least, sum := make([]int, n), make([]int, n), len(gap)*(n-1)
	for i := range n {
		for _, row := range rows {
			widths[i] = max(widths[i], uniseg.StringWidth(row[i]))
			for word := range strings.FieldsSeq(strings.ReplaceAll(row[i], noBreak, "_")) {
				least[i] = max(least[i], uniseg.StringWidth(word))
			}
		}
		least[i] = max(least[i], min(widths[i], readable))
		sum += widths[i]
	}
	for ; sum > width; sum-- {
		widest := -1
		for i := range n {
			if widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return nil
		}
		widths[widest]--
	}
	return widths
}

// beside writes a row with its cells side by side.
func (p *markdownPrinter) beside(row []string, widths []int, align []east.Alignment, indent string) {
	cells, height := make([][]string, len(row)), 0
	for i, cell := range row {
		cells[i] = strings.Split(strings.TrimSuffix(fill(cell, "", "", widths[i]), "\n"), "\n")
		height = max(height, len(cells[i]))
	}
	for y := range height {
		line := indent
		for i := range cells {
			text := ""
			if y < len(cells[i]) {
				text = cells[i][y]
			}
			fill := strings.Repeat(" ", widths[i]-uniseg.StringWidth(text))
			if align[i] == east.AlignRight {
				text, fill = fill+text, ""
			}
			line += text + fill + gap
		}
		p.b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// stacked writes each row as its first cell, and the others below it, each after
// the name of its column where there are several.
func (p *markdownPrinter) stacked(rows [][]string, indent string) {
	names := rows[0]
	for i, row := range rows[1:] {
		if i > 0 {
			p.b.WriteByte('\n')
		}
		p.b.WriteString(fill(row[0], indent, indent+body, p.width))
		for j, cell := range row[1:] {
			if len(names) > 2 {
				cell = names[j+1] + ": " + cell
			}
			if cell != "" {
				p.b.WriteString(fill(cell, indent+body+body, indent+body+body, p.width))
			}
		}
	}
}
