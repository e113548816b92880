package schemadoc_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tearsheet/schemadoc"

	"golang.org/x/net/html"
)

// facts are what a reader takes from a file: likes/client/type is text.
type facts map[string]string

// put keeps what is printed, with blanks as a reader sees them.
func (f facts) put(text string, path ...string) {
	if text = strings.Join(strings.Fields(text), " "); text != "" {
		f[strings.Join(path, "/")] = text
	}
}

func TestAllFormatsSayTheSame(t *testing.T) {
	for name, doc := range map[string]*schemadoc.Document{"sample": sample(), "hostile": hostile()} {
		want := expected(doc)
		for format, read := range map[string]func(*testing.T, *schemadoc.Document) facts{"html": htmlFacts, "xlsx": xlsxFacts, "md": markdownFacts} {
			got := read(t, doc)
			for _, key := range slices.Sorted(maps.Keys(want)) {
				if got[key] != want[key] {
					t.Errorf("%s: %s: %s is %q, want %q", name, format, key, got[key], want[key])
				}
			}
			for key, text := range got {
				if _, ok := want[key]; !ok {
					t.Errorf("%s: %s says more than the document: %s is %q", name, format, key, text)
				}
			}
		}
	}
}

// Negative control: each reader sees a changed document.
func TestReadersOfTheFormatsSeeAChange(t *testing.T) {
	changed := sample()
	changed.Groups[0].Tables[0].Columns[4].Values[1].Text = "ios"
	changed.Groups[1].Tables[0].Fresh.Rows++
	for format, read := range map[string]func(*testing.T, *schemadoc.Document) facts{"html": htmlFacts, "xlsx": xlsxFacts, "md": markdownFacts} {
		before, after := read(t, sample()), read(t, changed)
		for _, key := range []string{"likes/client/ios/rows", "users/Rows"} {
			if before[key] == after[key] {
				t.Errorf("%s: a change of %s was not seen", format, key)
			}
		}
	}
}

// expected tells the facts of a document in words that are built here.
func expected(doc *schemadoc.Document) facts {
	f := facts{}
	for _, g := range doc.Groups {
		for _, t := range g.Tables {
			f.put(g.Title, t.Name, "kind")
			f.put(t.Description, t.Name, "description")
			f.put(t.Grain, t.Name, "Grain")
			f.put(t.Partition, t.Name, "Partition")
			f.put(t.Owner, t.Name, "Owner")
			f.put(t.Source, t.Name, "Source")
			f.put(strings.Join(t.UsedBy, ", "), t.Name, "Used by")
			var parents []string
			for _, p := range t.MadeOf {
				if p.Mapping != "" {
					p.Table += " (" + p.Mapping + ")"
				}
				parents = append(parents, p.Table)
			}
			f.put(strings.Join(parents, ", "), t.Name, "Made of")
			f.fresh(t)
			for i, c := range t.Columns {
				f.column(t, i, c)
			}
		}
	}
	for i, m := range doc.Missing {
		what := m.Table
		if m.Column != "" {
			what += "." + m.Column
		}
		f.put(what+" "+m.Text+" "+m.Place, "missing", fmt.Sprint(i))
	}
	return f
}

const longDate = "2 January 2006"

func (f facts) fresh(t schemadoc.Table) {
	switch fresh := t.Fresh; {
	case fresh.Loaded && !fresh.Whole:
		f.put(fresh.First.Format(longDate), t.Name, "First day")
		f.put(fresh.Last.Format(longDate), t.Name, "Last day")
		f.put(fmt.Sprint(fresh.Days), t.Name, "Days")
		coverage := fmt.Sprintf("%d/%d", fresh.Coverage.Have, fresh.Coverage.Of)
		if fresh.Coverage.Have == fresh.Coverage.Of {
			coverage = "complete"
		}
		f.put(coverage, t.Name, "Coverage")
		fallthrough
	case fresh.Loaded:
		f.put(commas(fresh.Rows), t.Name, "Rows")
		f.put(fresh.LoadedAt.Format("2 January 2006, 15:04"), t.Name, "Loaded")
	case fresh.Known:
		f.put("nothing is loaded", t.Name, "Loaded")
	}
	switch c := t.Counted; {
	case c.Of > 0:
		f.put(commas(c.Rows)+" of "+commas(c.Of)+" rows", t.Name, "Values from")
	case c.Rows > 0 && c.To == c.From+1:
		f.put(c.From.Format(longDate)+", "+commas(c.Rows)+" rows", t.Name, "Values from")
	case c.Rows > 0:
		f.put(c.From.Format(longDate)+" to "+c.To.Add(-1).Format(longDate)+", "+commas(c.Rows)+" rows", t.Name, "Values from")
	}
}

func (f facts) column(t schemadoc.Table, i int, c schemadoc.Column) {
	f.put(fmt.Sprint(i+1), t.Name, c.Name, "place")
	f.put(c.Type, t.Name, c.Name, "type")
	f.put(c.Description, t.Name, c.Name, "description")
	if c.Key {
		f.put("key", t.Name, c.Name, "key")
	}
	null := "no NULL seen"
	switch {
	case c.NeverNull:
		null = "never NULL"
	case t.Counted.Rows == 0:
		null = ""
	case c.Nulls > 0:
		null = percent(c.Nulls, t.Counted.Rows) + " NULL"
	}
	f.put(null, t.Name, c.Name, "null")
	for _, v := range c.Values {
		word := v.Text
		switch {
		case v.Null:
			word = "NULL"
		case v.Text == "" || v.Text == "NULL":
			word = "“" + v.Text + "”"
		}
		f.put(commas(v.Rows), t.Name, c.Name, word, "rows")
		f.put(percent(v.Rows, t.Counted.Rows), t.Name, c.Name, word, "share")
		switch {
		case v.Stray:
			f.put("not allowed", t.Name, c.Name, word, "remark")
		case v.Rows == 0:
			f.put("not seen", t.Name, c.Name, word, "remark")
		}
	}
	if c.More > 0 {
		f.put("and "+commas(c.More)+" more", t.Name, c.Name, "more")
	}
}

