package api

import "errors"

// checkIdentifier refuses what the API cannot mean. (A value that is not UTF-8
// is refused when it is marshalled: JSON has no way to write it.)
func checkIdentifier(id Identifier) error {
	if id.Value == "" {
		return errors.New("identifier is empty")
	}
	_, err := ParseIdentifierType(string(id.Type))
	return err
}
