package render_test

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render"
	"tearsheet/tearsheet/render/rendertest"
)

// D14: what a person typed is text on the page, wherever he typed it.
func TestD14HTMLShowsHostileTextAsText(t *testing.T) {
	hostilePage := parsed(t, rendered(t, render.HTML{}, hostileDocument()))
	harmless := parsed(t, rendered(t, render.HTML{}, rendertest.Sample()))
	tags := map[string]bool{}
	for n := range harmless.Descendants() {
		tags[n.Data] = tags[n.Data] || n.Type == html.ElementNode
	}
	for n := range hostilePage.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !tags[n.Data] {
			t.Errorf("the page got an element <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" {
				t.Errorf("<%s> got an attribute %s=%q", n.Data, a.Key, a.Val)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("a link leaves the page: %q", a.Val)
			}
		}
	}
	if title := text(elements(hostilePage, "h1", "")[0]); title != hostile {
		t.Errorf("the title reads %q", title)
	}
	if code := text(elements(hostilePage, "code", "")[0]); code != hostile {
		t.Errorf("the statement reads %q", code)
	}
}

func TestHTMLNeedsNothingButItself(t *testing.T) {
	file := rendered(t, render.HTML{}, rendertest.Sample())
	page := parsed(t, file)
	for _, tag := range []string{"script", "link", "img", "iframe", "object", "base", "form"} {
		if len(elements(page, tag, "")) > 0 {
			t.Errorf("the page has a <%s>", tag)
		}
	}
	style := elements(page, "style", "")[0].FirstChild.Data
	if strings.Contains(style, "@import") || strings.Count(style, "url(") != strings.Count(style, "url(data:font/woff2;base64,") {
		t.Error("the style fetches something")
	}
	if strings.Contains(string(file), "http") && strings.Contains(strings.ReplaceAll(string(file), "http-equiv", ""), "http") {
		t.Error("the page names an address")
	}
	if kilobytes := len(file) >> 10; kilobytes > 600 {
		t.Errorf("the page has %d KB", kilobytes)
	}
}

// The policy names the style by its hash: a byte that differs, and the page would
// lose its looks.
func TestHTMLPolicyAdmitsItsStyleAndNothingElse(t *testing.T) {
	page := parsed(t, rendered(t, render.HTML{}, rendertest.Sample()))
	sum := sha256.Sum256([]byte(elements(page, "style", "")[0].FirstChild.Data))
	policy := ""
	for _, meta := range elements(page, "meta", "") {
		if attribute(meta, "http-equiv") == "Content-Security-Policy" {
			policy = attribute(meta, "content")
		}
	}
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; font-src data:; base-uri 'none'; form-action 'none'"
	if policy != want {
		t.Errorf("the policy is\n%s, want\n%s", policy, want)
	}
}

func TestHTMLLinksRowsAndDefinitionsBothWays(t *testing.T) {
	page := parsed(t, rendered(t, render.HTML{}, rendertest.Sample()))
	ids := map[string]int{}
	for n := range page.Descendants() {
		if id := attribute(n, "id"); id != "" {
			ids[id]++
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%d elements are called %s", n, id)
		}
	}
	to := map[string]bool{}
	for _, a := range elements(page, "a", "") {
		target := strings.TrimPrefix(attribute(a, "href"), "#")
		to[target] = true
		if ids[target] == 0 {
			t.Errorf("a link leads to %q, which is not there", target)
		}
		if hint := attribute(a, "aria-describedby"); hint != "" && ids[hint] == 0 {
			t.Errorf("a name is described by %q, which is not there", hint)
		}
	}
	for _, metric := range []string{"marketing_0", "web_2", "subscriptions_5"} {
		if !to["row-"+metric] || !to["definition-"+metric] {
			t.Errorf("%s is not linked both ways", metric)
		}
	}
}

