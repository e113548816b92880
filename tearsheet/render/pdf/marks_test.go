package pdf_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/pdf"
	"tearsheet/tearsheet/render/rendertest"
)

// content returns the drawing operators of the file in plain text.
func content(t *testing.T, doc *tearsheet.Document) string {
	t.Helper()
	plain := filepath.Join(t.TempDir(), "plain.pdf")
	output(t, "qpdf", "--qdf", "--object-streams=disable", file(t, pdf.Letter, doc), plain)
	b, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// shape is a triangle without its colour.
type shape struct{ down, filled bool }

var triangle = regexp.MustCompile(`[\d.]+ ([\d.]+) m\s+[\d.]+ [\d.]+ l\s+[\d.]+ ([\d.]+) l\s+h\s+([fS])\s`)

// triangles counts the closed paths of three corners by their shape.
func triangles(t *testing.T, content string) map[shape]int {
	t.Helper()
	counts := map[shape]int{}
	for _, m := range triangle.FindAllStringSubmatch(content, -1) {
		base, _ := strconv.ParseFloat(m[1], 64)
		tip, _ := strconv.ParseFloat(m[2], 64)
		counts[shape{down: tip < base, filled: m[3] == "f"}]++
	}
	return counts
}

// A grey printer must not lose a verdict: each has a shape of its own.
func TestMarksDifferInShape(t *testing.T) {
	doc := rendertest.Sample()
	got := triangles(t, content(t, doc))
	want := map[shape]int{ // each once more in the legend
		{down: true, filled: true}:   doc.Counts.Behind + 1,
		{down: true, filled: false}:  doc.Counts.Watch + 1,
		{down: false, filled: true}:  doc.Counts.Ahead + 1,
		{down: false, filled: false}: 0,
	}
	for s, n := range want {
		if got[s] != n {
			t.Errorf("%+v: %d triangles, want %d", s, got[s], n)
		}
	}
}

// What is off plan is told by weight as well.
func TestRowOffPlanIsSetBold(t *testing.T) {
	plain := rendertest.Sample()
	for i := range plain.Sections {
		for j := range plain.Sections[i].Rows {
			plain.Sections[i].Rows[j].Mark = tearsheet.OnPlan
		}
	}
	marked := rendertest.Sample()
	if bold, all := semiBold(t, marked), semiBold(t, plain); bold-all != 2*marked.Counts.Behind {
		t.Errorf("%d bold texts beside %d without marks, want 2 more for each of %d rows", bold, all, marked.Counts.Behind)
	}
}

// semiBold counts the texts of the first page that are set in the bold face.
func semiBold(t *testing.T, doc *tearsheet.Document) int {
	t.Helper()
	text := content(t, doc)
	page, _, _ := strings.Cut(text, "endstream")
	count, bold := 0, false
	names := regexp.MustCompile(`/BaseFont /(utf8[a-z-]+)`).FindAllStringSubmatch(text, -1)
	if len(names) == 0 {
		t.Fatal("no fonts")
	}
	resources := regexp.MustCompile(`/(F[0-9a-f]+) (\d+) 0 R`).FindAllStringSubmatch(text, -1)
	face := ""
	for _, r := range resources {
		if regexp.MustCompile(`(?s)\n` + r[2] + ` 0 obj\n<<[^>]*semibold`).MatchString(text) {
			face = r[1]
		}
	}
	if face == "" {
		t.Fatal("no bold face")
	}
	for _, line := range strings.Split(page, "\n") {
		if m := regexp.MustCompile(`/(F[0-9a-f]+) [\d.]+ Tf`).FindStringSubmatch(line); m != nil {
			bold = m[1] == face
		}
		if bold && strings.Contains(line, " Tj") {
			count++
		}
	}
	return count
}

// F02: a week without a value leaves the line open, and no line is drawn to zero.
func TestSparklineStaysOpenWhereAWeekHasNoValue(t *testing.T) {
	doc := rendertest.Sample()
	doc.Sections, doc.Definitions, doc.Legend = doc.Sections[:1], nil, nil
	doc.Sections[0].Rows = doc.Sections[0].Rows[:1]
	row := &doc.Sections[0].Rows[0]
	trend := row.Trend
	row.TrendLow, row.TrendHigh = metrics.Int(100), metrics.Int(112)
	for i := range trend {
		trend[i] = tearsheet.Point{Actual: metrics.Int(int64(100 + i))}
	}
	whole := segments(content(t, doc))
	trend[5].Actual, trend[9].Actual = metrics.Value{}, metrics.Value{}
	open := segments(content(t, doc))
	if len(whole) != 1 || whole[0] != 12 {
		t.Fatalf("a whole trend is drawn in lines of %v segments, want one of 12", whole)
	}
	// Weeks 0–4, 6–8 and 10–12.
	if len(open) != 3 || open[0] != 4 || open[1] != 2 || open[2] != 2 {
		t.Errorf("a trend with two gaps is drawn in lines of %v segments, want 4, 2, 2", open)
	}
	for i := range trend {
		trend[i].Actual = metrics.Value{}
	}
	if none := segments(content(t, doc)); len(none) != 0 {
		t.Errorf("a trend without values is drawn in lines of %v segments", none)
	}
}

// segments returns the lengths of the stroked lines with more than one segment.
func segments(content string) []int {
	var lengths []int
	for _, path := range regexp.MustCompile(`(?:[\d.]+ [\d.]+ l\s+){2,}S`).FindAllString(content, -1) {
		lengths = append(lengths, strings.Count(path, " l"))
	}
	return lengths
}

// A provisional week is drawn open, whether it is the latest or not; in all shades of
// grey it differs from a whole one.
func TestSparklineOpensTheDotsOfProvisionalWeeks(t *testing.T) {
	doc := rendertest.Sample()
	doc.Sections, doc.Definitions, doc.Legend = doc.Sections[:1], nil, nil
	doc.Sections[0].Rows = doc.Sections[0].Rows[:1]
	trend := doc.Sections[0].Rows[0].Trend
	for _, test := range []struct {
		provisional []int
		open, full  int
	}{{nil, 0, 1}, {[]int{12}, 1, 0}, {[]int{4}, 1, 1}, {[]int{0, 4, 12}, 3, 0}} {
		for i := range trend {
			trend[i].Provisional = slices.Contains(test.provisional, i)
		}
		if open, full := circles(content(t, doc)); open != test.open || full != test.full {
			t.Errorf("weeks %v provisional: %d open dots and %d full ones, want %d and %d", test.provisional, open, full, test.open, test.full)
		}
	}
}

// circles counts the closed curves that are outlined, and those that are only filled.
func circles(content string) (open, full int) {
	for _, m := range regexp.MustCompile(`(?:[-\d. ]+ c\s+){4}(B|b|f)\s`).FindAllStringSubmatch(content, -1) {
		if m[1] == "f" {
			full++
		} else {
			open++
		}
	}
	return open, full
}
