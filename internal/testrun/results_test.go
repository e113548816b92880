package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/internal/testenv/canary"
)

func read(t *testing.T, events string) (*results, string) {
	t.Helper()
	var printed strings.Builder
	r := newResults()
	if err := r.read(strings.NewReader(events), &printed); err != nil {
		t.Fatal(err)
	}
	return r, printed.String()
}

func last(r *results, products ...product) string {
	var out strings.Builder
	r.close(&out, products)
	return out.String()
}

const passing = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    testenv.go:40: uses pdftoppm\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Elapsed":1.5}
`

func TestPassingRunIsGoodAndNamesWhatItUsed(t *testing.T) {
	r, printed := read(t, passing)
	if !r.good() || printed != "ok   p  1.5s\n" {
		t.Errorf("good %v, printed %q", r.good(), printed)
	}
	want := "\nRan with:\n  poppler 22.12.0, asked for by 1 tests\nSkipped:\n  nothing\n1 passed, 0 failed, 0 skipped\n"
	if got := last(r, product{"poppler", "22.12.0", []string{"pdfinfo", "pdftoppm"}}); got != want {
		t.Errorf("closing lines:\n%s\nwant:\n%s", got, want)
	}
}

func TestFailedTestIsPrintedWithWhatItSaid(t *testing.T) {
	r, printed := read(t, `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: 3 is not 4\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    a_test.go:9: fine\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p","Elapsed":0.1}
`)
	if r.good() || !strings.Contains(printed, "FAIL p.TestA\n    a_test.go:3: 3 is not 4\n") || strings.Contains(printed, "fine") {
		t.Errorf("good %v, printed %q", r.good(), printed)
	}
	if got := last(r); !strings.HasSuffix(got, "\n1 passed, 1 failed, 0 skipped\n") {
		t.Errorf("closing lines: %s", got)
	}
}

func TestPackageThatDoesNotBuildIsAFailure(t *testing.T) {
	r, printed := read(t, `{"ImportPath":"p","Action":"build-output","Output":"./a.go:3:1: undefined: x\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}
`)
	if r.good() || r.failed != 1 || !strings.Contains(printed, "undefined: x") {
		t.Errorf("good %v, failed %d, printed %q", r.good(), r.failed, printed)
	}
}

func skipped(reason string) string {
	return `{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    testenv.go:40: uses qpdf\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:7: ` + reason + `\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p"}
`
}

func TestSkippedTestIsAFailure(t *testing.T) {
	r, _ := read(t, skipped("needs a full moon"))
	got := last(r)
	if r.good() || !strings.Contains(got, "  p.TestA: needs a full moon [a failure here]\n") || !strings.HasSuffix(got, "\n0 passed, 0 failed, 1 skipped\n") {
		t.Errorf("good %v, closing lines:\n%s", r.good(), got)
	}
}

func TestSkipForWhatNoPackageBringsIsListedAndAllowed(t *testing.T) {
	for _, reason := range []string{testenv.NoSharedData, testenv.NoSmallDisk, testenv.NoMailServer} {
		r, _ := read(t, skipped(reason))
		if got := last(r); !r.good() || !strings.Contains(got, "  p.TestA: "+reason+"\n") {
			t.Errorf("good %v, closing lines:\n%s", r.good(), got)
		}
	}
}

// K01: a secret that a test planted is in no line that any test prints.
func TestPlantedSecretInTheOutputIsAFailure(t *testing.T) {
	said := func(test, output string) string {
		return fmt.Sprintf("{\"Action\":\"output\",\"Package\":\"p\"%s,\"Output\":%q}\n", test, output)
	}
	const inTest = `,"Test":"TestA"`
	secret := canary.Prefix + "4711"
	for name, events := range map[string]string{
		"in a log":      said(inTest, "    a_test.go:3: dial postgres://u:"+secret+"@host\n"),
		"of a package":  said("", secret+"\n"),
		"in base64":     said(inTest, base64.StdEncoding.EncodeToString([]byte("\x00anna\x00"+secret))+"\n"),
		"of go test":    "panic: " + secret + "\n",
		"of a build":    `{"ImportPath":"p","Action":"build-output","Output":"./a.go:3:1: ` + secret + `\n"}` + "\n",
		"below a name":  said(inTest, "=== RUN   TestA/"+secret+"\n") + said(inTest, "    "+secret+"\n"),
		"in two pieces": said(inTest, "first\n") + said(inTest, "then "+secret+"\n"),
	} {
		r, printed := read(t, events+passing)
		if r.good() || len(r.leaks) != 1 || !strings.Contains(last(r), "is in the output of "+r.leaks[0]+" [a failure]\n") {
			t.Errorf("%s: good %v, leaks %q", name, r.good(), r.leaks)
		}
		if name == "in a log" && strings.Contains(printed+last(r), secret) {
			t.Errorf("%s: the run prints it as well", name)
		}
	}
	for name, events := range map[string]string{
		"a name":       said(inTest, "=== RUN   TestA/"+secret+"\n") + said(inTest, "    --- PASS: TestA/"+secret+" (0.00s)\n"),
		"another word": said(inTest, "    a_test.go:3: canaryreader\n"),
	} {
		if r, _ := read(t, events+passing); !r.good() {
			t.Errorf("%s: leaks %q", name, r.leaks)
		}
	}
}

func TestProgramsAreFoundWhereTestsAskForThem(t *testing.T) {
	root := t.TempDir()
	source := "package p\nvar a, b, c = testenv.Tool(t, \"qpdf\"), testenv.Tool(tb, \"pdfinfo\"), testenv.Tool(t, \"qpdf\")\n"
	if err := os.WriteFile(filepath.Join(root, "a_test.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := wanted(root)
	if err != nil || !slices.Equal(got, []string{"pdfinfo", "qpdf"}) {
		t.Errorf("wanted = %q, %v", got, err)
	}
}