func TestHTMLNamesItsWeekAndItsLanguage(t *testing.T) {
	page := parsed(t, rendered(t, render.HTML{}, rendertest.Sample()))
	if got := text(elements(page, "title", "")[0]); got != "Executive tearsheet, week ending 15 November 2026 · Lumen & Lark" {
		t.Errorf("the window is called %q", got)
	}
	if got := attribute(elements(page, "html", "")[0], "lang"); got != "en" {
		t.Errorf("the language is %q", got)
	}
}

// A table that is heard needs a head for every column and row, and words for the
// shapes.
func TestHTMLCanBeHeard(t *testing.T) {
	page := parsed(t, rendered(t, render.HTML{}, rendertest.Sample()))
	for _, th := range elements(page, "th", "") {
		if !slices.Contains([]string{"col", "colgroup", "row", "rowgroup"}, attribute(th, "scope")) {
			t.Errorf("the head %q has no scope", text(th))
		}
	}
	if len(elements(page, "caption", "")) != 1 {
		t.Error("the table has no caption")
	}
	for _, tr := range elements(page, "tr", "behind") {
		if heard := text(elements(tr, "td", "variance")[0]); !strings.HasSuffix(heard, " off plan") {
			t.Errorf("a row that is off plan is heard as %q", heard)
		}
	}
	for _, svg := range elements(page, "svg", "") {
		if attribute(svg, "aria-hidden") != "true" && attribute(svg, "aria-label") == "" {
			t.Error("a picture has no words")
		}
	}
}

// F02: incomplete, restated and missing weeks are told apart, in a sign and in
// words, and none of them reads 0.
func TestF02HTMLTellsIncompleteFromMissing(t *testing.T) {
	page := parsed(t, rendered(t, render.HTML{}, smallDocument()))
	figures := elements(page, "td", "actual")
	for i, want := range []struct{ text, note string }{
		{"12.5‡", "Restated: edition 3 printed 11.0; late data."},
		{"333.36/7", "Provisional: 6 of 7 days are loaded."},
		{"−2", ""},
		{"–", "Provisional: 0 of 7 days are loaded."},
	} {
		if got, note := text(figures[i]), attribute(figures[i], "title"); got != want.text || note != want.note {
			t.Errorf("figure %d reads %q (%s), want %q (%s)", i, got, note, want.text, want.note)
		}
	}
	if notes := elements(page, "p", "note"); len(notes) != 3 || text(notes[0]) != "28 Dec. Restated: edition 3 printed 11.0; late data." {
		t.Errorf("the definitions have %d notes", len(notes))
	}
}

func TestHTMLStripsLeadToTheirRows(t *testing.T) {
	page := parsed(t, rendered(t, render.HTML{}, rendertest.Sample()))
	rows := map[string]bool{}
	for _, tr := range elements(page, "tr", "") {
		rows["#"+attribute(tr, "id")] = true
	}
	links := 0
	for _, strip := range elements(page, "p", "strip") {
		for _, a := range elements(strip, "a", "") {
			links++
			if to := attribute(a, "href"); !rows[to] {
				t.Errorf("%q leads to %q, where no row is", text(a), to)
			}
		}
	}
	if links != 10+3+1 {
		t.Errorf("%d links, want 10 off plan, 3 provisional and 1 restated", links)
	}
}

func TestHTMLSaysHowManyRestatedFiguresItLeavesOut(t *testing.T) {
	doc := rendertest.Sample()
	for range 20 {
		doc.Restated = append(doc.Restated, doc.Restated[0])
	}
	strips := elements(parsed(t, rendered(t, render.HTML{}, doc)), "p", "strip")
	if got := text(strips[2]); strings.Count(got, "8 Nov was") != 12 || !strings.HasSuffix(got, "; and 9 more") {
		t.Errorf("the strip reads %q", got)
	}
}

func TestHTMLOfAnEmptyDocumentIsAPage(t *testing.T) {
	page := parsed(t, rendered(t, render.HTML{}, &tearsheet.Document{Title: "Executive tearsheet"}))
	if got := text(elements(page, "h1", "")[0]); got != "Executive tearsheet" {
		t.Errorf("the title reads %q", got)
	}
}

