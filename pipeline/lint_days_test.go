package pipeline_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// reach is how many days around its own a day could be made of in the tests.
const reach = 12

// mappings are ways to depend on a table, and which days, counted from the day that is
// made, that takes in.
func mappings() map[string]func(day int) bool {
	return map[string]func(int) bool{
		"parent":                               func(day int) bool { return day == 0 },
		"{asset: parent, partition: previous}": func(day int) bool { return day == -1 },
		"parent, {asset: parent, partition: previous}":  func(day int) bool { return day == 0 || day == -1 },
		"{asset: parent, partition: lookback, days: 3}": func(day int) bool { return -3 <= day && day <= 0 },
		"{asset: parent, partition: all_before}":        func(day int) bool { return day <= 0 },
	}
}

// What lint says of a SELECT is held against the days that it reads, which DuckDB tells:
// each day of the parent has a bit of its own, and their sum is what was read.
func TestLintKnowsTheDaysThatASelectReads(t *testing.T) {
	db := bits(t)
	faults, sound := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		statement := drawSelect(t)
		depends := rapid.SampledFrom(slices.Sorted(maps.Keys(mappings()))).Draw(t, "depends")
		read := daysRead(t, db, statement)
		if len(read) == 0 {
			return
		}
		beyond := false
		for _, day := range read {
			beyond = beyond || !mappings()[depends](day)
		}
		said := lintOf(t, depends, statement)
		if beyond != (said != "") {
			t.Fatalf("depends: [%s]\n%s\nreads the days %v, and lint says %q", depends, statement, read, said)
		}
		if beyond {
			faults++
		} else {
			sound++
		}
	})
	if faults == 0 || sound == 0 {
		t.Errorf("%d SELECTs at fault and %d sound ones: the test tells nothing", faults, sound)
	}
}

