package metrics_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"tearsheet/metrics"
)

var update = flag.Bool("update", false, "write the expected output of broken registries anew")

// latin stands for the glyphs of the sheet's fonts.
func latin(r rune) bool {
	return r < 0x250 || unicode.Is(unicode.Greek, r) || r >= 0x2000 && r < 0x2200
}

// Each file is wrong in one way, but for the one with many faults; its name says
// which, with the number of the case where it has one. The expected output stands
// beside it.
func TestLoadNamesEveryFaultWithItsPlace(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r, _, err := metrics.Load(filepath.Base(file), text, metrics.LoadOptions{Printable: latin})
			var faults metrics.Faults
			if !errors.As(err, &faults) || r != nil {
				t.Fatalf("loads, with error %v", err)
			}
			got, golden := err.Error()+"\n", strings.TrimSuffix(file, ".yaml")+".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("says\n%swant\n%s", got, want)
			}
		})
	}
}
