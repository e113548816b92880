package warehousetest

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// kinds returns a table as a whole, and cut into days. With ownDay the whole one has a
// column day of its own.
func kinds(ownDay bool) (whole, byDay warehouse.Table) {
	byDay = warehouse.Table{Name: "people", Columns: likes.Columns}
	whole = warehouse.Table{Name: "people", Columns: slices.Clone(likes.Columns), Whole: true}
	if ownDay {
		whole.Columns = append(whole.Columns, warehouse.Column{Name: warehouse.DayColumn, Type: warehouse.Type{Kind: warehouse.Date}})
	}
	return whole, byDay
}

// fillings are the ways to fill a table with one row, of monday if it is cut into days,
// unless they break.
var fillings = map[string]func(t *testing.T, w warehouse.Warehouse, table warehouse.Table, user int64, broken error) error{
	"build": func(t *testing.T, w warehouse.Warehouse, table warehouse.Table, user int64, broken error) error {
		b := warehouse.Build{Table: table, Select: "select cast(7 as bigint) as user_id, 'web' as client", Parts: parts(warehouse.WholePart), RunID: "run", At: when}
		if _, ownDay := table.Column(warehouse.DayColumn); !table.Whole || ownDay {
			b.Select += ", date '2026-11-09' as day"
		}
		if !table.Whole {
			b.Parts = parts(monday)
		}
		b.Select = strings.Replace(b.Select, "7", string(rune('0'+user)), 1)
		if broken != nil {
			b.Checks = []warehouse.Check{{Name: "broken", Query: "select 1"}}
		}
		_, err := w.Build(t.Context(), b)
		return err
	},
	"refresh": func(t *testing.T, w warehouse.Warehouse, table warehouse.Table, user int64, broken error) error {
		batch := &warehouse.Batch{Rows: 1, Days: []calendar.Day{monday}, Columns: make([]warehouse.Vector, len(table.Columns))}
		batch.Columns[0].Ints = []int64{user}
		batch.Columns[1].AppendText([]byte("web"))
		if len(table.Columns) > 2 {
			batch.Columns[2].Ints = []int64{int64(monday)}
		}
		_, err := w.Refresh(t.Context(), warehouse.Refresh{Table: table, From: monday, To: monday + 1, Batches: Batches(batch), At: when,
			Guard: func(before, after int64) error { return broken }})
		return err
	},
	"replace": func(t *testing.T, w warehouse.Warehouse, table warehouse.Table, user int64, broken error) error {
		day := monday
		if table.Whole {
			day = warehouse.WholePart
		}
		row := warehouse.Row{Day: day, Values: []any{user, "web"}}
		if len(table.Columns) > 2 {
			row.Values = append(row.Values, monday)
		}
		return w.Replace(t.Context(), warehouse.Change{Table: table, Parts: parts(day), At: when, Rows: func(yield func(warehouse.Row, error) bool) {
			_ = yield(row, nil) && broken != nil && yield(warehouse.Row{}, broken)
		}})
	},
}

// tableOfTheOtherKindGivesWay turns a whole table into one by days, and back, in each way
// to fill it: nothing is changed before that is done.
func tableOfTheOtherKindGivesWay(t *testing.T, w warehouse.Warehouse) {
	for _, name := range slices.Sorted(maps.Keys(fillings)) {
		for _, ownDay := range []bool{false, true} {
			whole, byDay := kinds(ownDay)
			whole.Name, byDay.Name = "people_"+name, "people_"+name
			if ownDay {
				whole.Name, byDay.Name = whole.Name+"_day", byDay.Name+"_day"
			}
			for i, table := range []warehouse.Table{whole, byDay, whole} {
				if !turns(t, w, fillings[name], table, int64(i+1), i > 0) {
					t.Errorf("%s, own day %t, round %d", name, ownDay, i)
				}
			}
		}
	}
}

// turns fills a table whose other kind may be there, after a try that breaks, and reports
// whether it is as it should be.
func turns(t *testing.T, w warehouse.Warehouse, fill func(*testing.T, warehouse.Warehouse, warehouse.Table, int64, error) error, table warehouse.Table, user int64, other bool) bool {
	t.Helper()
	if other {
		before := mustDump(t, w, table.Name)
		ensure(t, w, table)
		if err := fill(t, w, table, user, errors.New("broken")); err == nil {
			t.Error("the broken one is taken")
		}
		if after := mustDump(t, w, table.Name); after != before {
			t.Errorf("the broken one left\n%s", after)
			return false
		}
	}
	ensure(t, w, table)
	for range 2 {
		if err := fill(t, w, table, user, nil); err != nil {
			t.Error(err)
			return false
		}
	}
	ensure(t, w, table)
	parts, err := warehouse.Partitions(t.Context(), w, table.Name, monday-7, monday+7)
	if _, ok := parts[warehouse.WholePart]; err != nil || len(parts) != 1 || ok != table.Whole {
		t.Errorf("ledger: %v, %v", parts, err)
		return false
	}
	if rows, users := one(t, w, "select count(*) from "+table.Name), one(t, w, "select max(user_id) from "+table.Name); rows != 1 || users != user {
		t.Errorf("%d rows, of user %d", rows, users)
		return false
	}
	return true
}

