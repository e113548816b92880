package main

import (
	"bytes"
	"strings"
	"testing"

	"tearsheet/pipeline/source/files"
)

func TestReadingOfAFileIsShownAndNotTooOften(t *testing.T) {
	var out bytes.Buffer
	p := progress{out: &out, draw: new(drawing)}
	const size = 1 << 30
	p.file(files.Progress{Step: "checking", Path: "in/a.csv", Bytes: size / 2, Of: size})
	if shown := out.String(); !strings.Contains(shown, "checking in/a.csv") || !strings.Contains(shown, "50%") {
		t.Errorf("shown is %q", shown)
	}
	before := out.Len()
	for n := range int64(10_000) { // well within a tenth of a second
		p.file(files.Progress{Step: "loading", Path: "in/a.csv", Bytes: n, Of: size})
	}
	if drawn := strings.Count(out.String()[before:], "loading"); drawn > 20 {
		t.Errorf("drawn %d times", drawn)
	}
	p.done()
	p.step("computing", 1, 4)
	if !strings.Contains(out.String(), "computing") {
		t.Errorf("the next work is not shown: %q", out.String())
	}
	p.file(files.Progress{Path: "empty.csv"})
}

func TestNothingIsShownWhereNoTerminalIs(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out)
	p.file(files.Progress{Step: "checking", Path: "a.csv", Bytes: 1, Of: 2})
	p.step("computing", 1, 4)
	p.done()
	if out.Len() > 0 {
		t.Errorf("shown: %q", out.String())
	}
}
