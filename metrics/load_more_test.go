package metrics_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"tearsheet/metrics"
)

// registryOf returns a registry of one team and one metric with these lines beside
// its name, its team and its unit.
func registryOf(lines ...string) string {
	return "teams:\n  - name: product\nmetrics:\n  - name: active_users\n    team: product\n    unit: users\n    better: up\n    " +
		strings.Join(lines, "\n    ") + "\n"
}

const soundDefinition = "definition: Distinct signed-in users with an action on the day; crawlers excluded."

func mustLoad(t *testing.T, text string) (*metrics.Registry, metrics.Faults) {
	t.Helper()
	r, warnings, err := metrics.Load("metrics.yaml", []byte(text), metrics.LoadOptions{})
	if err != nil {
		t.Fatalf("%s\ndoes not load:\n%v", text, err)
	}
	return r, warnings
}

func TestLoadWarnsOfADefinitionThatSaysNothing(t *testing.T) {
	for definition, want := range map[string]string{
		"TBD":                                  "is a placeholder",
		"n/a":                                  "is a placeholder",
		"See wiki for the details of this one": "is a placeholder",
		"\"—\"":                                "is a placeholder",
		"Active users":                         "repeats the title",
		"The total number of active users per day, for all users": "repeats the title",
		"People who did something":                                "is very short",

		"None of the crawlers; distinct users with an action on the day.": "",
		"Todorov's count of distinct users that were active on the day.":  "",
		"Distinct users with a logged action.":                            "",
	} {
		_, warnings := mustLoad(t, registryOf("week: mean", "from: a", "measure: count(*)", "definition: "+definition))
		got := warnings.Error()
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: warned %q, want %q", definition, got, want)
		}
		if want != "" && !strings.HasPrefix(got, `metrics.yaml:11:17: metric "active_users": definition `) {
			t.Errorf("%q: warned %q without its place", definition, got)
		}
	}
}

func TestLoadWarnsOfTwoMetricsWithOneTitle(t *testing.T) {
	text := registryOf("week: mean", "from: a", "measure: count(*)", soundDefinition)
	second := strings.Replace(text[strings.Index(text, "  - name: active"):], "active_users", "others\n    title: Active users", 1)
	_, warnings := mustLoad(t, text+second)
	if got := warnings.Error(); got != `metrics.yaml:13:12: metric "others": has the title "Active users" of metric "active_users"` {
		t.Errorf("warned %q", got)
	}
}

// What a metric counts "per day" follows from its text, whatever an empty day is
// worth.
func TestLoadTellsWhatAddsUpByItsText(t *testing.T) {
	for lines, want := range map[string]bool{
		"week: mean\n    from: a\n    measure: count(*)\n    empty: unknown":                                                     true,
		"week: mean\n    from: a\n    measure: avg(amount)\n    empty: zero":                                                     false,
		"week: mean\n    sql: select day, sum(amount) as value from a where day >= $1 and day < $2 group by 1":                   true,
		"week: mean\n    sql: select day, max(balance) as value from a where day >= $1 and day < $2 group by 1\n    empty: zero": false,
		"week: last\n    from: a\n    measure: count(*)":                                                                         false,
	} {
		r, _ := mustLoad(t, registryOf(soundDefinition, lines))
		if got := r.Metric("active_users").Flow(); got != want {
			t.Errorf("%s\nflows: %v, want %v", lines, got, want)
		}
	}
}

func TestLoadTellsZeroFromUnknownOfAnEmptyDay(t *testing.T) {
	long := func(value string) string {
		return "sql: select day, " + value + " as value from a where day >= $1 and day < $2 group by 1"
	}
	for _, tt := range []struct {
		lines string
		want  metrics.Empty
	}{
		{"from: a\n    measure: count(*)", metrics.EmptyZero},
		{"from: a\n    measure: sum(amount)", metrics.EmptyZero},
		{"from: a\n    measure: avg(amount)", metrics.EmptyUnknown},
		{"from: a\n    measure: sum(amount) / count(*)", metrics.EmptyUnknown},
		{"from: a\n    measure: avg(amount)\n    empty: zero", metrics.EmptyZero},
		{"from: a\n    measure: count(*)\n    empty: unknown", metrics.EmptyUnknown},
		{long("count(*)"), metrics.EmptyZero},
		{long("max(balance)"), metrics.EmptyUnknown},
		{long("max(balance)") + "\n    empty: zero", metrics.EmptyZero},
	} {
		r, _ := mustLoad(t, registryOf("week: mean", soundDefinition, tt.lines))
		if got := r.Metric("active_users").Empty; got != tt.want {
			t.Errorf("%s: an empty day is %s, want %s", tt.lines, got, tt.want)
		}
	}
}

func TestLoadAdmitsAMeanOfDistinctCounts(t *testing.T) {
	for _, roll := range []string{"mean", "last", "whole"} {
		mustLoad(t, registryOf("week: "+roll, "from: a", "measure: count(distinct user_id)", soundDefinition))
	}
}

