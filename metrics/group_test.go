package metrics

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

// judged is a metric beside the statement that somebody wrote for it by hand; DAY
// stands for the local day of a row.
type judged struct {
	measure, where string
	empty          Empty
	judge          string
}

// manyMetrics lie over one table that is made to be misread: its columns are called
// like the words of our statements.
func manyMetrics() []judged {
	return []judged{
		{"count(*)", "", EmptyZero, "select DAY, count(*) from actions group by DAY"},
		{"count(*)", "kind = 'like' or client is null", EmptyZero, "select DAY, count(*) from actions where kind = 'like' or client is null group by DAY"},
		{"count(*)", "kind = 'rare'", EmptyUnknown, "select DAY, count(*) from actions where kind = 'rare' group by DAY"},
		{"count(name)", "flags > 0", EmptyZero, "select DAY, sum(case when name is null then 0 else 1 end) from actions where flags > 0 group by DAY"},
		{"sum(amount)", "", EmptyZero, "select DAY, sum(amount) from actions group by DAY"},
		{"sum(amount)", "amount < 0 or kind = 'like'", EmptyUnknown, "select DAY, sum(amount) from actions where amount < 0 or kind = 'like' group by DAY"},
		{"sum(flags)", "client = 'web'", EmptyZero, "select DAY, sum(flags) from actions where client = 'web' group by DAY"},
		{"avg(flags)", "not client = 'web'", EmptyUnknown, "select DAY, avg(flags) from actions where client <> 'web' group by DAY"},
		{"min(amount)", "", EmptyUnknown, "select DAY, min(amount) from actions group by DAY"},
		{"max(flags)", "name = 'O''Hara'", EmptyUnknown, "select DAY, max(flags) from actions where name = 'O''Hara' group by DAY"},
		{"count(distinct user_id)", "", EmptyZero, "select day, count(*) from (select distinct DAY as day, user_id from actions where user_id is not null) q group by day"},
		{"count(distinct user_id)", "client = 'web' or kind = 'like'", EmptyZero, "select day, count(*) from (select distinct DAY as day, user_id from actions where user_id is not null and (client = 'web' or kind = 'like')) q group by day"},
		{"count(distinct user_id)", "client = 'web' and key = 'a'", EmptyZero, "select day, count(*) from (select distinct DAY as day, user_id from actions where user_id is not null and client = 'web' and key = 'a') q group by day"},
		{"count(distinct user_id)", "amount > 1", EmptyUnknown, "select DAY, count(distinct user_id) from actions where amount > 1 group by DAY"},
		{"count(distinct key)", "flags < 0", EmptyZero, "select day, count(*) from (select distinct DAY as day, key from actions where key is not null and flags < 0) q group by day"},
		{"count(distinct key)", "kind is null", EmptyZero, "select day, count(*) from (select distinct DAY as day, key from actions where key is not null and kind is null) q group by day"},
		{"count(distinct lower(name))", "client in ('web', 'app')", EmptyZero, "select day, count(*) from (select distinct DAY as day, lower(name) as n from actions where name is not null and client in ('web', 'app')) q group by day"},
		{"sum(amount) - min(amount)", "flags <> 1", EmptyUnknown, "select DAY, sum(amount) - min(amount) from actions where flags <> 1 group by DAY"},
	}
}

// action is a row of the table; a nil field is NULL.
type action struct {
	at                            time.Time
	user, flags                   *int64
	name, key, client, kind, cash *string
}

func actions(week calendar.Week, c calendar.Calendar) *rapid.Generator[[]action] {
	text := func(words ...string) *rapid.Generator[*string] { return rapid.Ptr(rapid.SampledFrom(words), true) }
	one := rapid.Custom(func(rt *rapid.T) action {
		day := week.First().Add(rapid.IntRange(-1, calendar.DaysPerWeek).Draw(rt, "day")) // a day more at either end must not count
		begins, ends := c.Bounds(day)
		return action{
			at: rapid.SampledFrom([]time.Time{begins, begins.Add(3 * time.Hour), begins.Add(12 * time.Hour),
				ends.Add(-2 * time.Hour), ends.Add(-time.Second)}).Draw(rt, "at"),
			user:   rapid.Ptr(rapid.Int64Range(-3, 6), true).Draw(rt, "user"),
			flags:  rapid.Ptr(rapid.SampledFrom([]int64{-1 << 62, -1, 0, 1, 2, 1 << 61}), true).Draw(rt, "flags"),
			name:   text("ada", "ADA", "O'Hara", "").Draw(rt, "name"),
			key:    text("a", "b", "A").Draw(rt, "key"),
			client: text("web", "app", "ios").Draw(rt, "client"),
			kind:   text("like", "upload").Draw(rt, "kind"),
			cash:   text("0.10", "0.20", "-1.05", "99999999.99").Draw(rt, "cash"),
		}
	})
	return rapid.SliceOfN(one, 0, 40)
}