// forgettingTheOtherKindForgetsItsEntry forgets a day of a whole table, and the whole of
// one by days: the rows are of what is not forgotten.
func forgettingTheOtherKindForgetsItsEntry(t *testing.T, w warehouse.Warehouse) {
	whole, byDay := kinds(false)
	whole.Name = "wholes"
	ensure(t, w, whole, byDay)
	for _, table := range []warehouse.Table{whole, byDay} {
		if err := fillings["replace"](t, w, table, 1, nil); err != nil {
			t.Fatal(err)
		}
		before := mustDump(t, w, table.Name)
		for name, forgotten := range map[string]warehouse.Table{"as it is": table, "as the other kind": {Name: table.Name, Columns: table.Columns, Whole: !table.Whole}} {
			days := []calendar.Day{warehouse.WholePart}
			if forgotten.Whole {
				days = []calendar.Day{monday - 1}
			}
			if name == "as the other kind" {
				days = []calendar.Day{warehouse.WholePart, monday}
			}
			if err := w.Replace(t.Context(), warehouse.Change{Table: forgotten, Forget: days, At: when}); err != nil {
				t.Errorf("%s, %s: %v", table.Name, name, err)
			}
			if after := mustDump(t, w, table.Name); after != before {
				t.Errorf("%s, %s: it left\n%s", table.Name, name, after)
			}
		}
	}
}

// tableThatTheLedgerDoesNotKnowStays has a table of others under the name of ours.
func tableThatTheLedgerDoesNotKnowStays(t *testing.T, w warehouse.Warehouse) {
	for _, statement := range []string{"create table people (user_id bigint, client varchar(9))", "insert into people values (1, 'web')"} {
		if _, err := w.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	_, byDay := kinds(false)
	if err := w.Ensure(t.Context(), byDay); err == nil || !strings.Contains(err.Error(), "does not know") {
		t.Errorf("error is %v", err)
	}
	for name, fill := range fillings {
		if err := fill(t, w, byDay, 2, nil); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if n := one(t, w, "select max(user_id) from people"); n != 1 {
		t.Errorf("user %d is there", n)
	}
}

// daysBesideTheWholeAreWhatIsLoaded has both kinds of entries, as an older version may
// have left them.
func daysBesideTheWholeAreWhatIsLoaded(t *testing.T, w warehouse.Warehouse) {
	whole, byDay := kinds(false)
	ensure(t, w, byDay)
	if err := fillings["replace"](t, w, byDay, 1, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ExecContext(t.Context(), "insert into etl.partition select asset, date '0001-01-01', have, expected, input_hash, data_version, rows_loaded, rejected, run_id, loaded_at from etl.partition"); err != nil {
		t.Fatal(err)
	}
	if loads := loaded(t, w, whole.Name, monday-3, monday+3); len(loads) != 1 || !loads[monday].Complete() {
		t.Errorf("loaded: %v", loads)
	}
	if loads := loaded(t, w, whole.Name, monday-3, monday); len(loads) != 0 {
		t.Errorf("loaded before: %v", loads)
	}
	if err := fillings["build"](t, w, byDay, 2, nil); err != nil {
		t.Fatal(err)
	}
	if n := one(t, w, "select count(*) from etl.partition"); n != 1 {
		t.Errorf("%d entries in the ledger", n)
	}
}

// tableIsTurnedOnce has several days of the new kind made at once.
func tableIsTurnedOnce(t *testing.T, w warehouse.Warehouse) {
	whole, byDay := kinds(false)
	ensure(t, w, whole)
	if err := fillings["replace"](t, w, whole, 1, nil); err != nil {
		t.Fatal(err)
	}
	ensure(t, w, byDay)
	var wait sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wait.Go(func() {
			_, errs[i] = w.Build(t.Context(), warehouse.Build{Table: byDay, Parts: parts(monday.Add(i)), At: when,
				Select: "select $1 as day, cast(5 as bigint) as user_id, 'web' as client"})
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if rows, entries := one(t, w, "select count(*) from people"), one(t, w, "select count(*) from etl.partition"); rows != 4 || entries != 4 {
		t.Errorf("%d rows, %d entries in the ledger", rows, entries)
	}
}
