package reader

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"altadnc-bulk/pkg/api"
)

// Options says how to read a list. Its zero value finds everything out from the
// list itself.
type Options struct {
	Format Format
	// Encoding is utf-8, utf-16le, utf-16be, windows-1252 or iso-8859-1; "" tells
	// by a byte order mark and else requires valid UTF-8. A declared encoding
	// makes a byte that is not valid in it cost its record only.
	Encoding string
	// Delimiter parts the cells of a CSV list; 0 finds it.
	Delimiter rune
	// Type is that of every identifier in a list that has no type column.
	Type api.IdentifierType
	// IdentifierColumn and TypeColumn name the columns (in JSONL the members) to
	// read, where aliases do not find them or find several.
	IdentifierColumn, TypeColumn string
	// DefaultRegion is the ISO 3166-1 alpha-2 code of the country of phone
	// numbers without +; "" refuses them.
	DefaultRegion string
	// AsIs makes the cleaned cell the identifier, without a canonical form.
	AsIs bool
}

// ErrOptions is wrapped by the error for options that cannot be.
var ErrOptions = errors.New("options for reading a list")

// Validate returns all that is wrong with the options; nil if nothing is. Its
// error wraps [ErrOptions].
func (o Options) Validate() error {
	var errs []error
	report := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("%w: "+format, append([]any{ErrOptions}, args...)...))
		}
	}
	report(o.Format < FormatAuto || o.Format > FormatJSONL, "unknown format %d", int(o.Format))
	report(o.Encoding != "" && encodingName(o.Encoding) == "", "unknown encoding %q: use utf-8, utf-16le, utf-16be, windows-1252 or iso-8859-1", o.Encoding)
	report(o.Delimiter != 0 && !validDelimiter(o.Delimiter), "%q cannot be a delimiter: use , ; | a tab or another sign", o.Delimiter)
	report(o.Type != "" && o.TypeColumn != "", "both a type for all and a type column: give one of them")
	report(o.DefaultRegion != "" && !knownRegion(o.DefaultRegion), "unknown default region %q: use a country's two letters, such as US or DE", o.DefaultRegion)
	if _, err := api.ParseIdentifierType(string(o.Type)); o.Type != "" {
		report(err != nil, "%w", err)
	}
	return errors.Join(errs...)
}

func knownRegion(s string) bool {
	return phonenumbers.GetSupportedRegions()[strings.ToUpper(s)]
}