// Where a bound stands in a form that is not understood, nothing is said: a sound table
// is not refused. Where nothing can be a bound, that is told.
func TestLintSaysNothingOfWhatItCannotTell(t *testing.T) {
	const head, tail = "select d.day, sum(p.bit) as bits from days as d join parent as p on ", " where d.day = $1 group by d.day"
	for statement, fault := range map[string]string{
		head + "p.day = d.day" + tail:                                                                                                      "",
		head + "date_trunc('week', p.day) = d.day" + tail:                                                                                  "",
		head + "p.day in (select day from days where day = $1)" + tail:                                                                     "",
		head + "p.bit = abs($1 - date '2026-11-01')" + tail:                                                                                "",
		"select day, sum(bit) as bits from days join parent using (day) where days.day = $1 group by day":                                  "",
		"select day, sum(bit) as bits from days natural join parent where days.day = $1 group by day":                                      "",
		"select day, sum(bit) as bits from (select * from parent) as p where day = $1 group by day":                                        "",
		"with p as (select parent.* from parent) select day, bit as bits from p where day = $1":                                            "",
		"select day, bit as bits from parent where day >= cast($1 as date) and day < cast($2 as date)":                                     "",
		"select day, bit as bits from parent where day not between $1 and $2 and day = $1":                                                 "",
		"select d.day, bit as bits from days as d cross join (select bit from parent where day = $1) as p where d.day = $1":                "",
		"select day, bit as bits from parent where exists (select 1 from days as d where d.day = parent.day and d.day = $1)":               "",
		"select parent.bit as bits, $1 as day from parent where exists (select 1 from days where days.day = parent.day and days.day = $1)": "",

		"select $1 as day, sum(bit) as bits from parent where day >= date_trunc('month', $1) and day <= $1":                    "",
		"select $1 as day, sum(bit) as bits from parent where date_trunc('month', $1) <= day and day <= $1":                    "",
		"select $1 as day, sum(bit) as bits from parent where date_trunc('month', day) = date_trunc('month', $1) and day < $2": "",
		"select $1 as day, sum(bit) as bits from parent where day between date_trunc('month', $1) and $1":                      "",
		"select $1 as day, sum(bit) as bits from parent where day between $1 and least($1 + 3, date '2026-12-01')":             "",
		head + "p.day >= date_trunc('month', d.day) and p.day <= d.day" + tail:                                                 "",
		"select $1 as day, sum(bit) as bits from parent where day >= (select min(day) from days where day = $1) and day < $2":  "",
		"select $1 as day, sum(bit) as bits from parent where day >= date '2020-01-01' and day < $2":                           "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where day >= cast('2020-01-01' as date) and day < $2":                  "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where abs(bit) > 1 and day < $2":                                       "reads parent of all days before",
		"select day, sum(bit) as bits from parent where day >= $1 and coalesce(bit, 0) > 1 group by day":                       "reads parent without an end",

		// What bounds the rows stands in WHERE and ON, in a part of it that always holds.
		"select day, sum(bit) as bits from (select bit, min(day) as day from parent where day < $2 group by bit having min(day) >= $1) as f group by day": "reads parent of all days before",
		"select $1 as day, sum(case when day = $1 then bit else 0 end) as bits from parent where day <= $1":                                               "reads parent of all days before",
		"select $1 as day, sum(bit) filter (where day >= $1) as bits from parent where day <= $1":                                                         "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where day <= $1 and paid_through >= $1":                                                           "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where coalesce(ended, $2) >= $1 and day <= $1":                                                    "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where day <= $1 and bit in (select bit from parent where day = $1)":                               "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where day = $1 or day < $1":                                                                       "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where day < $2 or day >= $1 and day < $2":                                                         "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where not (day > $1)":                                                                             "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where not (day > $1 or bit < 0)":                                                                  "reads parent of all days before",
		"select $1 as day, sum(bit) as bits from parent where day not between $1 and $1":                                                                  "nothing binds parent",
		"select $1 as day, sum(bit) as bits from parent where not day between $1 and $1":                                                                  "nothing binds parent",
		"select $1 as day, sum(bit) as bits from parent where day <> $1":                                                                                  "nothing binds parent",
		"select $1 as day, sum(bit) as bits from parent where day = $1 or bit = 1":                                                                        "nothing binds parent",
		"select $1 as day, sum(bit) as bits from parent where (day = $1 and bit = 1) or (day = $1 - 2 and bit = 2)":                                       "reads parent from 2 days before",
		"select $1 as day, sum(bit) as bits from parent where day >= $1::date - 6 and day <= $1::date":                                                    "reads parent from 6 days before",
		"select $1 as day, sum(bit) as bits from parent where day >= $1 - interval 6 day and day <= $1":                                                   "reads parent from 6 days before",
		"select $1 as day, sum(bit) as bits from parent where day >= $1 - interval '6' day and day <= $1":                                                 "reads parent from 6 days before",
		"select $1 as day, sum(bit) as bits from parent where day >= $1 - 7 + 1 and day <= $1":                                                            "reads parent from 6 days before",
		"select $1 as day, sum(bit) as bits from parent where day >= cast($1 - 7 + 1 as date) and day <= $1":                                              "reads parent from 6 days before",
		"select day, bit as bits from parent where day >= $1 - 1 + 1 and day < $2":                                                                        "",
		"select day, bit as bits from parent where not (day < $1) and not day >= $2":                                                                      "",
		"select day, bit as bits from parent where (day = $1 and bit = 1) or (day = $1 and bit = 2)":                                                      "",
		"select day, bit as bits from parent where day between $1 and $1 and (bit = 1 or bit = 2)":                                                        "",
		"select day, bit as bits from parent where (day) >= $1 and day::date < $2":                                                                        "",
		"select day, bit as bits from parent where (day, 1) = ($1, 1)":                                                                                    "",
		"select day, sum(bit) as bits from parent group by day having day >= $1 and day < $2":                                                             "",
		"select day, bit as bits from parent where case when bit > 0 then day = $1 else day = $1 end":                                                     "",

		head + "p.bit > 0" + tail:                                                                                     "nothing binds parent to days, so that it is read of all: write p.day >= $1",
		head + "p.bit > 0 * 1" + tail:                                                                                 "nothing binds parent",
		"select $1 as day, count(*) as bits from parent":                                                              "nothing binds parent",
		"select day, (select max(bit) from parent) as bits from days where day = $1":                                  "nothing binds parent",
		"with p as (select max(bit) as bits from parent) select day, bits from p, days where day = $1":                "nothing binds parent",
		"select day, bit as bits from parent where day >= cast($1 as date) - 2 and day < $2":                          "reads parent from 2 days before",
		"select day, bit as bits from parent where day >= $1 - interval '2 weeks' and day < $2":                       "reads parent from 14 days before",
		"select a.day, b.bit - a.bit as bits from parent as a join parent as b on b.day = a.day - 1 where a.day = $1": "reads parent from a day before",
	} {
		said := lintOf(t, "parent", statement)
		if fault == "" && said != "" || !strings.Contains(said, fault) {
			t.Errorf("of %s\nit says %q, want %q", statement, said, fault)
		}
	}
	// What is left out of account on purpose is nobody's fault.
	if said := lintOf(t, "{asset: parent, partition: latest}", "select $1 as day, count(*) as bits from parent"); said != "" {
		t.Error(said)
	}
}

