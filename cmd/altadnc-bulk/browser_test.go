//go:build browser

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a headless Chromium that looks at one page after the other.
type browser struct {
	t      *testing.T
	ctx    context.Context
	server *httptest.Server

	mu       sync.Mutex
	pages    map[string]string // by path
	messages []string          // of the console
	requests []string          // but for the page itself
}

func newBrowser(t *testing.T) *browser {
	b := &browser{t: t, pages: map[string]string{}}
	b.server = httptest.NewServer(http.HandlerFunc(b.serve))
	t.Cleanup(b.server.Close)
	ctx, end := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(end)
	ctx, release := chromedp.NewExecAllocator(ctx, chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.Flag("disable-dev-shm-usage", true), chromedp.ExecPath(chromium(t)))
	t.Cleanup(release)
	ctx, quit := chromedp.NewContext(ctx)
	t.Cleanup(quit)
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	b.ctx = ctx
	return b
}

// chromium is the browser's program: with the build tag, not having one is a failure.
func chromium(t *testing.T) string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium on this machine: apt-get install chromium")
	return ""
}

func (b *browser) serve(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	page, ok := b.pages[r.URL.Path]
	b.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, page)
}

// hear takes down what pages say and ask for.
func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		b.messages = append(b.messages, fmt.Sprint(e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		b.messages = append(b.messages, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.messages = append(b.messages, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if e.Type != network.ResourceTypeDocument {
			b.requests = append(b.requests, e.Request.URL)
		}
	}
}

// open shows a page in a window of that width.
func (b *browser) open(page string, width int64, scheme string) {
	b.t.Helper()
	path := fmt.Sprintf("/%d.html", len(b.pages))
	b.mu.Lock()
	b.pages[path] = page
	b.mu.Unlock()
	colours := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, colours); err != nil {
		b.t.Fatal(err)
	}
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(b.server.URL+path)); err != nil {
		b.t.Fatal(err)
	}
}

// do returns what an action comes to.
func do[T any](b *browser, action chromedp.Action[T]) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// eval returns what an expression comes to.
func eval[T any](b *browser, js string) T { b.t.Helper(); return do(b, chromedp.Evaluate[T](js)) }

// silent makes sure that the pages said nothing and asked for nothing.
func (b *browser) silent() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.messages)+len(b.requests) > 0 {
		b.t.Errorf("messages %q, requests %q", b.messages, b.requests)
	}
}

// contrastJS returns the texts of the page whose colours differ too little (WCAG
// 2.2, 1.4.3: 4.5 to 1, 3 to 1 for large text), with the ratio.
const contrastJS = `(() => {
	const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m }
	const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
	const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c } return [255, 255, 255, 1] }
	const poor = []
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
	for (let n; n = walk.nextNode();) {
		const e = n.parentElement
		if (!n.data.trim() || ["TITLE", "DESC", "STYLE"].includes(e.tagName.toUpperCase()) || !e.getClientRects().length) continue
		const s = getComputedStyle(e), svg = e.namespaceURI.endsWith("svg")
		const a = light(parse(svg ? s.fill : s.color)), b = light(behind(e))
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
		const size = parseFloat(s.fontSize), large = size >= 24 || size >= 18.66 && s.fontWeight >= 700
		if (ratio < (large ? 3 : 4.5)) poor.push(n.data.trim() + " " + ratio.toFixed(2))
	}
	return poor
})()`

// labelsJS returns the labels of the pictures that lie over one another.
const labelsJS = `(() => {
	const all = [...document.querySelectorAll("svg.timeline text")].map(e => [e.textContent, e.getBoundingClientRect()])
	const clash = []
	all.forEach(([a, r], i) => all.slice(i + 1).forEach(([b, s]) => {
		if (r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 3 && s.top < r.bottom - 3 && a !== "✕" && b !== "✕") clash.push(a + "/" + b)
	}))
	return clash
})()`

// TestPageInABrowser looks at pages as people do: on a telephone and on screens of
// all sizes, in light and dark.
func TestPageInABrowser(t *testing.T) {
	b := newBrowser(t)
	pages := map[string]string{"the index of a night": nightIndex(t)}
	for name, list := range map[string]string{"none": shortList(t, 0), "one": shortList(t, 1), "a night of 100,000": longNight(t, 100_000)} {
		pages[name] = printed(t, exitOK, "report", "--format", "html", list)
	}
	for name, page := range pages {
		for _, width := range []int64{390, 768, 1280, 3840} {
			b.open(page, width, "light")
			if got := eval[int64](b, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("%s, %d px wide: the page scrolls sideways to %d", name, width, got)
			}
			if clash := eval[[]string](b, labelsJS); len(clash) > 0 {
				t.Errorf("%s, %d px wide: labels lie over one another: %q", name, width, clash)
			}
		}
		for _, scheme := range []string{"light", "dark"} {
			b.open(page, 1280, scheme)
			if poor := eval[[]string](b, contrastJS); len(poor) > 0 {
				t.Errorf("%s, %s: too little contrast: %q", name, scheme, poor[:min(5, len(poor))])
			}
		}
	}
	b.silent()
}

