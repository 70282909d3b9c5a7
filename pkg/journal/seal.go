package journal

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strconv"
)

const (
	sealStart = `,"crc":"`
	sealEnd   = `"}`
	sealSize  = len(sealStart) + 8 + len(sealEnd)

	// envelopeSize is more than sequence numbers, seal and line end take.
	envelopeSize = 96
)

// appendLine appends a whole line, its line end included, and returns the sum
// that the next line is chained to.
func appendLine(b []byte, seq, durable int64, body []byte, prev uint32) ([]byte, uint32) {
	start := len(b)
	b = append(b, `{"seq":`...)
	b = strconv.AppendInt(b, seq, 10)
	b = append(b, `,"durable":`...)
	b = strconv.AppendInt(b, durable, 10)
	b = append(b, body...)
	sum := checksum(prev, b[start:])
	b = append(b, sealStart...)
	b = hex.AppendEncode(b, binary.BigEndian.AppendUint32(nil, sum))
	b = append(b, sealEnd...)
	return append(b, '\n'), sum
}

// checksum continues the sum stored in the line before over this line's bytes.
func checksum(prev uint32, b []byte) uint32 {
	return crc32.Update(prev, crc32.MakeTable(crc32.Castagnoli), b)
}

// cutSeal splits a line without its line end into what the checksum covers and
// the checksum; ok is false if it does not end in one.
func cutSeal(b []byte) (covered []byte, sum uint32, ok bool) {
	at := len(b) - sealSize
	if at < 0 || string(b[at:at+len(sealStart)]) != sealStart || string(b[len(b)-len(sealEnd):]) != sealEnd {
		return nil, 0, false
	}
	for _, c := range b[at+len(sealStart) : len(b)-len(sealEnd)] {
		switch {
		case c >= '0' && c <= '9':
			sum = sum<<4 | uint32(c-'0')
		case c >= 'a' && c <= 'f':
			sum = sum<<4 | uint32(c-'a'+10)
		default:
			return nil, 0, false
		}
	}
	return b[:at], sum, true
}

// chain checks lines one after the other. A line that bears no readable sum
// leaves the chain where it was, so that the next one can still be proven if
// the line was only put in between.
type chain struct{ prev uint32 }

// next returns what the checksum of b covers; ok is false if it does not match.
func (c *chain) next(b []byte) (covered []byte, ok bool) {
	covered, sum, sealed := cutSeal(b)
	if !sealed {
		return nil, false
	}
	ok = checksum(c.prev, covered) == sum
	c.prev = sum
	return covered, ok
}