// An interval that is not understood may hide how far back a SELECT reads: that is told,
// and is no fault.
func TestLintWarnsOfIntervalsThatItDoesNotUnderstand(t *testing.T) {
	for interval, want := range map[string]int{"interval '36 hours'": 1, "interval $2": 1, "interval '6 days'": 0} {
		a, faults := pipeline.ParseAsset("a.sql", []byte("/* @bruin\nname: a\ndescription: A day.\nowner: web\ndepends: [{asset: parent, partition: lookback, days: 6}]\n"+
			"columns: [{name: day, type: date, description: The day.}]\n@bruin */\nselect $1 as day from parent where day >= $1 - "+interval+" and day < $2"))
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		g, _ := pipeline.NewGraph([]*pipeline.Asset{a, {Name: "parent"}})
		found, warnings := pipeline.Lint(g, pipeline.LintOptions{})
		if len(found) > 0 || len(warnings) != want || want > 0 && !strings.HasPrefix(warnings[0].Error(), "a.sql:8:48: this interval is not understood") {
			t.Errorf("%s: faults %v, warnings %v", interval, found, warnings)
		}
	}
}

// Whatever words a statement has, in whatever order, it is read to its end.
func TestLintTakesWhateverStandsInAStatement(t *testing.T) {
	words := strings.Fields("select from parent days as p d day . , ( ) ( ) [ { = < > <= >= - + 6 $1 $2 between and not cast interval '6 days' with join on using" +
		" where is distinct union all by group order asof double :: / // -> * exclude qualify natural \"day\" filter over")
	rapid.Check(t, func(t *rapid.T) {
		statement := "select $1 as day " + strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 25).Draw(t, "words"), " ")
		a, faults := pipeline.ParseAsset("a.sql", []byte("/* @bruin\nname: a\ndepends: [parent]\ncolumns: [{name: day, type: date}]\n@bruin */\n"+statement))
		if len(faults) > 0 {
			return
		}
		g, _ := pipeline.NewGraph([]*pipeline.Asset{a, {Name: "parent"}, {Name: "days"}})
		pipeline.Lint(g, pipeline.LintOptions{Redshift: true})
	})
}

