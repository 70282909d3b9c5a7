package main

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// pageRoff renders Markdown as roff with the macros of man(7). The title is left
// out: it is the NAME section of a man page.
func pageRoff(page []byte) string {
	p := roffPrinter{source: page}
	p.blocks(parsePage(page))
	return p.b.String()
}

type roffPrinter struct {
	source []byte
	b      strings.Builder
}

func (p *roffPrinter) line(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

func (p *roffPrinter) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		p.block(n)
	}
}

func (p *roffPrinter) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.HTMLBlock:
	case *ast.Heading:
		title := strings.ReplaceAll(inlineText(n, p.source), noBreak, " ")
		switch n.Level {
		case 1:
		case 2:
			p.line(".SH %s", roffText(strings.ToUpper(title)))
		default:
			p.line(".SS %s", roffText(title))
		}
	case *ast.List:
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			p.line(".IP \\(bu 2")
			p.item(item)
		}
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		p.line(".PP\n.RS 4\n.nf")
		for _, line := range n.Lines().Sliced(0, n.Lines().Len()) {
			p.line("%s", roffLine(strings.TrimRight(string(line.Value(p.source)), "\n")))
		}
		p.line(".fi\n.RE")
	case *east.Table:
		p.table(n)
	default:
		p.line(".PP\n%s", p.inline(n))
	}
}

// item renders what a list holds at one of its points.
func (p *roffPrinter) item(item ast.Node) {
	for n := item.FirstChild(); n != nil; n = n.NextSibling() {
		if n == item.FirstChild() {
			p.line("%s", p.inline(n))
			continue
		}
		p.line(".RS 2")
		p.block(n)
		p.line(".RE")
	}
}

// table renders each row as a term with what is said of it.
func (p *roffPrinter) table(t *east.Table) {
	var names []string
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, p.inline(cell))
		}
		if row == t.FirstChild() {
			names = cells
			continue
		}
		p.line(".TP\n%s", cells[0])
		for i, cell := range cells[1:] {
			if i > 0 {
				p.line(".br")
			}
			if len(names) > 2 {
				cell = names[i+1] + ": " + cell
			}
			p.line("%s", cell)
		}
	}
}

// inline returns the text of a block in one line, code and what is emphasised in
// bold.
func (p *roffPrinter) inline(block ast.Node) string {
	var b strings.Builder
	for n := block.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.CodeSpan:
			b.WriteString(`\fB` + roffText(rawText(n, p.source)) + `\fR`)
		case *ast.Emphasis:
			b.WriteString(`\fB` + p.inline(n) + `\fR`)
		case *ast.Link:
			b.WriteString(p.inline(n))
		default:
			b.WriteString(roffText(inlineNode(n, p.source)))
		}
	}
	return roffStart(b.String())
}

// roffLine returns a line of code for roff.
func roffLine(line string) string { return roffStart(roffText(line)) }

// roffStart keeps a line from being a request.
func roffStart(line string) string {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return `\&` + line
	}
	return line
}

// roffText returns text for roff, in ASCII: every character as itself, not as the
// typographical one that roff would make of it.
func roffText(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			b.WriteString(`\e`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\'':
			b.WriteString(`\(aq`)
		case r == '`':
			b.WriteString(`\(ga`)
		case r == '^':
			b.WriteString(`\(ha`)
		case r == '~':
			b.WriteString(`\(ti`)
		case r > '~':
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
