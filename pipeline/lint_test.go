package pipeline

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/warehouse"
)

var update = flag.Bool("update", false, "write the golden files")

// outside are tables as sources fill them, for the folders of testdata.
func outside() []*Asset {
	day := Column{Name: "day", Type: warehouse.Type{Kind: warehouse.Date}, Description: "The local day."}
	return []*Asset{
		{Name: "staging.events", File: "tearsheet.yaml", Line: 4, Source: "logs", Columns: []Column{day, {Name: "action", Description: "What was done."}}},
		{Name: "production.users", File: "tearsheet.yaml", Line: 9, Source: "mysql", Whole: true, Columns: []Column{{Name: "id", Line: 11}, {Name: "email", Line: 12}}},
	}
}

// lintFolder returns all that is said of a folder of testdata.
func lintFolder(folder string, o LintOptions) (faults, warnings Faults, graph *Graph) {
	made, faults := ReadAssets(os.DirFS(filepath.Join("testdata", folder)), "etl")
	graph, more := NewGraph(append(outside(), made...))
	found, warnings := Lint(graph, o)
	return append(append(faults, more...), found...), warnings, graph
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant %s:\n%s", got, path, want)
	}
}

func lines(faults Faults, prefix string) string {
	var b strings.Builder
	for _, f := range faults {
		b.WriteString(prefix + f.Error() + "\n")
	}
	return b.String()
}

// Each asset of testdata/broken is wrong in one way.
func TestEachWrongAssetIsReported(t *testing.T) {
	faults, warnings, _ := lintFolder("broken", LintOptions{Redshift: true})
	said := lines(faults, "") + lines(warnings, "warning: ")
	golden(t, "broken.golden", said)
	entries, err := os.ReadDir("testdata/broken/etl")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.Contains(said, strings.TrimSuffix(entry.Name(), ".sql")) {
			t.Errorf("nothing is said of %s", entry.Name())
		}
	}
}

// Negative control: what is right is left alone.
func TestNothingIsSaidOfSoundAssets(t *testing.T) {
	faults, warnings, graph := lintFolder("sound", LintOptions{Redshift: true})
	if err := faults.Err(); err != nil {
		t.Error(err)
	}
	if want := "tearsheet.yaml:9: table \"production.users\": no description of id, email\n"; lines(warnings, "") != want {
		t.Errorf("warnings:\n%swant:\n%s", lines(warnings, ""), want)
	}
	if got := len(graph.Assets()); got != 8 {
		t.Errorf("%d tables, want 8", got)
	}
}

// The tables of the example company keep the rules that it shows.
func TestNothingIsSaidOfTheExampleCompany(t *testing.T) {
	made, faults := ReadAssets(os.DirFS(".."), "etl")
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, a := range made {
		known[a.Name] = true
	}
	for _, a := range made[:len(made):len(made)] {
		for _, d := range a.Depends {
			if !known[d.Asset] { // a source fills it
				known[d.Asset] = true
				made = append(made, &Asset{Name: d.Asset, File: "tearsheet.yaml", Line: 1})
			}
		}
	}
	graph, faults := NewGraph(made)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	found, warnings := Lint(graph, LintOptions{Redshift: true})
	if said := lines(found, "") + lines(warnings, "warning: "); said != "" {
		t.Error(said)
	}
}
