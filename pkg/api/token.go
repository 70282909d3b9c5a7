package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

// Token is the bearer token of an account. The zero value is a missing one.
//
// A Token cannot be printed, logged or marshalled, alone or within anything that
// holds it: only a function holds the secret, which reflection does not reach.
type Token struct {
	reveal func() string // called in this file alone
}

// NewToken returns the token that the Alta dashboard shows as secret. What no
// token can be is refused by [New].
func NewToken(secret string) Token {
	if secret == "" {
		return Token{}
	}
	return Token{func() string { return secret }}
}

// String says whether there is a token, and nothing else of it.
func (t Token) String() string {
	if t.reveal == nil {
		return "[no token]"
	}
	return "[token]"
}

// Format implements [fmt.Formatter], for the verbs that String is not asked for.
func (t Token) Format(f fmt.State, _ rune) { io.WriteString(f, t.String()) }

// MarshalText implements [encoding.TextMarshaler], and with it JSON.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// LogValue implements [slog.LogValuer].
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Digest identifies the token where it must be distinguished from others but not
// be known: the first 96 bits of its SHA-256, hexadecimal. It is empty for a
// missing token.
func (t Token) Digest() string {
	if t.reveal == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(t.reveal()))
	return hex.EncodeToString(sum[:12])
}

// authorize puts the token into the header of a request.
func (t Token) authorize(h http.Header) { h.Set("Authorization", "Bearer "+t.reveal()) }

// shortest is how many characters a token has at least. Shorter ones are letters
// and words of daily life: taken out of a message they would leave holes in it.
const shortest = 8

// redact takes the token out of a text. One that is too short to be secret stays:
// only this machine is ever sent such a thing.
func (t Token) redact(s string) string {
	if secret := t.reveal(); len(secret) >= shortest {
		return strings.ReplaceAll(s, secret, t.String())
	}
	return s
}

// check accepts visible ASCII, and toward another machine no less than shortest.
// Quotes and backslashes are not part of a token (RFC 6750, section 2.1) but of
// the shell or file that it was pasted from.
func (t Token) check(loopback bool) error {
	if t.reveal == nil {
		return errors.New("API token is missing")
	}
	for i, r := range t.reveal() {
		if r <= ' ' || r >= 0x7f || r == '"' || r == '\'' || r == '\\' {
			return fmt.Errorf("API token has a character at position %d that tokens cannot have (a quote, a blank, a line end?): paste it again", i+1)
		}
	}
	if len(t.reveal()) < shortest && !loopback {
		return fmt.Errorf("API token has fewer than %d characters, so part of it is missing: paste all of it", shortest)
	}
	return nil
}
