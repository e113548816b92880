package graphpage_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/pipeline/graphpage"

	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "write the golden files of testdata")

type render func(io.Writer, graphpage.Page) error

func renderers() map[string]render {
	return map[string]render{"svg": graphpage.SVG, "html": graphpage.HTML}
}

func rendered(t testing.TB, r render, p graphpage.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := r(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var style = regexp.MustCompile(`(?s)<style>.*?</style>|sha256-\S*`)

func TestFilesAreAsTheyWereRead(t *testing.T) {
	for format, r := range renderers() {
		got, path := style.ReplaceAllString(rendered(t, r, sample()), ""), filepath.Join("testdata", "sample."+format)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s has changed (-update writes it)", path)
		}
	}
}

func TestSamePageGivesTheSameBytes(t *testing.T) {
	for format, r := range renderers() {
		first := rendered(t, r, sample())
		for range 4 {
			if first != rendered(t, r, sample()) {
				t.Fatalf("%s: two renders differ", format)
			}
		}
		other := sample()
		other.Nodes[3].State = pipeline.Fresh
		if first == rendered(t, r, other) {
			t.Errorf("%s: another state gave the same bytes: the comparison sees nothing", format)
		}
	}
}

// hostile is a page whose texts try to be something else.
func hostile() graphpage.Page {
	const script = `</style></title></text><script>alert("x")</script>`
	return graphpage.Page{Company: script, At: night,
		Nodes: []graphpage.Node{
			{Name: script, State: pipeline.Failed, Error: script + "\n" + strings.Repeat(script, 20) + "\x00\x1b[31m\xff\ufffe", Why: script, Run: script},
			{Name: `"><img src=x onerror=alert(1)>`, State: "fresh\" onload=\"alert(1)", Why: "]]>&amp;<!--"},
		},
		Edges: []graphpage.Edge{{From: script, To: `"><img src=x onerror=alert(1)>`, Label: script}},
	}
}

func TestTextThatTriesToBeSomethingElseIsText(t *testing.T) {
	tree, err := html.Parse(strings.NewReader(rendered(t, graphpage.HTML, hostile())))
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	for d := range tree.Descendants() {
		if d.Type == html.TextNode && strings.Contains(d.Data, "<script>") {
			texts++
		}
		if d.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{"script", "img", "iframe", "foreignObject", "object"}, d.Data) {
			t.Errorf("the page has an element %s", d.Data)
		}
		for _, a := range d.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s> has %s=%q", d.Data, a.Key, a.Val)
			}
		}
	}
	if texts < 5 {
		t.Errorf("%d texts have the script, want at least 5: the test looks at nothing", texts)
	}
}

func TestPictureIsWellFormedAndHasNoScript(t *testing.T) {
	for name, p := range map[string]graphpage.Page{"sample": sample(), "hostile": hostile(), "empty": {}} {
		d := xml.NewDecoder(strings.NewReader(rendered(t, graphpage.SVG, p)))
		elements := 0
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			elements++
			if !slices.Contains([]string{"svg", "style", "g", "title", "path", "rect", "circle", "text", "tspan"}, start.Name.Local) {
				t.Errorf("%s: an element %s", name, start.Name.Local)
			}
			for _, a := range start.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
					t.Errorf("%s: <%s> has %s=%q", name, start.Name.Local, a.Name.Local, a.Value)
				}
			}
		}
		if elements < 2 {
			t.Errorf("%s: %d elements", name, elements)
		}
	}
}

// Colour only doubles what shape says: each state has a shape and an edge of its own.
func TestStatesDifferInShape(t *testing.T) {
	shapes := map[string]string{}
	for _, state := range []pipeline.NodeState{pipeline.Fresh, pipeline.Open, pipeline.Behind, pipeline.Never, pipeline.Failed} {
		picture := style.ReplaceAllString(rendered(t, graphpage.SVG, graphpage.Page{Nodes: []graphpage.Node{{Name: "likes", State: state, Rows: 1}}}), "")
		shape := regexp.MustCompile(`translate\(10 10\)">(<[a-z]+) class="[a-z]+" ([^/]*)/`).FindStringSubmatch(picture)
		if shape == nil {
			t.Fatalf("%s has no shape: %s", state, picture)
		}
		if other, ok := shapes[shape[1]+shape[2]]; ok {
			t.Errorf("%s looks like %s", state, other)
		}
		shapes[shape[1]+shape[2]] = string(state)
	}
}

func TestTablesThatNeedSomebodyComeFirst(t *testing.T) {
	page := rendered(t, graphpage.HTML, sample())
	var got []string
	for _, m := range regexp.MustCompile(`<tr id="table-[^"]*" class="([a-z]+)"`).FindAllStringSubmatch(page, -1) {
		got = append(got, m[1])
	}
	want := slices.Concat([]string{"failed"}, slices.Repeat([]string{"never"}, 3), slices.Repeat([]string{"stale"}, 2), slices.Repeat([]string{"open"}, 9), slices.Repeat([]string{"fresh"}, 15))
	if !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	for _, part := range []string{"tearsheet explain stock_purchases@2026-11-14", "failed, 2 stale · 358 M rows", ">180/182<", "358,024,430", "2 min 5 s"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
}

func TestPageOfWhatWasFound(t *testing.T) {
	toronto, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.November, 16, 8, 12, 0, 0, time.UTC)
	users := &pipeline.Asset{Name: "users", SQL: "select", Whole: true}
	events := &pipeline.Asset{Name: "staging.events"}
	likes := &pipeline.Asset{Name: "likes", SQL: "select", Depends: []pipeline.Depend{{Asset: "staging.events", Mapping: pipeline.Lookback, Days: 6}, {Asset: "users", Mapping: pipeline.Same},
		{Asset: "users", Mapping: pipeline.Latest}, {Asset: "staging.events", Mapping: pipeline.AllBefore}, {Asset: "staging.events", Mapping: pipeline.Previous}}}
	p := graphpage.New("Lumen", today, at.In(toronto.Zone()), []pipeline.Status{
		{Asset: events, State: pipeline.Open, First: today - 10, Last: today - 3, Days: 7, Incomplete: make([]pipeline.Incomplete, 2)},
		{Asset: users, State: pipeline.Fresh, First: -719162, Last: -719162, Days: 1, Rows: 9, LoadedAt: at},
		{Asset: likes, State: pipeline.Failed, Error: "bad", Stale: []calendar.Day{today - 1}},
	})
	if e := p.Nodes[0]; e.Kind != graphpage.Source || e.Days != 7 || e.Expected != 10 || e.Last != today-3 || e.Open != 2 || !e.Loaded.IsZero() {
		t.Errorf("events: %+v", e)
	}
	if u := p.Nodes[1]; u.Kind != graphpage.Whole || u.Expected != 0 || u.Loaded.Format("15:04") != "03:12" {
		t.Errorf("users: %+v", u)
	}
	if l := p.Nodes[2]; l.Kind != graphpage.SQL || l.Expected != 0 || l.Error != "bad" || l.Stale != 1 {
		t.Errorf("likes: %+v", l)
	}
	var labels []string
	for _, e := range p.Edges {
		labels = append(labels, e.From+" "+e.Label)
	}
	if want := []string{"staging.events 7 days", "users ", "users latest", "staging.events all before", "staging.events day before"}; !slices.Equal(labels, want) {
		t.Errorf("edges %q, want %q", labels, want)
	}
}
