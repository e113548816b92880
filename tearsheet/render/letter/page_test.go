package letter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/letter"
	"tearsheet/tearsheet/render/rendertest"
)

// hostile is text as a registry should refuse it and as a mail must survive it.
const hostile = "<script>alert(1)</script><img src=https://t.example/x onerror=alert(2)>\" onmouseover=\"alert(3)' style='x</style></title>{{.}}\r\nBcc: x@y\x1b[31m\u202e"

// spoil puts long hostile text wherever a person can type.
func spoil(doc *tearsheet.Document) letter.Options {
	text := hostile + strings.Repeat(`'<"&`, 300)
	doc.Company, doc.Title, doc.Subtitle, doc.Timezone, doc.Plan.Text = text, text, text, text, text
	for i := range doc.Agenda {
		doc.Agenda[i].Title = text
	}
	for i := range doc.Restated {
		doc.Restated[i].Title, doc.Restated[i].Text = text, text
	}
	for i := range doc.Legend {
		doc.Legend[i].Text = text
	}
	for i := range doc.Weeks {
		doc.Weeks[i].Label = text
	}
	for s := range doc.Sections {
		doc.Sections[s].Title = text
		for r := range doc.Sections[s].Rows {
			row := &doc.Sections[s].Rows[r]
			row.Title, row.UnitLabel, row.Variance = text, text, text
			cell := &row.Cells[len(row.Cells)-1]
			cell.ActualText, cell.PlanText, cell.Signs = text, text, text
			cell.Restated = &tearsheet.Restatement{WasText: text, Cause: text}
		}
	}
	return letter.Options{Late: text, Remark: text, Files: []string{text}, Footer: text,
		Links: []letter.Link{{Text: text, URL: "https://example.com/?q=%22%3E%3Cscript%3E\"><script>"}}}
}

// intruders tells what a page holds that no letter has: elements and attributes that
// are not of the harmless one, and addresses that were not given.
func intruders(t *testing.T, page, harmless string) []string {
	t.Helper()
	known := map[string]bool{}
	each := func(page string, f func(what string)) {
		for n := range parsed(t, page).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			f("<" + n.Data + ">")
			for _, a := range n.Attr {
				switch {
				case a.Key == "href" && strings.HasPrefix(a.Val, "https://example.com/"), a.Key == "content":
				default:
					f(fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val))
				}
			}
		}
	}
	each(harmless, func(what string) { known[what] = true })
	var list []string
	each(page, func(what string) {
		if !known[what] && !slices.Contains(list, what) {
			list = append(list, what)
		}
	})
	return list
}

// D14, H06: what a person typed is text, wherever he typed it.
func TestD14LetterShowsHostileTextAsText(t *testing.T) {
	harmless := written(t, rendertest.Sample(), options())
	doc := rendertest.Sample()
	l := written(t, doc, spoil(doc))
	for _, what := range intruders(t, l.HTML, harmless.HTML) {
		t.Errorf("the page got %s", what)
	}
	for name, text := range map[string]string{"subject": l.Subject, "text": l.Text, "page": l.HTML} {
		if strings.ContainsAny(text, "\x00\x1b\r\u202e") || strings.Contains(text, "\nBcc:") {
			t.Errorf("the %s holds control characters or a line of its own", name)
		}
	}
	if got := content(elements(parsed(t, l.HTML), "h1")[0]); !strings.HasPrefix(got, "<script>alert(1)</script><img src=") {
		t.Errorf("the title reads %q", got)
	}
	// Negative control: each of these is seen.
	for _, wrong := range []string{"<img src=x>", "<p onclick=x>", "<p style='color:red'>", "<a href='https://t.example/'>", "<svg>"} {
		if len(intruders(t, strings.Replace(harmless.HTML, "</h1>", "</h1>"+wrong, 1), harmless.HTML)) == 0 {
			t.Errorf("%s is not seen", wrong)
		}
	}
}

// pageFaults tells what a mail must not have: anything fetched or run, and what clients
// cannot lay out.
func pageFaults(t *testing.T, page string) []string {
	t.Helper()
	var faults []string
	root := parsed(t, page)
	for _, tag := range []string{"script", "link", "img", "iframe", "object", "base", "form", "svg", "video"} {
		if len(elements(root, tag)) > 0 {
			faults = append(faults, "a <"+tag+">")
		}
	}
	for _, word := range []string{"url(", "@import", "@font-face", "display:flex", "display:grid", "position:", "float:", "src=", "background="} {
		if strings.Contains(page, word) {
			faults = append(faults, word)
		}
	}
	if attribute(elements(root, "html")[0], "lang") != "en" {
		faults = append(faults, "no language")
	}
	for _, table := range elements(root, "table") {
		heads := 0
		for _, th := range elements(table, "th") {
			if scope := attribute(th, "scope"); scope != "col" && scope != "row" {
				faults = append(faults, "a head without scope: "+content(th))
			}
			heads++
		}
		data := attribute(table, "class") == "figures"
		if data && heads == 0 || data == (attribute(table, "role") == "presentation") {
			faults = append(faults, "a table that is heard as something else")
		}
	}
	for _, span := range elements(root, "span") {
		if strings.ContainsAny(content(span), "▼▽▲") && len(elements(span, "span")) == 0 && attribute(span, "aria-label") == "" {
			faults = append(faults, "a shape without words")
		}
	}
	return faults
}

func TestLetterNeedsNothingButItselfAndCanBeHeard(t *testing.T) {
	good := written(t, rendertest.Sample(), options()).HTML
	for _, page := range []string{good, written(t, quiet(), letter.Options{}).HTML} {
		for _, fault := range pageFaults(t, page) {
			t.Errorf("the page has %s", fault)
		}
	}
	// Negative control: what would be wrong is seen.
	for from, to := range map[string]string{
		"</h1>": `</h1><img src="https://t.example/1.gif">`, `lang="en"`: `lang=""`, ` scope="row"`: "", ` aria-label="off plan"`: "",
		`<table class="figures"`: `<table class="figures" role="presentation"`, `role="presentation" width="640"`: `width="640"`,
		"max-width:640px": "max-width:640px;background:url(x)", "margin:0;padding:0": "display:flex",
	} {
		if wrong := strings.Replace(good, from, to, 1); wrong == good || len(pageFaults(t, wrong)) == 0 {
			t.Errorf("%q in place of %q is not seen", to, from)
		}
	}
}

// The line that an inbox shows beside the subject is the first text of the page, and is
// not drawn.
func TestLetterBeginsWithItsCounts(t *testing.T) {
	body := elements(parsed(t, written(t, rendertest.Sample(), options()).HTML), "body")[0]
	first := elements(body, "div")[0]
	want := "10 off plan, 4 watch, 16 on plan, 4 ahead, 4 not judged, 2 no value. Web signups −27.8%, Paid media spend +23.1%, Visits from social −21.5%"
	if got := content(first); got != want || !strings.HasPrefix(content(body), want) {
		t.Errorf("it begins with %q, want %q", got, want)
	}
	if !strings.Contains(attribute(first, "style"), "display:none") {
		t.Error("the line is drawn")
	}
}

func parsed(t testing.TB, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func elements(n *html.Node, tag string) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == tag {
			found = append(found, d)
		}
	}
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// content is the text of an element, with its spaces as they are drawn.
func content(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
