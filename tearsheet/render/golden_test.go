package render_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render"
	"tearsheet/tearsheet/render/rendertest"
)

var update = flag.Bool("update", false, "write the golden files of testdata")

func TestFilesAreAsTheyWereRead(t *testing.T) {
	for name, r := range map[string]render.Renderer{"small.csv": render.CSV{}, "small.json": render.JSON{}} {
		t.Run(name, func(t *testing.T) {
			got, path := rendered(t, r, smallDocument()), filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s has changed (-update writes it):\n%s", path, got)
			}
		})
	}
}

func TestSameDocumentGivesTheSameBytes(t *testing.T) {
	for _, r := range []render.Renderer{render.HTML{}, render.CSV{}, render.JSON{}} {
		first := rendered(t, r, rendertest.Sample())
		if !bytes.Equal(first, rendered(t, r, rendertest.Sample())) {
			t.Errorf("%T: two renders differ", r)
		}
	}
}

func TestJSONReadsBackWithoutLoss(t *testing.T) {
	for name, doc := range map[string]*tearsheet.Document{"sample": rendertest.Sample(), "small": smallDocument(), "hostile": hostileDocument()} {
		file := rendered(t, render.JSON{}, doc)
		var read tearsheet.Document
		decoder := json.NewDecoder(bytes.NewReader(file))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&read); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(file, rendered(t, render.JSON{}, &read)) {
			t.Errorf("%s: what was read back renders differently", name)
		}
		for _, r := range []render.Renderer{render.HTML{}, render.CSV{}} {
			if !bytes.Equal(rendered(t, r, doc), rendered(t, r, &read)) {
				t.Errorf("%s: %T of what was read back is another", name, r)
			}
		}
	}
}

func TestJSONKeepsTextAsTyped(t *testing.T) {
	file := string(rendered(t, render.JSON{}, smallDocument()))
	for _, text := range []string{"Mögen, täglich 照片", "Lumen & Lark", "a < b && c > d", "−16.7"} {
		if !strings.Contains(file, text) {
			t.Errorf("%q does not stand in the file", text)
		}
	}
}

// F02: a week without a value is empty, and 0 is 0.
func TestF02CSVLeavesTheUnknownEmpty(t *testing.T) {
	lines := csvLines(t, smallDocument())
	unknown, zero := lines[4], lines[3]
	if got := unknown[5:15]; !slices.Equal(got, []string{"", "", "", "", "unknown", "0", "7", "true", "", ""}) {
		t.Errorf("the unknown week reads %q", got)
	}
	if zero[6] != "0" || zero[8] != "" {
		t.Errorf("a plan of 0 reads %q, its percentage %q", zero[6], zero[8])
	}
	if provisional := lines[2]; provisional[10] != "6" || provisional[12] != "true" {
		t.Errorf("the provisional week reads %q", provisional)
	}
}

// F04: text that could be a formula is inert, and numbers stay numbers.
func TestF04CSVGuardsTextAndNotNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@sum(a1)": "'@sum(a1)", "|cmd": "'|cmd", "%0": "'%0",
		"\t=1": "'\t=1", "\r=1": "'=1" /* CR has no place within a field */, "\n=1": "'\n=1", "  =1": "'  =1", " =1": "' =1",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a",
		"Likes": "Likes", "a=b": "a=b", "−5": "−5", "": "", "'quoted": "'quoted",
	} {
		doc := smallDocument()
		doc.Sections[0].Team, doc.Sections[0].Rows[0].Metric, doc.Sections[0].Rows[0].Title, doc.Sections[0].Rows[0].Unit = text, text, text, ""
		line := csvLines(t, doc)[1]
		for _, cell := range line[:3] {
			if cell != want {
				t.Errorf("%q becomes %q, want %q", text, cell, want)
			}
		}
	}
	if actual := csvLines(t, smallDocument())[3][5]; actual != "-2" {
		t.Errorf("the number −2 reads %q", actual)
	}
}

func TestCSVEndsItsLinesAsTheStandardSays(t *testing.T) {
	file := rendered(t, render.CSV{}, smallDocument())
	if lines := bytes.Count(file, []byte("\r\n")); lines != 5 || bytes.Count(file, []byte("\n")) != lines || !bytes.HasSuffix(file, []byte("\r\n")) {
		t.Errorf("%d lines end in CRLF of %d", lines, bytes.Count(file, []byte("\n")))
	}
}

func csvLines(t *testing.T, doc *tearsheet.Document) [][]string {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(rendered(t, render.CSV{}, doc))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func BenchmarkRender(b *testing.B) {
	doc := rendertest.Sample()
	for _, f := range formats() {
		b.Run(strings.ReplaceAll(f.name, " ", "_"), func(b *testing.B) {
			size := 0
			for b.Loop() {
				size = len(rendered(b, f.renderer, doc))
			}
			b.ReportMetric(float64(size), "file-bytes")
		})
	}
}
