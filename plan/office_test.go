package plan_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/plan"
)

// office opens the workbook in LibreOffice, which computes its formulas, saves it
// there and returns the path of what was saved.
func office(t *testing.T, w workbook) string {
	t.Helper()
	soffice, dir := testenv.Tool(t, "soffice"), t.TempDir()
	in := filepath.Join(dir, "plan.xlsx")
	w.must(os.WriteFile(in, w.bytes(), 0o600))
	out, err := exec.Command(soffice, "-env:UserInstallation=file://"+dir+"/profile", "--headless",
		"--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", dir+"/saved", in).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return filepath.Join(dir, "saved", "plan.xlsx")
}

func TestWorkbookSavedByAnOfficeIsReadByItsComputedValues(t *testing.T) {
	o := options(t)
	w := newWorkbook(t).rows(
		[]any{"metric", "is", date(10, 1), date(11, 1), date(11, 15), "2026-Q1"},
		[]any{"likes", "daily", 0.1, nil, 7},
		[]any{"revenue", nil, 310, 600},
	)
	w.shown("C1", "mmm yyyy")
	w.shown("D1", "mmm yy")
	w.shown("E1", "d mmm yyyy")
	w.must(w.SetCellFormula("Plan", "D2", "C2+0.2"))
	w.must(w.SetCellFormula("Plan", "F2", `IF(C2>5,1,"")`))
	p, err := plan.ReadFile(office(t, w), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ metric, ends, want string }{
		{"likes", "2026-10-11", "1/10"},
		{"likes", "2026-11-08", "3/10"},
		{"likes", "2026-11-15", "7"},
		{"likes", "2026-02-01", "unknown"},
		{"revenue", "2026-10-11", "70"},
		{"revenue", "2026-11-15", "140"},
	} {
		if got := weekly(t, p, o, c.metric, c.ends); got != c.want {
			t.Errorf("%s to %s: got %s, want %s", c.metric, c.ends, got, c.want)
		}
	}

	w.must(w.SetCellFormula("Plan", "F3", "1/0"))
	if _, err := plan.ReadFile(office(t, w), o); err == nil || !strings.Contains(err.Error(), `plan.xlsx: Plan!F3: "#DIV/0!" is not a number`) {
		t.Errorf("E02 got %v", err)
	}
}
