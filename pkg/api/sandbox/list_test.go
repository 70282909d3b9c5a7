package sandbox_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/api/sandbox"
	"altadnc-bulk/pkg/api/sandbox/sandboxtest"
)

func people(n int) []api.OptOut {
	list := make([]api.OptOut, n)
	for i := range list {
		list[i].Identifier = email(fmt.Sprintf("%d@example.com", i))
	}
	return list
}

func values(list []api.OptOut) []string {
	var v []string
	for _, o := range list {
		v = append(v, o.Value)
	}
	return v
}

func TestPages(t *testing.T) {
	for name, c := range map[string]struct {
		entries, limit, pageLimit, pages int
	}{
		"nothing":          {0, 100, 0, 1},
		"one":              {1, 100, 0, 1},
		"exactly a page":   {100, 100, 0, 1},
		"one more":         {101, 100, 0, 2},
		"the default":      {25, 0, 0, 3},
		"shorter than so":  {25, 100, 7, 4},
		"a thousand and 2": {1002, 100, 0, 11},
	} {
		t.Run(name, func(t *testing.T) {
			client := sandboxtest.Client(t, mustNew(t, sandbox.Options{List: people(c.entries), PageLimit: c.pageLimit}))
			lr := api.ListRequest{Limit: c.limit}
			var got []string
			for pages := 1; ; pages++ {
				page, _, err := client.List(t.Context(), lr)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, values(page.OptOuts)...)
				if lr.Cursor = page.Next; !page.HasMore {
					if pages != c.pages {
						t.Errorf("%d pages, want %d", pages, c.pages)
					}
					break
				}
			}
			if !slices.Equal(got, values(people(c.entries))) {
				t.Errorf("got %d entries", len(got))
			}
		})
	}
}

