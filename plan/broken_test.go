package plan_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/metrics"
	"tearsheet/plan"
)

// update says to write the expected faults anew; read the difference before it
// is committed.
func update() bool { return flag.Lookup("update").Value.String() == "true" }

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the golden files anew")
	flag.Parse()
	os.Exit(m.Run())
}

// Each file of testdata/broken is wrong, most in one way, and has beside it all
// faults that a person must be told.
func TestBrokenPlansSayAllThatIsWrongAndWhere(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.csv")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d broken plans, %v", len(files), err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".csv"), func(t *testing.T) {
			p, err := plan.ReadFile(path, options(t))
			var faults metrics.Faults
			if p != nil || !errors.As(err, &faults) {
				t.Fatalf("got %v and %v, want faults and no plan", p, err)
			}
			got, golden := faults.Error()+"\n", strings.TrimSuffix(path, ".csv")+".golden"
			if update() {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}