// nightIndex is the page of a night with a list of every end.
func nightIndex(t *testing.T) string {
	t.Helper()
	v := &sweepSummary{Folder: "/srv/dnc", Started: time.Unix(1_800_000_000, 0), Ended: time.Unix(1_800_020_000, 0), NotBegun: []string{"later.csv"}}
	v.LeftAlone = []leftAlone{{"notes.txt", "its name does not end like a list's"}}
	for _, name := range []string{"monday.csv", strings.Repeat("a-list-with-a-name-without-an-end-", 6) + ".csv"} {
		v.add(&sweptList{removeSummary: &removeSummary{List: name, Entries: 1_234_567, Removed: 1_234_000, Failed: 567, Unsure: 1}, Page: name + ".html"})
	}
	v.failed("odd.csv", &exitError{code: exitUsage, err: errors.New("not a list")})
	n := newNightPage(v)
	var b bytes.Buffer
	if err := writePage(&b, "night.html.tmpl", n); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The numbers that people see are those of the report.
func TestPageNumbersInABrowser(t *testing.T) {
	list := longNight(t, 3000)
	b := newBrowser(t)
	b.open(printed(t, exitOK, "report", "--format", "html", list), 1280, "light")
	shown := eval[map[string]string](b, `Object.fromEntries([...document.querySelectorAll("[data-outcome]")].map(e => [e.dataset.outcome, e.innerText]))`)
	for _, outcome := range []string{"removed", "not_found", "failed", "duplicate"} {
		rows := strings.Count(printed(t, exitOK, "report", "--outcome", outcome, list), "\n") - 1
		if shown[outcome] != count(int64(rows)) {
			t.Errorf("%s: shown %s, want %d", outcome, shown[outcome], rows)
		}
	}
	if got := eval[int](b, `document.querySelectorAll("svg.timeline line.early").length`); got != 3 {
		t.Errorf("%d interruptions are marked, want 3", got)
	}
	if got := eval[[]string](b, `[...document.querySelectorAll("svg[role=img]")].filter(e => !e.querySelector("title") || !e.querySelector("desc")).map(e => e.className.baseVal)`); len(got) > 0 {
		t.Errorf("pictures without title and description: %q", got)
	}
	if got := eval[[]int](b, `[...document.querySelectorAll("h1,h2,h3")].map(e => +e.tagName[1])`); got[0] != 1 || slices.Contains(got[1:], 1) {
		t.Errorf("headings %v", got)
	}
}

// Whatever is on a list, nothing in it runs or is fetched.
func TestHostilePageInABrowser(t *testing.T) {
	list := hostileList(t)
	b := newBrowser(t)
	b.open(printed(t, exitOK, "report", "--format", "html", "--unmask", list), 1280, "light")
	if got := eval[string](b, `document.title + String(window.taken)`); !strings.Contains(got, "<img src=x") || !strings.HasSuffix(got, "undefined") {
		t.Errorf("title and mark: %q", got)
	}
	b.silent()
	// The policy is enough on its own: without it this would run.
	page := strings.Replace(printed(t, exitOK, "report", "--format", "html", list), "<main>", `<main><script>window.taken = 1</script>`, 1)
	b.open(page, 1280, "light")
	if got := eval[string](b, `String(window.taken)`); got != "undefined" {
		t.Error("a script ran in spite of the Content-Security-Policy")
	}
	if len(b.messages) == 0 {
		t.Error("nobody hears what the console says")
	}
}

// On paper no row is lost or cut, whatever the page break.
func TestPagePrintedByABrowser(t *testing.T) {
	list := longNight(t, 3000)
	b := newBrowser(t)
	page := printed(t, exitOK, "report", "--format", "html", list)
	b.open(page, 1280, "light")
	pdf := do(b, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	path := filepath.Join(t.TempDir(), "page.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext (apt-get install poppler-utils): %v", err)
	}
	lines := eval[[]string](b, `[...document.querySelectorAll("table.rows tbody td:first-child")].map(e => e.innerText)`)
	if len(lines) < 80 {
		t.Fatalf("only %d rows on the page", len(lines))
	}
	words := strings.Fields(string(text))
	for _, line := range lines {
		if !slices.Contains(words, line) {
			t.Errorf("the row of line %s is not on paper", line)
		}
	}
	for _, want := range []string{"What failed", "the API answered 429", "run 4", "People’s own opt-outs"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("%q is not on paper", want)
		}
	}
	b.silent()
}

// shortList is a list of n addresses, all removed in one run.
func shortList(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "short.csv")
	text := "identifier,identifierType\n"
	for i := range n {
		text += nightAddress(i) + ",email\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if n > 0 {
		synctest.Test(t, func(t *testing.T) {
			w := nightWriter{t: t, path: path, size: n}
			w.run(n, "finished")
		})
	}
	return path
}
