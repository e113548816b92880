package googletest

import (
	"bytes"
	"testing"
)

// Whatever a person types, the page is drawn and the spreadsheet is told.
func FuzzWhateverIsTypedIsDrawn(f *testing.F) {
	for _, seed := range [][2]string{{"=SPARKLINE('a", `0"`}, {"=HYPERLINK(\"", "[$-409]d\\"}, {"=A(", "_"}, {"=''!A1", "*é;;;@"}, {"='", "#,##0.0,,\"M\""}} {
		f.Add(seed[0], seed[1], 1234.5)
	}
	s, err := New(Options{NoQuota: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, typed, pattern string, v float64) {
		id := s.Create("x")
		p := s.Person(id)
		p.EditCell("Sheet1", "A1", typed)
		s.edit(id, func(b *book) {
			b.Sheets[0].Cells[spot{1, 1}] = object{"userEnteredValue": object{"numberValue": v},
				"userEnteredFormat": object{"numberFormat": object{"pattern": pattern}}}
			if _, fail := b.shown(ask{grid: true, ranges: []string{"A1:B2"}}); fail != nil {
				t.Error(fail)
			}
		})
		p.RenameTab("Sheet1", "Bob's")
		if err := s.HTML(&bytes.Buffer{}, id); err != nil {
			t.Error(err)
		}
		s.Trash(id)
	})
}

func FuzzMasksAndRangesAreReadOrRefused(f *testing.F) {
	for _, seed := range []string{"a(b,c.d)/e,*", "a(", "'x''y'!$A$1:B", "A1:", "!"} {
		f.Add(seed)
	}
	b := newBook("x", "x")
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := parseMask(text); err == nil && len(m.paths()) == 0 {
			t.Error("a mask that names nothing")
		}
		if s, a, fail := b.parseRange(text); fail == nil && (s == nil || a.empty()) {
			t.Errorf("%v is empty", a)
		}
	})
}
