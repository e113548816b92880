package metrics

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

// monday is the first day of the week that the statements below are asked for.
func monday() calendar.Day { return calendar.DayOn(2026, time.March, 2) }

// readers returns each engine, with nothing in it.
func readers(t *testing.T) map[string]warehouse.Warehouse {
	t.Helper()
	file, err := duck.Open(t.Context(), filepath.Join(t.TempDir(), "w.duckdb"), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	server, err := pg.Open(t.Context(), warehousetest.Postgres(t), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return map[string]warehouse.Warehouse{"DuckDB": file, "PostgreSQL": server}
}

// asked returns what the long form gives over the week from monday: "2026-03-02 5".
func asked(t *testing.T, w warehouse.Warehouse, roll Roll, sql string) (string, error) {
	t.Helper()
	m := &Metric{Name: "m", Roll: roll, SQL: sql}
	s := span{monday(), monday() + 7}
	found, err := m.long(s).run(t.Context(), w, s)
	if err != nil {
		return "", err
	}
	var list []string
	for day := s.first - 1; day <= s.end; day++ {
		if value, ok := found[m][day]; ok {
			list = append(list, day.String()+" "+value.String())
		}
	}
	return strings.Join(list, ", "), nil
}

// ofWeek makes a statement that uses its bounds, as each must.
func ofWeek(columns, from string) string {
	return "select " + columns + " from (" + from + ") q where day >= $1 and day < $2"
}

func TestRowsAreReadExactly(t *testing.T) {
	d := "select date '2026-03-02' as day, "
	for name, w := range readers(t) {
		t.Run(name, func(t *testing.T) {
			for from, want := range map[string]string{
				d + "5 as value": "2026-03-02 5",
				d + "cast(-0.05 as decimal(12, 2)) as value":                                 "2026-03-02 -1/20",
				d + "cast(1234567890123456.78 as decimal(18, 2)) as value":                   "2026-03-02 61728394506172839/50",
				d + "cast('12345678901234567890123456789.12347' as decimal(38, 5)) as value": "2026-03-02 1234567890123456789012345678912347/100000",
				d + "cast(100 as decimal(5, 2)) as value":                                    "2026-03-02 100",
				d + "cast(9223372036854775807 as bigint) + cast(0 as bigint) as value":       "2026-03-02 9223372036854775807",
				d + "cast(7 as smallint) as value":                                           "2026-03-02 7",
				d + "cast(0.1 as double precision) as value":                                 "2026-03-02 1/10",
				d + "cast(0.1 as real) as value":                                             "2026-03-02 1/10",
				d + "cast(16777216 as real) as value":                                        "2026-03-02 16777216",
				d + "cast(null as real) as value":                                            "2026-03-02 unknown",
				d + "cast(null as bigint) as value":                                          "2026-03-02 unknown",
				d + "cast(null as decimal(12, 2)) as value":                                  "2026-03-02 unknown",
				"select timestamp '2026-03-02 00:00:00' as day, 5 as value":                  "2026-03-02 5",
				d + "5 as value union all select date '2026-03-08' as day, 0":                "2026-03-02 5, 2026-03-08 0",
				d + "5 as value where 1 = 0":                                                 "",
			} {
				if got, err := asked(t, w, Mean, ofWeek("day, value", from)); err != nil || got != want {
					t.Errorf("%s gives %q (%v), want %q", from, got, err, want)
				}
			}
			if got, err := asked(t, w, Mean, ofWeek("value, day", d+"5 as value")); err != nil || got != "2026-03-02 5" {
				t.Errorf("the columns in another order give %q (%v)", got, err)
			}
			if got, err := asked(t, w, Mean, ofWeek(`value as "VALUE", day as "Day"`, d+"5 as value")); err != nil || got != "2026-03-02 5" {
				t.Errorf("the columns in capitals give %q (%v)", got, err)
			}
		})
	}
}

func TestHugeSumsAreExact(t *testing.T) {
	w := readers(t)["DuckDB"]
	got, err := asked(t, w, Mean, ofWeek("day, sum(value) as value", "select date '2026-03-02' as day, 9223372036854775807 as value from range(3)")+" group by day")
	if err != nil || got != "2026-03-02 27670116110564327421" {
		t.Errorf("three times the largest bigint is %q (%v)", got, err)
	}
}

func TestD11AnswersThatAreNoDailyValuesAreRefused(t *testing.T) {
	d := "select date '2026-03-02' as day, "
	for name, w := range readers(t) {
		t.Run(name, func(t *testing.T) {
			for statement, want := range map[string]string{
				ofWeek("day, value", d+"5 as value union all "+d+"6"):                                      "two rows for 2026-03-02",
				ofWeek("day, value", d+"cast('many' as varchar) as value"):                                 `the value "many" is not a number`,
				ofWeek("day, value", d+"cast('1/7' as varchar) as value"):                                  `the value "1/7" is not a number`,
				ofWeek("day, value", d+"cast('' as varchar) as value"):                                     `the value "" is not a number`,
				ofWeek("day, value", d+"true as value"):                                                    "is not a number",
				ofWeek("day, value", d+"timestamp '2026-03-02 10:00:00' as value"):                         "is not a number",
				ofWeek("day, value", d+"cast('NaN' as double precision) as value"):                         "the value NaN is not a number",
				ofWeek("day, value", d+"cast('NaN' as real) as value"):                                     `the value "NaN" is not a number`,
				ofWeek("day, value", d+"cast('-Infinity' as double precision) as value"):                   "the value -Inf is not a number",
				ofWeek("day, value", "select timestamp '2026-03-02 10:00:00' as day, 5 as value"):          "has a clock",
				ofWeek("day, value", "select timestamp '2026-03-02 00:00:00.5' as day, 5 as value"):        "has a clock",
				ofWeek("day, value, 1 as more", d+"5 as value"):                                            "returns the columns day, value, more; it must return day and value",
				ofWeek("value", d+"5 as value"):                                                            "returns the columns value; it must return day and value",
				ofWeek("day", d+"5 as value"):                                                              "returns the columns day; it must return day and value",
				ofWeek("day, value as total", d+"5 as value"):                                              "returns the columns day, total",
				ofWeek("day as a, day as day", d+"5 as value"):                                             "returns the columns a, day",
				"select cast($1 as date) - 1 as day, 5 as value where cast($2 as date) > cast($1 as date)": "returned 2026-03-01, outside 2026-03-02 to 2026-03-08",
				"select cast($2 as date) as day, 5 as value where cast($2 as date) > cast($1 as date)":     "returned 2026-03-09, outside 2026-03-02 to 2026-03-08",
				"select cast(null as date) as day, 5 as value where cast($2 as date) > cast($1 as date)":   "a row without a day",
				"select 20260302 as day, 5 as value where cast($2 as date) > cast($1 as date)":             "the day 20260302, which is not a date",
			} {
				if got, err := asked(t, w, Mean, statement); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s gives %q (%v), want an error with %q", statement, got, err, want)
				}
			}
		})
	}
}

func TestWholeWeekAnswerIsOneRowWhicheverDayItNames(t *testing.T) {
	from := "select date '2026-03-04' as day, 5 as value"
	for name, w := range readers(t) {
		t.Run(name, func(t *testing.T) {
			for statement, want := range map[string]string{
				ofWeek("sum(value) as value", from):                               "2026-03-02 5",
				ofWeek("max(day) as day, sum(value) as value", from):              "2026-03-02 5",
				ofWeek("max(day) as day, count(*) as value", from+" where 1 = 0"): "2026-03-02 0",
			} {
				if got, err := asked(t, w, Whole, statement); err != nil || got != want {
					t.Errorf("%s gives %q (%v), want %q", statement, got, err, want)
				}
			}
			if got, err := asked(t, w, Whole, ofWeek("day, value", from+" union all select date '2026-03-05', 6")); err == nil {
				t.Errorf("two days for a week give %q", got)
			}
			if got, err := asked(t, w, Whole, "select cast($2 as date) as day, 5 as value where cast($2 as date) > cast($1 as date)"); err == nil {
				t.Errorf("a day after the week gives %q", got)
			}
		})
	}
}

func TestDaysAsTextAreDates(t *testing.T) {
	for cell, want := range map[any]string{
		"2026-03-02": "2026-03-02", "2026-3-2": "", "": "", "2026-02-30": "", "02.03.2026": "", 3.5: "", true: "", int64(20260302): "",
	} {
		day, err := dayFrom(cell)
		if (err == nil) != (want != "") || err == nil && day.String() != want {
			t.Errorf("%v is read as %s (%v)", cell, day, err)
		}
	}
	if day, err := dayFrom([]byte("2026-03-02")); err != nil || day != monday() {
		t.Errorf("bytes are read as %s (%v)", day, err)
	}
}

func TestDaysDoNotDependOnTheZoneOfTheMachine(t *testing.T) {
	begins := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	for _, zone := range []*time.Location{time.UTC, toronto(t).Zone(), time.FixedZone("east", 14*3600)} {
		if day, err := dayFrom(begins.In(zone)); err != nil || day != monday() {
			t.Errorf("in %s the day is %s (%v)", zone, day, err)
		}
	}
	if day, err := dayFrom(time.Date(2026, time.March, 2, 0, 0, 0, 0, toronto(t).Zone())); err == nil {
		t.Errorf("an instant is read as %s", day)
	}
}
