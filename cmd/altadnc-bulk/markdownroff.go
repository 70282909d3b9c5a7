package main

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// markdownRoff renders Markdown as roff with the macros of man(7). The title is left
// out: it is the NAME section of a man page.
func markdownRoff(page []byte) string {
	p := roffPrinter{source: page}
	p.blocks(parseMarkdown(page))
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
		p.line(".RS 4")
		p.code(strings.Split(strings.TrimSuffix(string(n.Lines().Value(p.source)), "\n"), "\n"))
		p.line(".RE")
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

// manWidth is how wide a table may be in a man page of 80 columns, most of whose
// text is indented by seven.
const manWidth = 70

// table renders each row as a term with what is said of it; a table of more columns
// as the text that help prints.
func (p *roffPrinter) table(t *east.Table) {
	if len(t.Alignments) > 2 {
		text := markdownPrinter{source: p.source, width: manWidth}
		text.table(t, "")
		p.code(strings.Split(strings.TrimSuffix(text.b.String(), "\n"), "\n"))
		return
	}
	for row := t.FirstChild().NextSibling(); row != nil; row = row.NextSibling() {
		p.line(".TP\n%s\n%s", p.inline(row.FirstChild()), p.inline(row.LastChild()))
	}
}

// code renders lines as they are.
func (p *roffPrinter) code(lines []string) {
	p.line(".PP\n.nf")
	for _, line := range lines {
		p.line("%s", roffStart(roffText(line)))
	}
	p.line(".fi")
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

// roffStart keeps a line of [roffText] from being a request.
func roffStart(line string) string {
	if strings.HasPrefix(line, ".") {
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
