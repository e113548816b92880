package schemadoc_test

import (
	"strings"
	"testing"

	"tearsheet/schemadoc"

	"golang.org/x/net/html"
)

// What people and rows say is text in every format, whatever it looks like.
func TestTextThatTriesToBeSomethingElseIsText(t *testing.T) {
	page := string(rendered(t, schemadoc.HTML, hostile()))
	tree, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"script", "img", "iframe", "link"} {
		if found := find(tree, tag, ""); len(found) > 0 {
			t.Errorf("the page has an element %s", tag)
		}
	}
	for d := range tree.Descendants() {
		for _, a := range d.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s> has %s=%q", d.Data, a.Key, a.Val)
			}
		}
	}
	if n := len(find(tree, "style", "")); n != 1 {
		t.Errorf("%d styles, want 1", n)
	}

	file := opened(t, rendered(t, schemadoc.XLSX, hostile()))
	seen := 0
	for _, tab := range file.GetSheetList() {
		rows, err := file.GetRows(tab)
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range rows {
			for x, cell := range row {
				name := string(rune('A'+x)) + string(rune('1'+y))
				if formula, _ := file.GetCellFormula(tab, name); formula != "" {
					t.Errorf("%s!%s is a formula", tab, name)
				}
				if strings.HasPrefix(cell, "=HYPERLINK") {
					seen++
				}
			}
		}
	}
	if seen < 3 {
		t.Errorf("%d cells with a text like a formula, want at least 3: the test looks at nothing", seen)
	}

	for line := range strings.Lines(string(rendered(t, schemadoc.Markdown, hostile()))) {
		outside := withoutSpans(line)
		for _, markup := range []string{"<script", "<img", "<svg", "](javascript"} {
			if strings.Contains(strings.ReplaceAll(outside, `\`+markup[:1], "_"), markup) {
				t.Errorf("markup in %q", line)
			}
		}
		if strings.HasPrefix(line, "# heading") {
			t.Errorf("a description became a heading: %q", line)
		}
	}
}

// withoutSpans takes the code spans out of a line.
func withoutSpans(line string) string {
	parts := strings.Split(line, "`")
	var b strings.Builder
	for i := 0; i < len(parts); i += 2 {
		b.WriteString(parts[i])
	}
	return b.String()
}

func TestEveryLinkOfThePageLeadsSomewhere(t *testing.T) {
	tree, err := html.Parse(strings.NewReader(string(rendered(t, schemadoc.HTML, sample()))))
	if err != nil {
		t.Fatal(err)
	}
	ids, links := map[string]bool{}, 0
	for d := range tree.Descendants() {
		for _, a := range d.Attr {
			if a.Key == "id" {
				if ids[a.Val] {
					t.Errorf("id %s stands twice", a.Val)
				}
				ids[a.Val] = true
			}
		}
	}
	for d := range tree.Descendants() {
		for _, a := range d.Attr {
			if a.Key == "href" {
				links++
				if !ids[strings.TrimPrefix(a.Val, "#")] {
					t.Errorf("%s leads nowhere", a.Val)
				}
			}
		}
	}
	if links < 30 {
		t.Errorf("%d links: the test looks at nothing", links)
	}
}
