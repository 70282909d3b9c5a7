package canonical

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"altadnc-bulk/pkg/api"
)

// example is a number that a region's plan gives as an example of a kind of line.
type example struct {
	region, e164 string
	code         string   // of its country
	groups       []string // as it is written from abroad, after the code
	national     string   // as it is written within its country
}

// examples returns the example numbers of all regions, without doubles.
func examples(tb testing.TB) []example {
	tb.Helper()
	seen := make(map[string]bool)
	var all []example
	for _, region := range slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())) {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			n := phonenumbers.GetExampleNumberForType(region, kind)
			if n == nil || !phonenumbers.IsValidNumber(n) {
				continue
			}
			e := example{region: region, e164: phonenumbers.Format(n, phonenumbers.E164), national: phonenumbers.Format(n, phonenumbers.NATIONAL)}
			if seen[region+e.e164] || len(e.e164) > 1+maxE164 {
				continue
			}
			seen[region+e.e164] = true
			e.code, e.groups = international(e.e164)
			all = append(all, e)
		}
	}
	if len(all) < 1000 {
		tb.Fatalf("%d examples", len(all))
	}
	return all
}

var separators = []string{" ", "-", ".", "/", "\u00a0", " - ", "\u2013"}

// abroad returns spellings with a country code.
func (e example) abroad() []string {
	whole := strings.Join(e.groups, "")
	all := []string{e.e164, "tel:" + e.e164, "whatsapp:" + e.e164, "+ " + e.code + whole, "(+" + e.code + ")" + whole, "https://wa.me/" + e.e164[1:], "'" + e.e164}
	for _, sep := range separators {
		written := strings.Join(e.groups, sep)
		all = append(all, "+"+e.code+sep+written, "+"+e.code+" "+written, "+("+e.code+") "+written, "(+"+e.code+") "+written, "+"+e.code+" ("+e.groups[0]+") "+strings.Join(e.groups[1:], sep))
	}
	return all
}

// dialled returns spellings with 00 and a country code.
func (e example) dialled() []string {
	all := []string{"00" + e.e164[1:]}
	for _, sep := range separators {
		all = append(all, "00"+e.code+sep+strings.Join(e.groups, sep), "00 "+e.code+" "+strings.Join(e.groups, sep))
	}
	return all
}

// grouped returns spellings of a national number with separators.
func (e example) grouped() []string {
	var all []string
	for _, groups := range [][]string{e.groups, strings.FieldsFunc(e.national, func(r rune) bool { return r < '0' || r > '9' })} {
		if len(groups) < 2 {
			continue
		}
		for _, sep := range separators {
			all = append(all, strings.Join(groups, sep), "("+groups[0]+") "+strings.Join(groups[1:], sep), groups[0]+"/"+strings.Join(groups[1:], sep), groups[0]+sep+strings.Join(groups[1:], ""))
		}
		all = append(all, "("+groups[0]+")"+strings.Join(groups[1:], ""))
	}
	if digits(e.national) < len(strings.TrimSpace(e.national)) {
		all = append(all, e.national)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// bare returns spellings of a national number in digits alone.
func (e example) bare() []string {
	return []string{strings.Join(e.groups, ""), digitsOf(e.national)}
}

// plusless returns spellings that lack nothing but the +.
func (e example) plusless() []string {
	return []string{e.e164[1:], e.code + " " + strings.Join(e.groups, " ")}
}

// TestExampleNumbers reads the examples of all regions in the spellings of daily
// life. None may be read as another number, and few be refused.
func TestExampleNumbers(t *testing.T) {
	all := examples(t)
	nth := everyNth
	if testing.Short() {
		nth = max(nth, 8)
	}
	var read []example
	for i := 0; i < len(all); i += nth {
		read = append(read, all[i])
	}
	for _, c := range []struct {
		name      string
		spellings func(example) []string
		rules     func(example) Rules
		refused   float64 // at most, of 100
		wrong     int     // at most: where two numbers share a spelling, which no rule can tell
	}{
		{"with +", example.abroad, func(example) Rules { return Rules{} }, 1, 0},
		{"with + in the region", example.abroad, func(e example) Rules { return Rules{Region: e.region} }, 1, 0},
		{"with 00", example.dialled, func(example) Rules { return Rules{} }, 10, 0},
		{"with 00 in the region", example.dialled, func(e example) Rules { return Rules{Region: e.region} }, 5, 0},
		{"international", example.plusless, func(e example) Rules { return Rules{International: true} }, 0, 0},
		{"national with separators", example.grouped, func(e example) Rules { return Rules{Region: e.region} }, 3, 1},
		{"national digits", example.bare, func(e example) Rules { return Rules{Region: e.region} }, 5, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			spellings, refused, wrong := 0, make(map[string]int), 0
			for _, e := range read {
				for _, s := range c.spellings(e) {
					spellings++
					got, r := c.rules(e).Canonical(api.Identifier{Type: api.Phone, Value: s})
					if r != nil {
						refused[r.Code]++
						continue
					}
					if got.Value != e.e164 {
						wrong++
						t.Logf("%s: %q is %s, and was read as %s", e.region, s, e.e164, got.Value)
					}
				}
			}
			n := 0
			for _, count := range refused {
				n += count
			}
			share := 100 * float64(n) / float64(spellings)
			t.Logf("%d spellings of %d numbers: %.1f %% refused %v, %d wrong", spellings, len(read), share, refused, wrong)
			if share > c.refused || wrong > c.wrong {
				t.Error("too many")
			}
		})
	}
}
