package letter_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/letter"
	"tearsheet/tearsheet/render/rendertest"
)

var update = flag.Bool("update", false, "write the golden mails of testdata")

// options have everything that a letter can tell beside its document.
func options() letter.Options {
	return letter.Options{
		Late:   "late 3 h",
		Remark: "The machine was off from 06:10 to 09:55; the mail of 07:00 was sent then.",
		Links:  []letter.Link{{Text: "Open the sheet in Google Sheets", URL: "https://docs.google.com/spreadsheets/d/1AbC/edit#gid=0"}},
		Files:  []string{"tearsheet-2026-11-15.pdf", "tearsheet-2026-11-15.xlsx"},
		Footer: "You get this mail because you are on the list of Tuesday’s sheet. To be taken off, write to reports@lumen-lark.example.",
	}
}

func written(t testing.TB, doc *tearsheet.Document, o letter.Options) letter.Letter {
	t.Helper()
	l, err := letter.New(doc, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// quiet is a sheet of a good week: nothing is off plan, provisional or restated.
func quiet() *tearsheet.Document {
	doc := rendertest.Sample()
	doc.Counts, doc.Provisional, doc.Restated, doc.Agenda = tearsheet.Counts{OnPlan: 2}, false, nil, nil
	doc.Sections = doc.Sections[:1]
	doc.Sections[0].Rows = doc.Sections[0].Rows[:2]
	return doc
}

// What is read is kept as files, to be looked at when it changes.
func TestLetterReadsAsBefore(t *testing.T) {
	for name, l := range map[string]letter.Letter{
		"sample": written(t, rendertest.Sample(), options()),
		"quiet":  written(t, quiet(), letter.Options{}),
		"long":   written(t, rendertest.Long(5), letter.Options{}),
	} {
		for suffix, got := range map[string]string{".txt": l.Text, ".html": l.HTML} {
			path := filepath.Join("testdata", name+suffix)
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
				t.Errorf("%s has changed (-update writes it):\n%s", path, got)
			}
		}
	}
}

func TestSameDocumentGivesTheSameLetter(t *testing.T) {
	first := written(t, rendertest.Sample(), options())
	if first != written(t, rendertest.Sample(), options()) {
		t.Error("two letters differ")
	}
}

// H06, H07: the subject says whatever makes its figures less than final, and is one
// line whatever people typed.
func TestH07SubjectSaysWhatIsLateHeldOrProvisional(t *testing.T) {
	for want, change := range map[string]func(*tearsheet.Document, *letter.Options){
		"Lumen & Lark: week to 15 Nov: 10 off plan, 4 watch, 2 no value, provisional": func(*tearsheet.Document, *letter.Options) {},
		"Lumen & Lark: week to 15 Nov: 0 off plan, 5 watch": func(d *tearsheet.Document, _ *letter.Options) {
			d.Counts, d.Provisional = tearsheet.Counts{Watch: 5, OnPlan: 3, NoPlan: 1}, false
		},
		"Lumen & Lark: week to 15 Nov (data to 13 Nov): 10 off plan, 4 watch, 2 no value, provisional": func(_ *tearsheet.Document, o *letter.Options) {
			o.Late = "data to 13 Nov"
		},
		"Lumen & Lark: week to 15 Nov (held): 10 off plan, 4 watch, 2 no value, provisional, draft": func(d *tearsheet.Document, o *letter.Options) {
			o.Late, d.Edition = "held", 0
		},
		"Executive tearsheet: week to 15 Nov: 10 off plan, 4 watch, 2 no value, provisional": func(d *tearsheet.Document, _ *letter.Options) {
			d.Company = ""
		},
		"A Bcc: b@example.com: week to 15 Nov (c d): 10 off plan, 4 watch, 2 no value, provisional": func(d *tearsheet.Document, o *letter.Options) {
			d.Company, o.Late = "A\r\nBcc: b@example.com\x00", "c\u2028\x1b\u202ed"
		},
	} {
		doc, o := rendertest.Sample(), letter.Options{}
		change(doc, &o)
		l := written(t, doc, o)
		if l.Subject != want {
			t.Errorf("subject\n%q, want\n%q", l.Subject, want)
		}
		if o.Late == "held" && !(strings.Contains(l.Text, "\n! Held\n") && strings.Contains(l.HTML, ">Held</p>")) {
			t.Error("the body does not say that it is held")
		}
	}
}

func TestLinksThatAreNoWebAddressAreRefused(t *testing.T) {
	for _, address := range []string{"", "javascript:alert(1)", "data:text/html,x", "/sheet", "https://", "ftp://example.com/x",
		"https://user:secret@example.com/", "https://example.com/\r\nBcc: x", "https://example.com/" + strings.Repeat("x", 600)} {
		_, err := letter.New(rendertest.Sample(), letter.Options{Links: []letter.Link{{Text: "Sheet", URL: address}}})
		if err == nil || !strings.Contains(err.Error(), `link "Sheet"`) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: error is %v", address, err)
		}
	}
	if _, err := letter.New(&tearsheet.Document{}, letter.Options{}); err == nil {
		t.Error("a sheet without weeks has a letter")
	}
}

