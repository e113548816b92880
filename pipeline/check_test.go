package pipeline_test

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	_ "github.com/jackc/pgx/v5/stdlib"

	"tearsheet/calendar"
	"tearsheet/internal/testenv"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

func TestMain(m *testing.M) { os.Exit(testenv.Main(m)) }

// Each check of a column counts the wrong rows of the days that are made, alike on both
// engines; the NULL among the values is left to not_null. The column
// is called by a word that engines have for something else.
func TestChecksCountWrongRowsOnBothEngines(t *testing.T) {
	for _, c := range []struct {
		check, typ, values string
		want               int64
	}{
		{"{name: not_null}", "text", "'a' null null", 2},
		{"{name: unique}", "bigint", "1 2 2 2 null null", 2},
		{"{name: positive}", "bigint", "-1 0 1 null", 2},
		{"{name: non_negative}", "double", "-0.5 0 1 null", 1},
		{"{name: min, value: 1.5}", "numeric(4,2)", "1.49 1.5 2 null", 1},
		{"{name: max, value: 1000000}", "bigint", "1000000 1000001 null", 1},
		{"{name: accepted_values, value: [web, it's]}", "text", "'web' 'it''s' 'Web' '' null", 2},
		{"{name: accepted_values, value: [1, 2000000]}", "bigint", "1 2000000 2 null", 1},
		{"{name: accepted_values, value: [true]}", "boolean", "true false null", 1},
		{"{name: pattern, value: '^[A-Z]{2}$'}", "text", "'CA' 'CAN' 'ca' '' 'CA'||chr(10) null", 4},
		{"{name: pattern, value: 'b|^c'}", "text", "'abc' 'cd' 'dc' 'a'||chr(10)||'b' null", 1},
		{"{name: pattern, value: '[.]jpg$'}", "text", "'a.jpg' 'ajpg' chr(10)||'.jpg' 'a.jpgs' null", 2},
		{"{name: pattern, value: '^(it''s|[^0-9]+)$'}", "text", "'it''s' 'x' '1' null", 1},
	} {
		header := "/* @bruin\nname: checked\ncolumns:\n  - {name: day, type: date}\n  - {name: user, type: \"" + c.typ + "\", checks: [" + c.check + "]}\n@bruin */\n"
		a, faults := pipeline.ParseAsset("checked.sql", []byte(header+`select day, x as "user" from y where day >= $1 and day < $2`))
		if err := faults.Err(); err != nil {
			t.Error(err)
			continue
		}
		day := calendar.DayOn(2026, time.November, 15)
		query := warehouse.Bind(a.Checks[0].Query, day, day+1)
		for name, got := range countOnEngines(t, c.typ, c.values, query) {
			if got != c.want {
				t.Errorf("%s of %s on %s: %d, want %d\n%s", c.check, c.values, name, got, c.want, query)
			}
		}
	}
}

// countOnEngines runs a check over a table with some values on a day, and the same ones
// on the days around it, which are not to count.
func countOnEngines(t *testing.T, typ, values, query string) map[string]int64 {
	t.Helper()
	counts := map[string]int64{}
	for name, open := range map[string]func() (*sql.DB, error){
		"duckdb":   func() (*sql.DB, error) { return sql.Open("duckdb", "") },
		"postgres": func() (*sql.DB, error) { return sql.Open("pgx", testenv.Postgres(t)) },
	} {
		db, err := open()
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.SetMaxOpenConns(1)
		var statements = []string{fmt.Sprintf("create temporary table checked (day date, \"user\" %s)", strings.Replace(typ, "double", "double precision", 1))}
		for _, value := range strings.Fields(values) {
			for _, day := range []string{"2026-11-14", "2026-11-15", "2026-11-16"} {
				statements = append(statements, fmt.Sprintf("insert into checked values (date '%s', %s)", day, value))
			}
		}
		for _, statement := range statements {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		var n int64
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Errorf("%s: %v\n%s", name, err, query)
		}
		counts[name] = n
	}
	return counts
}
