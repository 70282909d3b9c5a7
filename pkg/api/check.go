package api

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// checkIdentifier refuses what the API cannot mean. Invalid UTF-8 above all:
// JSON has no way to write it, and a replacement character would make it
// another identifier.
func checkIdentifier(id Identifier) error {
	switch {
	case id.Value == "":
		return errors.New("identifier is empty")
	case !utf8.ValidString(id.Value):
		return fmt.Errorf("identifier %q is not valid UTF-8", id.Masked())
	}
	_, err := ParseIdentifierType(string(id.Type))
	return err
}
