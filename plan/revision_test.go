package plan_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tearsheet/plan"
)

// moved are layouts of one plan, whose revision must be one.
func moved() map[string][][]any {
	return map[string][][]any{
		"as it was":        {{"metric", "2026-10", "2026-11-15"}, {"likes", 10, 20}, {"Photos uploaded", 0.1, nil}},
		"rows swapped":     {{"metric", "2026-10", "2026-11-15"}, {"Photos uploaded", 0.1}, {"likes", 10, 20}},
		"columns swapped":  {{date(11, 15), shown{date(10, 1), "mmm yy"}, "metric"}, {20, 10, "likes"}, {nil, 0.1, "Photos uploaded"}},
		"moved and titled": {{"Edited on Tuesday"}, nil, {nil, "Metric", "2026-10", "2026-11-15"}, nil, {nil, " likes", "10", shown{20, "0.00"}}, {nil, "Photos uploaded", 0.1}},
		"in the long form": {{"period", "metric", "value"}, {"2026-10", "likes", 10}, {"2026-11-15", "likes", 20}, {"2026-10", "Photos uploaded", 0.1}},
	}
}

// changed are other plans, each with another figure or meaning.
func changed() map[string][][]any {
	return map[string][][]any{
		"a figure":       {{"metric", "2026-10", "2026-11-15"}, {"likes", 10, 21}, {"Photos uploaded", 0.1}},
		"a little":       {{"metric", "2026-10", "2026-11-15"}, {"likes", 10, 20}, {"Photos uploaded", 0.10000000000001}},
		"zero for blank": {{"metric", "2026-10", "2026-11-15"}, {"likes", 10, 20}, {"Photos uploaded", 0.1, 0}},
		"one less":       {{"metric", "2026-10", "2026-11-15"}, {"likes", 10}, {"Photos uploaded", 0.1}},
		"a period":       {{"metric", "2026-10", "2026-11-22"}, {"likes", 10, 20}, {"Photos uploaded", 0.1}},
		"a metric":       {{"metric", "2026-10", "2026-11-15"}, {"signups", 10, 20}, {"Photos uploaded", 0.1}},
		"a meaning":      {{"metric", "is", "2026-10", "2026-11-15"}, {"likes", "total", 10, 20}, {"Photos uploaded", nil, 0.1}},
		"exchanged":      {{"metric", "2026-10", "2026-11-15"}, {"likes", 20, 10}, {"Photos uploaded", 0.1}},
	}
}

// revisionFaults says where a way to make revisions does not do what they are for.
func revisionFaults(revision func([][]any) string) []string {
	var faults []string
	was := moved()["as it was"]
	for name, rows := range moved() {
		if revision(rows) != revision(was) {
			faults = append(faults, name+": another revision of the same figures")
		}
	}
	for name, rows := range changed() {
		if revision(rows) == revision(was) {
			faults = append(faults, name+": the same revision of other figures")
		}
	}
	return faults
}

func TestE06RevisionChangesExactlyWhenAFigureChanges(t *testing.T) {
	o := options(t)
	ours := func(rows [][]any) string { return gridPlan(t, o, gridOf(rows...)).Label().Revision }
	if faults := revisionFaults(ours); len(faults) > 0 {
		t.Error(strings.Join(faults, "\n"))
	}
	o.Registry.Metric("likes").PlanIs = "total"
	before := ours(moved()["as it was"])
	o.Registry.Metric("likes").PlanIs = "daily"
	if after := ours(moved()["as it was"]); after != before {
		t.Errorf("the registry made %s of %s", after, before)
	}
}

// A hash over cells and places changes with the layout, and one over the metrics alone
// does not change with the figures.
func TestE06WrongWaysToMakeRevisionsAreSeen(t *testing.T) {
	sum := func(text string) string {
		h := sha256.Sum256([]byte(text))
		return hex.EncodeToString(h[:4])
	}
	for name, wrong := range map[string]func([][]any) string{
		"cells with their places": func(rows [][]any) string { return sum(fmt.Sprint(rows)) },
		"the first column": func(rows [][]any) string {
			var first []string
			for _, row := range rows {
				if len(row) > 0 {
					first = append(first, fmt.Sprint(row[0]))
				}
			}
			slices.Sort(first)
			return sum(fmt.Sprint(first))
		},
		"none": func([][]any) string { return "" },
	} {
		if len(revisionFaults(wrong)) == 0 {
			t.Errorf("%s: nobody sees it", name)
		}
	}
}

func TestE06GridIsLabelledByItsRevision(t *testing.T) {
	o := options(t)
	bare := gridPlan(t, o, gridOf([]any{"metric", "2026-10"}, []any{"likes", 10})).Label()
	if !regexp.MustCompile(`^[0-9a-f]{8}$`).MatchString(bare.Revision) || bare.Version != "revision "+bare.Revision ||
		bare.Printed() != bare.Version || bare.Source != "Master plan 2027 (Google Sheets)" {
		t.Errorf("without versions: %+v prints %q", bare, bare.Printed())
	}
	rows := [][]any{{"metric", "version", "2026-10"}, {"likes", "budget", 10}, {"likes", "draft", 11}}
	o.Version = "budget"
	budget := gridPlan(t, o, gridOf(rows...))
	if l := budget.Label(); l.Version != "budget" || l.Printed() != "budget, revision "+l.Revision || len(budget.Versions()) != 2 {
		t.Errorf("with versions: %+v prints %q", l, l.Printed())
	}
	rows[2][2] = 12 // of the other version
	if l := gridPlan(t, o, gridOf(rows...)).Label(); l != budget.Label() {
		t.Errorf("a figure of another version made %+v of %+v", l, budget.Label())
	}
	if l := parse(t, options(t), "metric,version,2026-10\nlikes,budget,10\n").Label(); l.Revision != "" || l.Printed() != "budget" {
		t.Errorf("a file: %+v prints %q", l, l.Printed())
	}
	o.Version = "revision " + bare.Revision
	if got := gridFaults(t, o, gridOf([]any{"metric", "2026-10"}, []any{"likes", 10})); got !=
		`Master plan 2027, sheet Plan: no version "`+o.Version+`": the plan has no versions` {
		t.Errorf("got %s", got)
	}
	var none *plan.Plan
	if none.Label().Printed() != "" {
		t.Error("no plan prints a version")
	}
}