func TestSparklineLeavesGapsOpen(t *testing.T) {
	doc := smallDocument()
	known, gap := func(n int64) tearsheet.Point { return tearsheet.Point{Actual: metrics.Int(n)} }, tearsheet.Point{}
	for _, test := range []struct {
		trend []tearsheet.Point
		want  string // the commands of the actual's path: M lifts, L draws, h is a dot
		dot   bool
	}{
		{[]tearsheet.Point{known(1), known(2), known(3)}, "MLL", true},
		{[]tearsheet.Point{known(1), known(2), gap, known(4), known(5)}, "MLML", true},
		{[]tearsheet.Point{known(1), gap, known(3), known(4)}, "MhML", true},
		{[]tearsheet.Point{known(1), known(2), gap}, "ML", false},
		{[]tearsheet.Point{known(7), known(7)}, "ML", true},
		{[]tearsheet.Point{gap, gap}, "", false},
		{nil, "", false},
	} {
		row := &doc.Sections[0].Rows[0]
		row.Trend, row.TrendLow, row.TrendHigh = test.trend, metrics.Int(1), metrics.Int(7)
		svg := elements(parsed(t, rendered(t, render.HTML{}, doc)), "svg", "spark")[0]
		got := ""
		for _, path := range elements(svg, "path", "line") {
			got = strings.Map(func(r rune) rune {
				if strings.ContainsRune("MLh", r) {
					return r
				}
				return -1
			}, attribute(path, "d"))
		}
		if dots := len(elements(svg, "path", "dot")); got != test.want || (dots == 1) != test.dot {
			t.Errorf("%d weeks are drawn as %q with %d dots, want %q", len(test.trend), got, dots, test.want)
		}
		if strings.Contains(attribute(svg, "aria-label")+got, "NaN") {
			t.Error("a coordinate is no number")
		}
	}
}

// A provisional week is a dot with a hole, whether it is the latest or not; a full
// dot is a whole week.
func TestSparklineOpensTheDotsOfProvisionalWeeks(t *testing.T) {
	whole, partial, missing := tearsheet.Point{Actual: metrics.Int(3)}, tearsheet.Point{Actual: metrics.Int(4), Provisional: true}, tearsheet.Point{Provisional: true}
	for _, test := range []struct {
		trend                []tearsheet.Point
		partial, last, holes int
		label                string
	}{
		{[]tearsheet.Point{whole, whole, whole}, 0, 1, 0, "3 weeks, actual and plan"},
		{[]tearsheet.Point{whole, whole, partial}, 0, 1, 1, "3 weeks, actual and plan, 1 provisional"},
		{[]tearsheet.Point{partial, whole, whole}, 1, 1, 1, "3 weeks, actual and plan, 1 provisional"},
		{[]tearsheet.Point{partial, partial, partial}, 2, 1, 3, "3 weeks, actual and plan, 3 provisional"},
		{[]tearsheet.Point{whole, missing, missing}, 0, 0, 0, "3 weeks, actual and plan"},
	} {
		doc := smallDocument()
		row := &doc.Sections[0].Rows[0]
		row.Trend, row.TrendLow, row.TrendHigh = test.trend, metrics.Int(3), metrics.Int(4)
		svg := elements(parsed(t, rendered(t, render.HTML{}, doc)), "svg", "spark")[0]
		dots := func(class string) (n int) {
			for _, path := range elements(svg, "path", class) {
				n += strings.Count(attribute(path, "d"), "h0")
			}
			return n
		}
		if got := [3]int{dots("partial"), dots("dot"), dots("hole")}; got != [3]int{test.partial, test.last, test.holes} {
			t.Errorf("%+v is drawn with %v dots before the last, last and holes, want %d, %d, %d", test.trend, got, test.partial, test.last, test.holes)
		}
		if got := attribute(svg, "aria-label"); got != test.label {
			t.Errorf("it is heard as %q, want %q", got, test.label)
		}
	}
}
