package pdf

import (
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"tearsheet/tearsheet"
	"tearsheet/templates"
)

func testPen(t *testing.T) pen {
	t.Helper()
	return pen{newFile(fpdf.SizeType{Wd: 612, Ht: 792}, &tearsheet.Document{})}
}

func TestCodeKeepsItsLinesAndIndentsAndIsComplete(t *testing.T) {
	p, s := testPen(t), style{templates.Mono, 10, black}
	width := 20 * p.width("0", s) // twenty characters
	for code, want := range map[string]string{
		"":                               "",
		" \n\n":                          "",
		"select 1":                       "select 1",
		"select 1\r\n  from a\r\n":       "select 1|  from a",
		"select 1\n\n  from a":           "select 1||  from a",
		"a\n\tb":                         "a|    b",
		"select first, second":           "select first, second",
		"select first, second, third":    "select first,|    second, third",
		"  where first and second or no": "where first and|    second or no",
		"x\n  where first and second":    "x|  where first and|      second",
		strings.Repeat("x", 45):          strings.Repeat("x", 20) + "|    " + strings.Repeat("x", 16) + "|    " + strings.Repeat("x", 9),
		"a\n" + strings.Repeat(" ", 25) + "deep down": "a|          deep down",
	} {
		if got := strings.Join(p.wrapCode(code, s, width+.01), "|"); got != want {
			t.Errorf("%q:\n got %q\nwant %q", code, got, want)
		}
	}
}

func TestTextIsWrappedBetweenWordsAndComplete(t *testing.T) {
	p, s := testPen(t), style{templates.Regular, 8, black}
	text := "Distinct signed-in users with at least one logged action on the day, and " + strings.Repeat("unbroken", 20) + " at the end."
	lines := p.wrap(text, s, 120)
	for _, line := range lines {
		if p.width(line, s) > 120 {
			t.Errorf("%q is %.1f wide, want at most 120", line, p.width(line, s))
		}
	}
	squeezed := func(text string) string { return strings.Join(strings.Fields(text), "") }
	if squeezed(strings.Join(lines, "")) != squeezed(text) {
		t.Errorf("something was left out: %q", lines)
	}
	if len(p.wrap("", s, 120)) != 0 {
		t.Error("no text has lines")
	}
}

func TestFitCutsWithAnEllipsis(t *testing.T) {
	p, s := testPen(t), style{templates.Regular, 8, black}
	if got := p.fit("Signups", s, 100); got != "Signups" {
		t.Errorf("what fits became %q", got)
	}
	short := p.fit("Unique visitors from search", s, 60)
	if !strings.HasPrefix(short, "Unique vis") || !strings.HasSuffix(short, "…") || p.width(short, s) > 60 {
		t.Errorf("cut to %q, %.1f wide", short, p.width(short, s))
	}
	if got := p.fit("Signups", s, 1); got != "" {
		t.Errorf("where nothing fits stands %q", got)
	}
}

func TestStatementThatNearlyFitsIsSetSmallerAndUnbroken(t *testing.T) {
	size := fpdf.SizeType{Wd: 612, Ht: 792}
	doc := &tearsheet.Document{}
	p := newPrinter(newFile(size, doc), size, doc)
	const room = 260
	for code, want := range map[string]struct {
		lines   int
		smaller bool
	}{
		strings.Repeat("a column, ", 6) + "b": {1, false},
		strings.Repeat("a column, ", 7) + "b": {1, true}, // 71 characters
		strings.Repeat("a column, ", 9) + "b": {2, false},
	} {
		s := p.codeStyle(code, room)
		if got := p.wrapCode(code, s, room); len(got) != want.lines || (s.size < statementSize) != want.smaller || s.size < statementLeast {
			t.Errorf("%d characters: %d lines in size %.2f, want %+v", len(code), len(got), s.size, want)
		}
	}
}
