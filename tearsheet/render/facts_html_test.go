package render_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// htmlFacts reads the table of the page by its tags and classes.
func htmlFacts(t *testing.T, file []byte) facts {
	t.Helper()
	f, n := facts{}, 0
	page := parsed(t, file)
	for i, week := range elements(page, "th", "week") {
		f[fmt.Sprintf("week %d, label", i)] = text(week)
		f[fmt.Sprintf("week %d, ends", i)] = attribute(elements(week, "time", "")[0], "datetime")
	}
	f.htmlHead(page)
	f["edition"] = editionWords.FindString(text(elements(page, "footer", "")[0]))
	for _, body := range elements(page, "tbody", "") {
		team := text(elements(elements(body, "tr", "team")[0], "b", "")[0])
		for _, tr := range elements(body, "tr", "") {
			if hasClass(tr, "team") {
				continue
			}
			f.row(n, "team", team)
			f.htmlRow(n, tr)
			n++
		}
	}
	return f
}

func (f facts) htmlHead(page *html.Node) {
	for _, li := range elements(elements(page, "ul", "counts")[0], "li", "") {
		f.countsLine(text(li))
	}
	for _, strip := range elements(page, "p", "strip") {
		var items []string
		for _, a := range elements(strip, "a", "") {
			items = append(items, text(a))
		}
		f.strip(text(elements(strip, "b", "")[0]), items, 0)
	}
	for i, li := range elements(elements(page, "ul", "legend")[0], "li", "") {
		f[fmt.Sprintf("legend %d", i)] = text(li)
		f[fmt.Sprintf("legend %d, shape", i)] = ""
		for _, shape := range elements(li, "path", "") {
			f[fmt.Sprintf("legend %d, shape", i)] = attribute(shape, "class")
		}
	}
}

func (f facts) htmlRow(n int, tr *html.Node) {
	title := text(elements(tr, "a", "")[0])
	f.row(n, "title", title)
	f.row(n, "name", strings.TrimSpace(title+" "+text(elements(tr, "small", "")[0])))
	variance := elements(tr, "td", "variance")[0]
	f.row(n, "variance", text(elements(variance, "span", "")[0]))
	f.row(n, "mark", attribute(tr, "class"))
	f.row(n, "shape", "")
	for _, shape := range elements(elements(tr, "svg", "mark")[0], "path", "") {
		f.row(n, "shape", attribute(shape, "class"))
	}
	for week, td := range elements(tr, "td", "actual") {
		signs := ""
		for _, sup := range elements(td, "sup", "") {
			signs = text(sup)
		}
		f.cell(n, week, "actual", strings.TrimSuffix(text(td), signs))
		f.cell(n, week, "signs", signs)
		f.cell(n, week, "note", attribute(td, "title"))
	}
	for week, td := range elements(tr, "td", "plan") {
		f.cell(n, week, "plan", text(td))
	}
}

func parsed(t *testing.T, file []byte) *html.Node {
	t.Helper()
	page, err := html.Parse(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// elements returns the elements below n with a tag and, unless it is "", a class.
func elements(n *html.Node, tag, class string) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == tag && (class == "" || hasClass(d, class)) {
			found = append(found, d)
		}
	}
	return found
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attribute(n, "class")), class)
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
