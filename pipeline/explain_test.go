package pipeline_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// What an explanation counts of a parent, and which files it looks for, goes by the
// mappings, through all tables between.
func TestExplainGoesByTheMappings(t *testing.T) {
	w, g := openWarehouse(t), assets(t, nil)
	rows := everyDay(100)
	rows[3] = append(rows[3], [2]int64{9, 100}, [2]int64{9, 100}, [2]int64{9, 100}) // five rows, and two on the other days
	run(t, w, g, fill{rows: rows}, nil)
	run(t, w, g, fill{failed: errors.New("connection refused")}, func(r *pipeline.Runner) {
		r.Context.RunID, r.Kind = "later", func(error) pipeline.FailureKind { return pipeline.FailedSource }
	})
	state, err := warehouse.ReadState(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	planner := &pipeline.Planner{State: state, Today: today}
	for _, c := range []struct {
		table string
		day   int
		rows  int64
		days  string // of the table that is loaded, from first on
	}{
		{"sales", 3, 5, "3 to 3"},
		{"totals", 4, 2 + 2 + 2 + 5 + 2, "all to 4"},
		{"yesterday", 4, 5, "all to all"}, // with the partition latest
		{"yesterday", 5, 2, "all to all"},
		{"buyers", 0, 23, "all to all"},
	} {
		e, err := pipeline.Explain(t.Context(), w, g, planner, g.Asset(c.table), first.Add(c.day))
		if err != nil {
			t.Fatal(err)
		}
		end := func(day calendar.Day) string {
			if day < first || day > today {
				return "all"
			}
			return fmt.Sprint(day.Sub(first))
		}
		if len(e.Origins) != 1 || e.Inputs[0].Rows != c.rows || end(e.Origins[0].From)+" to "+end(e.Origins[0].To-1) != c.days {
			t.Errorf("%s of day %d is made of %d rows, want %d; of %+v, want %s", c.table, c.day, e.Inputs[0].Rows, c.rows, e.Origins, c.days)
		}
	}
	e, err := pipeline.Explain(t.Context(), w, g, planner, g.Asset(table.Name), first+3)
	if err != nil || len(e.Attempts) != 2 || !slices.ContainsFunc(e.Attempts, func(a warehouse.Attempt) bool { return a.Error == "connection refused" }) {
		t.Errorf("that all of the table failed is no attempt at its day: %+v, %v", e.Attempts, err)
	}
}

func TestExplainNamesWhatADayIsMadeOf(t *testing.T) {
	w, g := openWarehouse(t), assets(t, nil)
	run(t, w, g, fill{rows: everyDay(100)}, nil)
	late := everyDay(100)
	late[3] = nil
	run(t, w, g, fill{rows: late}, func(r *pipeline.Runner) { r.Selected = map[string]bool{table.Name: true} })
	state, err := warehouse.ReadState(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	e, err := pipeline.Explain(t.Context(), w, g, &pipeline.Planner{State: state, Today: today}, g.Asset("sales"), first+3)
	if err != nil {
		t.Fatal(err)
	}
	if e.Fresh || e.Why != "changed: production.purchases" || len(e.Inputs) != 1 || !e.Inputs[0].Changed || len(e.Rows) != 2 || len(e.Attempts) != 1 {
		t.Errorf("%+v", e)
	}
	if !strings.Contains(e.Statement, "day >= date '2026-10-31' and day < date '2026-11-01'") {
		t.Errorf("statement is %s", e.Statement)
	}
	if e, err = pipeline.Explain(t.Context(), w, g, &pipeline.Planner{State: state, Today: today}, g.Asset("sales"), first+4); err != nil || !e.Fresh {
		t.Errorf("%+v, %v", e, err)
	}
}