// fill replaces the rows of the table.
func fill(t fataler, w warehouse.Warehouse, c calendar.Calendar, rows []action) {
	exec(t, w, "delete from actions")
	if len(rows) == 0 {
		return
	}
	var values []string
	for _, a := range rows {
		values = append(values, fmt.Sprintf("(date '%s', timestamp '%s', %s, %s, %s, %s, %s, %s, %s)", c.DayOf(a.at), a.at.UTC().Format(time.DateTime),
			integerLiteral(a.user), integerLiteral(a.flags), textLiteral(a.name), textLiteral(a.key), textLiteral(a.client), textLiteral(a.kind), textLiteral(a.cash)))
	}
	exec(t, w, "insert into actions values "+strings.Join(values, ", "))
}

const actionsTable = `create table actions (local_day date, each timestamp, user_id bigint, flags bigint,
	name varchar(20), key varchar(20), client varchar(20), kind varchar(20), amount decimal(12, 2))`

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func exec(t fataler, w warehouse.Warehouse, query string) {
	t.Helper()
	if _, err := w.ExecContext(context.Background(), query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func integerLiteral(n *int64) string {
	if n == nil {
		return "null"
	}
	return fmt.Sprint(*n)
}

func textLiteral(s *string) string {
	if s == nil {
		return "null"
	}
	return "'" + strings.ReplaceAll(*s, "'", "''") + "'"
}

// engines returns each engine with the empty table, and how it counts dense keys.
func engines(t *testing.T) map[string]func(t *testing.T) (warehouse.Warehouse, DistinctCounter) {
	opened := func(t *testing.T, w warehouse.Warehouse, err error) warehouse.Warehouse {
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
		exec(t, w, actionsTable)
		return w
	}
	return map[string]func(*testing.T) (warehouse.Warehouse, DistinctCounter){
		"DuckDB": func(t *testing.T) (warehouse.Warehouse, DistinctCounter) {
			w, err := duck.Open(t.Context(), filepath.Join(t.TempDir(), "w.duckdb"), warehouse.Limits{})
			return opened(t, w, err), duck.CountDistinct
		},
		"PostgreSQL": func(t *testing.T) (warehouse.Warehouse, DistinctCounter) {
			w, err := pg.Open(t.Context(), warehousetest.Postgres(t), warehouse.Limits{})
			return opened(t, w, err), nil
		},
	}
}

// figures are the values of a metric by day.
type figures map[calendar.Day]string

// together computes metrics as a refresh does; dense may be nil.
func together(t fataler, w warehouse.Warehouse, c calendar.Calendar, metrics []*Metric, s span, distinct DistinctCounter) map[*Metric]figures {
	run := &refreshRun{Refresh: Refresh{Calendar: c, Source: w, Distinct: distinct, DaysAtOnce: daysAtOnce}}
	seen := map[*Metric]figures{}
	for _, g := range groups(metrics, run.denseKeysOf(context.Background(), metrics, s)) {
		st := g.statement(c, s)
		found, err := st.run(context.Background(), w, s)
		if err != nil {
			t.Fatalf("%v\n%s", err, st.text)
		}
		for m, byDay := range found {
			seen[m] = figures{}
			for day := s.first; day < s.end; day++ {
				seen[m][day] = m.orEmpty(byDay, day).String()
			}
		}
	}
	return seen
}

// judgement asks the statement that was written by hand.
func (j judged) judgement(t fataler, w warehouse.Warehouse, day string, s span) figures {
	rows, err := w.QueryContext(context.Background(), strings.ReplaceAll(j.judge, "DAY", day))
	if err != nil {
		t.Fatalf("%s: %v", j.judge, err)
	}
	defer rows.Close()
	seen := figures{}
	for day := s.first; day < s.end; day++ {
		seen[day] = "unknown"
		if j.empty == EmptyZero {
			seen[day] = "0"
		}
	}
	for rows.Next() {
		var day time.Time
		var cell any
		if err := rows.Scan(&day, &cell); err != nil {
			t.Fatalf("%v", err)
		}
		if d := calendar.DayOn(day.Date()); d >= s.first && d < s.end && cell != nil {
			value, err := valueFrom(cell)
			if err != nil {
				t.Fatalf("%v", err)
			}
			seen[d] = value.String()
		}
	}
	return seen
}
