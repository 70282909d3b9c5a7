package reader

import (
	"bytes"
	"strings"
)

// blockRows is how many rows of a sheet Excel writes with the same number of
// cells. Blocks begin at rows 1, 17, 33 and so on, and each is as wide as its
// widest row (Microsoft Support, "Column delimiters are missing in an Excel
// spreadsheet that is saved as text").
const blockRows = 16

// blocks hands out records and marks those that are narrower or wider than the
// header only because Excel writes in blocks: no cell of theirs has moved. It
// believes that if the header's own block is as wide as the header throughout,
// and the rows of the other block agree, but for one of eight at most.
type blocks struct {
	framer *framer
	width  int // cells of the header
	row    int // of the last record handed out, 1-based, as the sheet counts them
	last   int // row of the header's block
	full   int // rows of the header's block as wide as the header; -1 once one was not
	even   int // cells that nearly all rows of the current block have; 0 if not asked yet

	ahead []frame // framed already, to judge a block
	err   error   // what framing ended with after them
}

// begin starts with a header in that row of the sheet.
func (b *blocks) begin(row int) {
	b.row, b.full, b.even = row, 0, b.width
	b.last = (row + blockRows - 1) / blockRows * blockRows
}

// next returns the next record, with frame.even set.
func (b *blocks) next() (frame, error) {
	f, err := b.pull()
	if err != nil {
		return frame{}, err
	}
	b.row++
	switch {
	case b.row <= b.last && len(f.text) == 0:
	case b.row <= b.last && f.cells != b.width:
		b.full = -1
	case b.row <= b.last && b.full >= 0:
		b.full++
	case b.row > b.last && b.row%blockRows == 1:
		b.even = 0
	}
	if b.row > b.last && f.cells != b.width && b.even == 0 {
		f = f.clone() // what follows is framed as well
		b.even = b.width
		if b.full > 0 {
			b.even = b.agreed(f)
		}
	}
	f.even = f.cells == b.even && b.row > b.last
	return f, nil
}

func (b *blocks) pull() (frame, error) {
	if len(b.ahead) > 0 {
		f := b.ahead[0]
		b.ahead = b.ahead[1:]
		return f, nil
	}
	if b.err != nil {
		return frame{}, b.err
	}
	return b.framer.next()
}

// agreed returns how many cells nearly all rows of a block have, where f is the
// first row whose width is not the header's; it returns the header's width if
// they do not agree. Cells after the header's last must be empty. Two rows that
// could be the halves of one do not count, nor do rows separated by another
// character: there the list of another program was appended.
func (b *blocks) agreed(f frame) int {
	before := (b.row - 1) % blockRows // rows of the block that are as wide as the header
	block := []frame{f}
	for size := len(f.text); before+len(block) < blockRows; {
		next, err := b.peek(len(block) - 1)
		if err != nil {
			break
		}
		if size += len(next.text); size > maxRecord {
			return b.width
		}
		block = append(block, next)
	}
	for _, g := range block {
		if n := b.alike(block, g); n > 1 && 8*n >= 7*(before+len(block)) && !(len(block) == 2 && (2*g.cells == b.width || 2*g.cells == b.width+1)) {
			return g.cells
		}
	}
	return b.width
}

// alike returns how many rows of a block are like g.
func (b *blocks) alike(block []frame, g frame) int {
	extra := bytes.Repeat([]byte{b.framer.delimiter}, max(g.cells-b.width, 0))
	others := strings.ReplaceAll(delimiters, string(b.framer.delimiter), "")
	n := 0
	for _, f := range block {
		if f.refusal != nil || f.cells != g.cells || !bytes.HasSuffix(f.text, extra) {
			continue
		}
		n++
		others = strings.Map(func(d rune) rune {
			if bytes.ContainsRune(f.text, d) {
				return d
			}
			return -1
		}, others)
	}
	if others != "" {
		return 0
	}
	return n
}

// peek returns the record i places ahead.
func (b *blocks) peek(i int) (frame, error) {
	for len(b.ahead) <= i {
		if b.err != nil {
			return frame{}, b.err
		}
		f, err := b.framer.next()
		if err != nil {
			b.err = err
			continue
		}
		b.ahead = append(b.ahead, f.clone())
	}
	return b.ahead[i], nil
}
