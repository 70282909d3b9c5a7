package main

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// parseMarkdown parses Markdown with tables, as pages of help are written in.
func parseMarkdown(page []byte) ast.Node {
	return goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(source.NewReader(page))
}

// markdownText renders Markdown as plain text of at most width columns. Code blocks
// stay as they are, however wide.
func markdownText(page []byte, width int) string {
	p := markdownPrinter{source: page, width: width}
	p.blocks(parseMarkdown(page), "")
	return p.b.String()
}

// markdownPrinter renders a tree of Markdown.
type markdownPrinter struct {
	source []byte
	width  int
	b      strings.Builder
}

// blocks renders what a node holds, a blank line between two of them.
func (p *markdownPrinter) blocks(parent ast.Node, indent string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() == ast.KindHTMLBlock {
			continue // a comment for those who edit the page
		}
		if p.b.Len() > 0 && !tight(n) {
			p.b.WriteByte('\n')
		}
		p.block(n, indent)
	}
}

// tight reports whether a block follows the one before without a blank line.
func tight(n ast.Node) bool {
	switch n.Parent().(type) {
	case *ast.List:
		return n.Parent().(*ast.List).IsTight
	case *ast.ListItem:
		return n.Parent().Parent().(*ast.List).IsTight
	}
	return false
}

// body is how far text is indented below headings.
const body = "  "

func (p *markdownPrinter) block(n ast.Node, indent string) {
	if n.Parent().Kind() == ast.KindDocument && n.Kind() != ast.KindHeading {
		indent = body
	}
	switch n := n.(type) {
	case *ast.List:
		p.list(n, indent)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		for _, line := range n.Lines().Sliced(0, n.Lines().Len()) {
			p.b.WriteString(strings.TrimRight(indent+body+string(line.Value(p.source)), " \n") + "\n")
		}
	case *east.Table:
		p.table(n, indent)
	default:
		p.b.WriteString(fill(inlineText(n, p.source), indent, indent, p.width))
	}
}

func (p *markdownPrinter) list(l *ast.List, indent string) {
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		if item.PreviousSibling() != nil && !l.IsTight {
			p.b.WriteByte('\n')
		}
		inside := markdownPrinter{source: p.source, width: p.width}
		inside.blocks(item, indent+"  ")
		p.b.WriteString(indent + "- " + strings.TrimPrefix(inside.b.String(), indent+"  "))
	}
}

// inlineText returns the text of a block in one line, without what marks it up:
// Code of several words is put in quotes, and is not broken where it fits.
func inlineText(block ast.Node, source []byte) string {
	var b strings.Builder
	bare := onlyCode(block, source)
	for n := block.FirstChild(); n != nil; n = n.NextSibling() {
		if code, ok := n.(*ast.CodeSpan); ok {
			b.WriteString(codeText(rawText(code, source), bare))
		} else {
			b.WriteString(inlineNode(n, source))
		}
	}
	return b.String()
}

// inlineNode returns the text of a part of a line that is not code.
func inlineNode(n ast.Node, source []byte) string {
	switch n := n.(type) {
	case *ast.Text:
		text := string(util.UnescapePunctuations(n.Value(source)))
		if n.SoftLineBreak() || n.HardLineBreak() {
			text += " "
		}
		return text
	case *ast.String:
		return string(n.Value)
	case *ast.AutoLink:
		return string(n.URL(source))
	}
	return inlineText(n, source)
}

// rawText returns code as it is written.
func rawText(code *ast.CodeSpan, source []byte) string {
	var b strings.Builder
	for n := code.FirstChild(); n != nil; n = n.NextSibling() {
		if t, ok := n.(*ast.Text); ok {
			b.Write(t.Value(source))
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// onlyCode reports whether a block is code, or several codes separated by commas.
func onlyCode(block ast.Node, source []byte) bool {
	for n := block.FirstChild(); n != nil; n = n.NextSibling() {
		t, ok := n.(*ast.Text)
		if ok && strings.Trim(string(t.Value(source)), ", ") != "" || !ok && n.Kind() != ast.KindCodeSpan {
			return false
		}
	}
	return true
}

// codeText returns code as it appears in text. Where there is nothing else, and
// where it is one word, it needs no quotes.
func codeText(code string, bare bool) string {
	quote := `"`
	switch {
	case bare, !strings.Contains(code, " "):
		quote = ""
	case strings.Contains(code, quote):
		quote = "`"
	}
	return quote + strings.ReplaceAll(code, " ", noBreak) + quote
}