// bits opens a database with a parent of one row a day, and with the days themselves.
func bits(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	for _, statement := range []string{
		"create table parent (day date, bit bigint)",
		fmt.Sprintf("insert into parent select date '2026-11-01' + cast(n - %d as integer), 1 << n from range(%d) as r(n)", reach, 2*reach+1),
		"create table days as select day from parent",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// daysRead returns which days of the parent 1 November is made of, counted from it.
func daysRead(t *rapid.T, db *sql.DB, statement string) []int {
	day := calendar.DayOn(2026, time.November, 1)
	var sum sql.NullInt64
	if err := db.QueryRow("select cast(sum(bits) as bigint) from (" + warehouse.Bind(statement, day, day+1) + "\n) as made").Scan(&sum); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
	var days []int
	for n := range 2*reach + 1 {
		if sum.Int64>>n&1 == 1 {
			days = append(days, n-reach)
		}
	}
	return days
}

// lintOf returns the faults of an asset over days and the parent.
func lintOf(t interface{ Fatalf(string, ...any) }, depends, statement string) string {
	a, faults := pipeline.ParseAsset("a.sql", []byte("/* @bruin\nname: a\ndescription: A day.\nowner: web\ndepends: [days, "+depends+
		"]\ncolumns: [{name: day, type: date, description: The day.}, {name: bits, type: bigint, description: Days.}]\n@bruin */\n"+statement))
	if err := faults.Err(); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
	g, faults := pipeline.NewGraph([]*pipeline.Asset{a, {Name: "parent"}, {Name: "days"}})
	if err := faults.Err(); err != nil {
		t.Fatalf("%v", err)
	}
	found, _ := pipeline.Lint(g, pipeline.LintOptions{Redshift: true})
	if err := found.Err(); err != nil {
		return err.Error()
	}
	return ""
}

// drawSelect returns a SELECT for $1 that reads the parent with bounds of some form.
func drawSelect(t *rapid.T) string {
	var where []string
	var own, other string // the day that is bound, and what to
	form := rapid.SampledFrom([]string{"alone", "joined", "correlated", "common"}).Draw(t, "form")
	switch form {
	case "alone", "common":
		own, other = rapid.SampledFrom([]string{"day", "parent.day"}).Draw(t, "day"), ""
	default:
		own, other = "p.day", "d.day"
	}
	bounds := rapid.SampledFrom([]string{"both", "both", "both", "lower", "upper", "equal", "between", "none"}).Draw(t, "bounds")
	if bounds == "both" || bounds == "lower" {
		where = append(where, compare(t, own, rapid.SampledFrom([]string{">=", ">"}).Draw(t, "operator"), value(t, other, "from")))
	}
	if bounds == "both" || bounds == "upper" {
		where = append(where, compare(t, own, rapid.SampledFrom([]string{"<=", "<"}).Draw(t, "operator"), value(t, other, "to")))
	}
	switch bounds {
	case "equal":
		where = append(where, compare(t, own, "=", value(t, other, "at")))
	case "between":
		where = append(where, own+" between "+value(t, other, "from")+" and "+value(t, other, "to"))
	case "none":
		where = append(where, "bit > 0")
	}
	condition := strings.Join(where, " and ")
	switch form {
	case "joined":
		return "select d.day, sum(p.bit) as bits from days as d join parent p on " + condition + " where d.day >= $1 and d.day < $2 group by d.day"
	case "correlated":
		return "select d.day, (select sum(bit) from parent as p where " + condition + ") as bits from days d where d.day = $1"
	case "common":
		return "with read as (select bit from parent where " + condition + ") select $1 as day, sum(bit) as bits from read"
	}
	return "select $1 as day, sum(bit) as bits from parent where " + condition
}

// compare writes a comparison, either side first.
func compare(t *rapid.T, left, operator, right string) string {
	if rapid.Bool().Draw(t, "turned") {
		return right + " " + strings.NewReplacer("<", ">", ">", "<").Replace(operator) + " " + left
	}
	return left + operator + right
}

// value writes a day near the one that is made: by a parameter, or by another column.
func value(t *rapid.T, other, name string) string {
	day := other
	if day == "" || rapid.IntRange(0, 3).Draw(t, name+" parameter") == 0 {
		day = rapid.SampledFrom([]string{"$1", "$2"}).Draw(t, name)
	}
	shift := rapid.IntRange(-4, 2).Draw(t, name+" shift")
	switch {
	case shift == 0:
		return day
	case shift > 0:
		return fmt.Sprintf("%s + %d", day, shift)
	case rapid.Bool().Draw(t, name+" interval"):
		return fmt.Sprintf("%s - interval '%d days'", day, -shift)
	}
	return fmt.Sprintf("%s - %d", day, -shift)
}
