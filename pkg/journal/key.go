package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"altadnc-bulk/pkg/api"
)

// Key identifies what a record is about: the first 16 bytes of a SHA-256, so
// that an index of a million identifiers is small and holds no personal data.
// The chance that two of a million identifiers share a key is 1 in 10^26.
type Key [16]byte

// KeyOf returns the key of an identifier: SHA-256 of its type, a NUL and its
// value. The value counts byte by byte, so it must be in canonical form.
func KeyOf(id api.Identifier) Key { return hashIdentifier(id.Type, id.Value) }

func hashIdentifier[T ~string | ~[]byte, V ~string | ~[]byte](typ T, value V) Key {
	var buf [128]byte
	b := append(buf[:0], typ...)
	b = append(b, 0)
	return hashed(append(b, value...))
}

// RefusedKey returns the identity of an entry that was refused when the list
// was read: its line, column and cell, so that a rerun does not record it
// again. It never equals the key of an identifier, whose type holds no digit.
func RefusedKey(line int, column, cell string) Key {
	b := strconv.AppendInt([]byte("refused 0 "), int64(line), 10)
	b = append(b, 0)
	b = append(b, column...)
	b = append(b, 0)
	return hashed(append(b, cell...))
}

// String returns the key as 32 hexadecimal digits, as records show it.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

func hashed(b []byte) Key {
	sum := sha256.Sum256(b)
	return Key(sum[:16])
}

func parseKey(b []byte) (Key, error) {
	var k Key
	if len(b) != 2*len(k) {
		return k, fmt.Errorf("key %q: not 32 hexadecimal digits", b)
	}
	if _, err := hex.Decode(k[:], b); err != nil || k.String() != string(b) {
		return k, fmt.Errorf("key %q: not 32 lower-case hexadecimal digits", b)
	}
	return k, nil
}