// textFaults tells where a text does not look as it should: lines that are too wide
// and figures that do not end where their column does.
func textFaults(text string) []string {
	var faults []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "https://") || line == "-- " {
			continue
		}
		n := utf8.RuneCountInString(line)
		if n > 76 || strings.TrimRight(line, " ") != line {
			faults = append(faults, fmt.Sprintf("%d wide: %q", n, line))
		}
		row := strings.HasPrefix(line, "▼ ") || strings.HasPrefix(line, "▽ ")
		if row && strings.HasSuffix(line, "%") && n != 76 {
			faults = append(faults, fmt.Sprintf("figures end at column %d: %q", n, line))
		}
	}
	return faults
}

func TestTextIsNarrowAndItsFiguresAreAligned(t *testing.T) {
	long := rendertest.Sample()
	for s := range long.Sections {
		for r := range long.Sections[s].Rows {
			long.Sections[s].Rows[r].Title += strings.Repeat(" and more of it", 5) + strings.Repeat("x", 80)
		}
	}
	long.Company, long.Plan.Text = strings.Repeat("company", 30), strings.Repeat("plan ", 50)
	for name, doc := range map[string]*tearsheet.Document{"sample": rendertest.Sample(), "quiet": quiet(), "many": rendertest.Long(6), "long names": long} {
		for _, fault := range textFaults(written(t, doc, options()).Text) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	// Negative control.
	for _, wrong := range []string{strings.Repeat("x", 77), "a ", "▼ Web signups /day   4,372   6,052   −27.8%"} {
		if len(textFaults(wrong)) == 0 {
			t.Errorf("the fault of %q is not seen", wrong)
		}
	}
}

// A letter of East Asia is as wide as two others.
func TestTextAlignsWideLetters(t *testing.T) {
	doc := rendertest.Sample()
	doc.Sections[2].Rows[2].Title = "照片，每天"
	text := written(t, doc, letter.Options{}).Text
	for line := range strings.Lines(text) {
		if strings.Contains(line, "照片") && strings.HasPrefix(line, "▼") && utf8.RuneCountInString(line) != 76-5+1 {
			t.Errorf("%d letters: %q", utf8.RuneCountInString(line), line)
		}
	}
	if !strings.Contains(text, "▼ 照片，每天 /day ") {
		t.Error("the name is not there")
	}
}

// Gmail cuts a mail off at some 102 kB; half of it is ours at most.
func TestLetterStaysSmall(t *testing.T) {
	doc := rendertest.Long(25)
	if behind := len(doc.Marked(tearsheet.Behind)); behind < 200 {
		t.Fatalf("%d rows are off plan, too few for this test", behind)
	}
	l := written(t, doc, options())
	for _, want := range []string{fmt.Sprintf("and %d more, on the sheet", len(doc.Marked(tearsheet.Behind))-20), "and 67 more"} {
		if !strings.Contains(l.HTML, want) || !strings.Contains(l.Text, want) {
			t.Errorf("the letter does not say %q", want)
		}
	}
	if len(l.HTML) > 40_000 || len(l.Text) > 10_000 {
		t.Errorf("%d bytes of HTML and %d of text", len(l.HTML), len(l.Text))
	}
	o := spoil(doc)
	for range 100 {
		o.Links, o.Files = append(o.Links, o.Links[0]), append(o.Files, o.Files[0])
	}
	if l := written(t, doc, o); len(l.HTML) > 80_000 || len(l.Text) > 30_000 || len(l.Subject) > 600 {
		t.Errorf("with long texts of quotes: %d bytes of HTML, %d of text, %d of subject", len(l.HTML), len(l.Text), len(l.Subject))
	}
}
