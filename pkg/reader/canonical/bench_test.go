package canonical

import (
	"testing"

	"altadnc-bulk/pkg/api"
)

// BenchmarkCell reads the cells that lists mostly have.
func BenchmarkCell(b *testing.B) {
	for _, c := range []struct {
		name, raw string
		typ       api.IdentifierType
	}{
		{"email", "ada.quill7@example.com", api.Email},
		{"email-capitals", "Ada.Quill7@Example.com", api.Email},
		{"linkedin", "https://www.linkedin.com/in/ada-quill-7", api.LinkedIn},
		{"phone", "+14155550123", api.Phone},
		{"nothing", "N/A", api.Email},
	} {
		b.Run(c.name, func(b *testing.B) {
			found := make([]Found, 0, 4)
			for b.Loop() {
				found, _ = Rules{Region: "US"}.Cell(found[:0], c.raw, c.typ)
			}
		})
	}
}