func TestLoadTakesTextAsItIsWritten(t *testing.T) {
	r, _ := mustLoad(t, "\uFEFF"+strings.ReplaceAll(registryOf("week: mean", "title: 'Users: \"active\" <b>=1+1</b>'",
		"definition: |\n      Distinct users on the day.\n\n      Crawlers are excluded.", "sql: |-\n      select day, 1 as value from a -- all\n      where day >= $1 and day < $2 ;"), "\n", "\r\n"))
	m := r.Metric("active_users")
	if want := `Users: "active" <b>=1+1</b>`; m.Title != want {
		t.Errorf("D14: title is %q, want %q", m.Title, want)
	}
	if want := "Distinct users on the day. Crawlers are excluded."; m.Definition != want {
		t.Errorf("definition is %q, want %q", m.Definition, want)
	}
	if want := "select day, 1 as value from a -- all\nwhere day >= $1 and day < $2"; m.SQL != want {
		t.Errorf("SQL is %q, want %q", m.SQL, want)
	}
}

func TestLoadCompletesThresholdsByThoseOfTheFile(t *testing.T) {
	text := registryOf("week: mean", "from: a", "measure: count(*)", soundDefinition, "thresholds: {watch: 0}") + "thresholds: {off: 10}\n"
	r, _ := mustLoad(t, text)
	if got, want := r.Metric("active_users").Thresholds, (metrics.Thresholds{Watch: 0, Off: 10, Ahead: 5}); got != want {
		t.Errorf("thresholds are %v, want %v", got, want)
	}
}

// 0 is no distance: a metric that is never off plan may be watched.
func TestLoadAdmitsAThresholdOfZeroBesideOthers(t *testing.T) {
	r, _ := mustLoad(t, registryOf("week: mean", "from: a", "measure: count(*)", soundDefinition, "thresholds: {off: 0}"))
	if got, want := r.Metric("active_users").Thresholds, (metrics.Thresholds{Watch: 2, Off: 0, Ahead: 5}); got != want {
		t.Errorf("thresholds are %v, want %v", got, want)
	}
}

func TestD07LoadRefusesMoreMetricsThanCanBeCompared(t *testing.T) {
	text := registryOf("week: mean", "from: a", "measure: count(*)", soundDefinition)
	one := text[strings.Index(text, "  - name: active"):]
	for i := range 1000 {
		text += strings.Replace(one, "active_users", fmt.Sprintf("m%d", i), 1)
	}
	_, _, err := metrics.Load("metrics.yaml", []byte(text), metrics.LoadOptions{})
	if err == nil || err.Error() != "metrics.yaml:4:3: metrics has 1001 items, at most 1000 are allowed" {
		t.Errorf("1001 metrics: %.300v", err)
	}
}

func TestSchemaDescribesEveryKey(t *testing.T) {
	var schema struct {
		Schema      string `json:"$schema"`
		Title       string
		Definitions map[string]struct {
			Properties           map[string]struct{ Description string }
			AdditionalProperties *bool
		} `json:"$defs"`
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal(metrics.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	if schema.Schema == "" || schema.Title == "" || len(schema.Properties) != 3 || len(schema.Definitions) != 4 {
		t.Fatalf("the schema has %d keys and %d definitions:\n%s", len(schema.Properties), len(schema.Definitions), metrics.Schema())
	}
	for key, property := range schema.Properties {
		if property.Description == "" {
			t.Errorf("%s has no description", key)
		}
	}
	for name, definition := range schema.Definitions {
		if definition.AdditionalProperties == nil || *definition.AdditionalProperties {
			t.Errorf("%s admits unknown keys", name)
		}
		for key, property := range definition.Properties {
			if property.Description == "" {
				t.Errorf("%s.%s has no description", name, key)
			}
		}
	}
}

// FuzzLoad holds that whatever stands in a file, Load returns a registry or faults
// with places, and does not panic.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "testdata/contract.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkLoad(t, text) })
}

type failer interface{ Fatalf(string, ...any) }

func checkLoad(t failer, text []byte) {
	r, _, err := metrics.Load("m.yaml", text, metrics.LoadOptions{Printable: latin})
	var faults metrics.Faults
	switch {
	case err == nil && r == nil:
		t.Fatalf("%q gives no registry and no error", text)
	case err == nil:
		for _, m := range r.Metrics() {
			m.Tables()
		}
	case !errors.As(err, &faults):
		t.Fatalf("%q gives the error %v", text, err)
	}
	for _, fault := range faults {
		if !strings.HasPrefix(fault.Place, "m.yaml:") || strings.Contains(fault.Place, ":0") || fault.Text == "" {
			t.Fatalf("%q has the fault %v", text, fault)
		}
	}
}

// A slip of the pen in a good file: a piece cut out, doubled or replaced.
func TestLoadSurvivesSlipsOfThePen(t *testing.T) {
	good, err := os.ReadFile("testdata/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := bytes.Clone(good)
		for range rapid.IntRange(1, 4).Draw(t, "slips") {
			from := rapid.IntRange(0, len(text)).Draw(t, "from")
			to := min(len(text), from+rapid.IntRange(0, 30).Draw(t, "length"))
			piece := rapid.SampledFrom([]string{"", "(", ")", "'", "\"", "\n", "\t", ": ", "- ", "&a ", "*a", "|", "~", "{", "]", "--", "/*", ";", "$1", "é", "\x00", "\xff", "😀",
				string(text[from:to]) + string(text[from:to])}).Draw(t, "piece")
			text = append(append(bytes.Clone(text[:from]), piece...), text[to:]...)
		}
		checkLoad(t, text)
	})
}