// TestPagesWhileTheListChanges: what stays on the list is listed once, whatever
// goes and comes meanwhile.
func TestPagesWhileTheListChanges(t *testing.T) {
	s := mustNew(t, sandbox.Options{Limit: -1, List: people(100)})
	client := sandboxtest.Client(t, s)
	seen := map[string]int{}
	lr := api.ListRequest{Limit: 10}
	for i := 0; ; i++ {
		page, _, err := client.List(t.Context(), lr)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values(page.OptOuts) {
			seen[v]++
		}
		if lr.Cursor = page.Next; !page.HasMore {
			break
		}
		// The last entry of the page goes, so does one before and one after.
		for _, n := range []int{i*10 + 9, i * 10, i*10 + 15} {
			client.Remove(t.Context(), email(fmt.Sprintf("%d@example.com", n)))
		}
		if _, err := client.Add(t.Context(), api.Addition{Identifiers: []api.NewOptOut{{Identifier: email(fmt.Sprintf("new-%d@example.com", i))}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range values(s.OptOuts()) {
		if seen[v] != 1 {
			t.Errorf("%s was listed %d times", v, seen[v])
		}
	}
}

// filter asks for entries of one type only, which our client never does.
type filter struct {
	http.RoundTripper
	typ api.IdentifierType
}

func (f filter) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	q := r.URL.Query()
	q.Set("identifierType", string(f.typ))
	r.URL.RawQuery = q.Encode()
	return f.RoundTripper.RoundTrip(r)
}

func TestCursorIsTiedToItsFilter(t *testing.T) {
	list := people(30)
	for i := range 10 {
		list[i].Type = api.SMS
	}
	server := sandboxtest.Transport(mustNew(t, sandbox.Options{List: list}))
	all := sandboxtest.ClientOver(t, server)
	texts := sandboxtest.ClientOver(t, filter{server, api.SMS})
	emails := sandboxtest.ClientOver(t, filter{server, api.Email})
	page, _, err := texts.List(t.Context(), api.ListRequest{Limit: 3})
	if err != nil || len(page.OptOuts) != 3 {
		t.Fatal(page, err)
	}
	for name, c := range map[string]struct {
		client *api.Client
		lr     api.ListRequest
		want   api.Kind
		n      int
	}{
		"cursor alone":   {all, api.ListRequest{Cursor: page.Next}, 0, 3},
		"same filter":    {texts, api.ListRequest{Cursor: page.Next}, 0, 3},
		"another limit":  {all, api.ListRequest{Cursor: page.Next, Limit: 100}, 0, 7},
		"another filter": {emails, api.ListRequest{Cursor: page.Next}, api.Rejected, 0},
		"broken":         {all, api.ListRequest{Cursor: page.Next + "x"}, api.Rejected, 0},
	} {
		got, _, err := c.client.List(t.Context(), c.lr)
		if kindOf(err) != c.want || len(got.OptOuts) != c.n {
			t.Errorf("%s: %d entries, %v", name, len(got.OptOuts), err)
		}
		for _, o := range got.OptOuts {
			if o.Type != api.SMS {
				t.Errorf("%s: %+v", name, o)
			}
		}
	}
}

func TestAdd(t *testing.T) {
	s := mustNew(t, sandbox.Options{List: people(2)})
	client := sandboxtest.Client(t, s)
	_, err := client.Add(t.Context(), api.Addition{Identifiers: []api.NewOptOut{
		{Identifier: email("1@example.com"), Name: "Known already"},
		{Identifier: email("new@example.com"), Name: "New"},
		{Identifier: email("new@example.com")},
		{Identifier: api.Identifier{Type: api.WebChat, Value: "new@example.com"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	list := s.OptOuts()
	if len(list) != 4 || list[1].Label != "" || list[2].Label != "New" || list[3].Type != api.WebChat {
		t.Fatalf("list %+v", list)
	}
	added := list[2]
	if added.IsManuallyAdded == nil || !*added.IsManuallyAdded || added.ID == "" || added.ID == list[3].ID || added.CreatedAt == "" {
		t.Errorf("added %+v", added)
	}
}

// TestRemoveMatchesExactly: only the stored form names an entry.
func TestRemoveMatchesExactly(t *testing.T) {
	s := mustNew(t, sandbox.Options{List: []api.OptOut{
		{Identifier: email("Ada@Example.com")},
		{Identifier: api.Identifier{Type: api.Phone, Value: "+14155550123"}},
		{Identifier: api.Identifier{Type: api.SMS, Value: "+14155550123"}},
		{Identifier: api.Identifier{Value: "+14155550134"}},
	}})
	client := sandboxtest.Client(t, s)
	for _, c := range []struct {
		id   api.Identifier
		want api.Kind
	}{
		{email("ada@example.com"), api.NotFound},
		{email("Ada@Example.com"), 0},
		{email("Ada@Example.com"), api.NotFound},
		{api.Identifier{Type: api.WhatsApp, Value: "+14155550123"}, api.NotFound},
		{api.Identifier{Type: api.SMS, Value: "+14155550123"}, 0},
		{api.Identifier{Type: api.SMS, Value: "+14155550123"}, api.NotFound},
		{api.Identifier{Type: api.Phone, Value: "+14155550123"}, 0},
		{api.Identifier{Type: api.WhatsApp, Value: "+14155550134"}, 0}, // of an unknown type
	} {
		if _, err := client.Remove(t.Context(), c.id); kindOf(err) != c.want {
			t.Errorf("%v: %v, want %v", c.id, err, c.want)
		}
	}
	if left := s.OptOuts(); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

// TestAtTheSameTime: of many who remove the same entries, one gets the
// confirmation for each.
func TestAtTheSameTime(t *testing.T) {
	var removed, logged atomic.Int64
	var calls int // of the log, which promises one at a time
	s := mustNew(t, sandbox.Options{Limit: -1, List: people(50), Log: func(r sandbox.Request) {
		calls++
		if r.Applied {
			logged.Add(1)
		}
	}})
	client := sandboxtest.Client(t, s)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 50 {
				if _, err := client.Remove(t.Context(), email(fmt.Sprintf("%d@example.com", i))); err == nil {
					removed.Add(1)
				}
			}
		})
	}
	all.Wait()
	if removed.Load() != 50 || logged.Load() != 50 || calls != 400 || len(s.OptOuts()) != 0 {
		t.Errorf("removed %d, logged %d in %d calls", removed.Load(), logged.Load(), calls)
	}
}

// TestEmbeddedList is what a first run without a token works on.
func TestEmbeddedList(t *testing.T) {
	list := mustNew(t, sandbox.Options{}).OptOuts()
	if n := len(list); n < 38 || n > 45 {
		t.Errorf("%d entries", n)
	}
	types, manual := map[api.IdentifierType]int{}, map[bool]int{}
	on := map[api.Identifier]bool{}
	for _, o := range list {
		types[o.Type]++
		manual[*o.IsManuallyAdded]++
		on[o.Identifier] = true
	}
	for _, typ := range api.IdentifierTypes() {
		if types[typ] < 3 {
			t.Errorf("%d of type %s", types[typ], typ)
		}
	}
	if manual[true] < 10 || manual[false] < 10 {
		t.Errorf("manually added: %v", manual)
	}
	for _, id := range []api.Identifier{
		email("ada.lovell@example.com"), email("ben.okafor@example.com"), email("chloe.martin@example.org"),
		email("dmitri.volk@example.net"), email("elena.rossi@example.com"), email("farid.haddad@example.org"),
		{Type: api.LinkedIn, Value: "https://www.linkedin.com/in/ada-lovell-example"},
		{Type: api.LinkedIn, Value: "https://www.linkedin.com/in/ben-okafor-example"},
		{Type: api.Phone, Value: "+14155550123"}, {Type: api.Phone, Value: "+442079460018"},
		{Type: api.SMS, Value: "+14155550134"}, {Type: api.WhatsApp, Value: "+14155550156"},
		{Type: api.WebChat, Value: "visitor-7f3a91"},
	} {
		if !on[id] {
			t.Errorf("%s %s is not on it", id.Type, id.Value)
		}
	}
}

func TestReadList(t *testing.T) {
	list, err := sandbox.ReadList(strings.NewReader("\uFEFF{\"identifier\":\"a@example.com\",\"identifierType\":\"email\",\"isManuallyAdded\":false,\"new\":1}\r\n\n  \n{\"identifier\":\"b\"}"))
	if err != nil || len(list) != 2 || list[0].Identifier != email("a@example.com") || *list[0].IsManuallyAdded || list[1].Type != "" || list[1].IsManuallyAdded != nil {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := sandbox.ReadList(strings.NewReader("")); err != nil || list == nil || len(list) != 0 {
		t.Errorf("empty list: %#v, %v", list, err)
	}
	for text, want := range map[string]string{
		"{}":                                  "line 1: opt-out without an identifier",
		"\n{\"identifier\":1}":                "line 2: not an opt-out",
		"{\"identifier\":\"a\"":               "line 1: not an opt-out",
		"{\"identifier\":\"a\"}{}":            "line 1: not an opt-out",
		`{"identifier":"a","identifier":"b"}`: "line 1: not an opt-out",
		"identifier,identifierType":           "line 1: not an opt-out",
		`{"identifier":"a\u0000","identifierType":"fax"}`:              `line 1: opt-out of unknown type "fax"`,
		"{\"identifier\":\"a\"}\n{\"identifier\":\"a\"}":               "entry 2:",
		"{\"identifier\":\"a\"}\n\"" + strings.Repeat("x", 2<<20) + "": "line 2: ",
		"{\"identifier\":\"\xff\"}":                                    "line 1: not an opt-out",
	} {
		if _, err := sandbox.ReadList(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}