func percent(part, of int64) string {
	p := 100 * float64(part) / float64(of)
	switch {
	case part == 0:
		return "0 %"
	case part == of:
		return "100 %"
	case p < .1:
		return "<0.1 %"
	case p > 99.9:
		return ">99.9 %"
	}
	return fmt.Sprintf("%.1f %%", p)
}

var thousands = regexp.MustCompile(`^(\d+)(\d{3})`)

func commas(n int64) string {
	text := fmt.Sprint(n)
	for {
		next := thousands.ReplaceAllString(text, "$1,$2")
		if next == text {
			return text
		}
		text = next
	}
}

func htmlFacts(t *testing.T, doc *schemadoc.Document) facts {
	f := facts{}
	page, err := html.Parse(strings.NewReader(string(rendered(t, schemadoc.HTML, doc))))
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range find(page, "section", "group") {
		kind := find(group, "h2", "")[0].FirstChild.Data
		for _, article := range find(group, "article", "") {
			name := text(find(article, "h3", "")[0])
			f.put(kind, name, "kind")
			for _, p := range find(article, "p", "description") {
				f.put(text(p), name, "description")
			}
			for _, dt := range find(article, "dt", "") {
				f.put(text(dt.NextSibling), name, text(dt))
			}
			for i, tr := range find(find(article, "tbody", "")[0], "tr", "") {
				f.htmlColumn(name, i, tr)
			}
		}
		for i, li := range find(group, "li", "") {
			if li.Parent.Attr != nil && li.Parent.Attr[0].Val == "gaps" {
				f.put(text(li), "missing", fmt.Sprint(i))
			}
		}
	}
	return f
}

func (f facts) htmlColumn(table string, i int, tr *html.Node) {
	column := text(find(tr, "a", "")[0])
	f.put(fmt.Sprint(i+1), table, column, "place")
	f.put(text(find(tr, "td", "type")[0]), table, column, "type")
	f.put(text(find(tr, "td", "nulls")[0]), table, column, "null")
	for _, key := range find(tr, "small", "key") {
		f.put(text(key), table, column, "key")
	}
	for _, p := range find(tr, "p", "") {
		if len(p.Attr) == 0 {
			f.put(text(p), table, column, "description")
		}
	}
	for _, p := range find(tr, "p", "more") {
		f.put(text(p), table, column, "more")
	}
	for _, li := range find(tr, "li", "") {
		value, remark := find(li, "span", "value")[0], ""
		for _, small := range find(value, "small", "") {
			remark = text(small)
		}
		word := strings.TrimSpace(strings.TrimSuffix(text(value), remark))
		f.put(remark, table, column, word, "remark")
		f.put(text(find(li, "span", "rows")[0]), table, column, word, "rows")
		f.put(text(find(li, "span", "share")[0]), table, column, word, "share")
	}
}

// find returns the elements with a tag, and a class unless it is "".
func find(n *html.Node, tag, class string) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type != html.ElementNode || d.Data != tag {
			continue
		}
		has := class == ""
		for _, a := range d.Attr {
			has = has || a.Key == "class" && slices.Contains(strings.Fields(a.Val), class)
		}
		if has {
			found = append(found, d)
		}
	}
	return found
}

func text(n *html.Node) string {
	var b strings.Builder
	if n.Type == html.TextNode {
		return n.Data
	}
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func xlsxFacts(t *testing.T, doc *schemadoc.Document) facts {
	f, file := facts{}, opened(t, rendered(t, schemadoc.XLSX, doc))
	rows := map[string][][]string{}
	for _, tab := range file.GetSheetList() {
		all, err := file.GetRows(tab)
		if err != nil {
			t.Fatal(err)
		}
		rows[tab] = all
	}
	head := rows["Tables"][3]
	for _, row := range rows["Tables"][4:] {
		for i, cell := range row {
			label := head[i]
			switch label {
			case "Table":
				continue
			case "Kind", "Description":
				label = strings.ToLower(label)
			}
			f.put(cell, row[1], label)
		}
	}
	places := map[string]int{}
	for _, row := range rows["Columns"][1:] {
		places[row[0]]++
		f.put(fmt.Sprint(places[row[0]]), row[0], row[1], "place")
		for i, fact := range []string{2: "type", 3: "key", 4: "description", 5: "null"} {
			if fact != "" && i < len(row) {
				f.put(row[i], row[0], row[1], fact)
			}
		}
	}
	for _, row := range rows["Values"][1:] {
		if len(row) < 5 || row[4] == "" {
			f.put(row[2], row[0], row[1], "more")
			continue
		}
		f.put(row[3], row[0], row[1], row[2], "rows")
		f.put(row[4], row[0], row[1], row[2], "share")
		f.put(row[5], row[0], row[1], row[2], "remark")
	}
	for i, row := range rows["Missing"][1:] {
		f.put(strings.Join(row, " "), "missing", fmt.Sprint(i))
	}
	return f
}
