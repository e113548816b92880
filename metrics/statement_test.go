package metrics

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
)

// golden holds text against a file of testdata; -update writes the file anew.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", "statement", name)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("the statement is\n%s\nwant\n%s", text, want)
	}
}

// short returns a metric in the short form over the table actions.
func short(name, measure, where string) *Metric {
	return &Metric{Name: name, Roll: Mean, Empty: EmptyZero, From: "actions", Measure: measure, Where: where, Day: "day"}
}

// at returns m with its day cut from an instant.
func at(m *Metric) *Metric {
	m.Day, m.At = "", "occurred_at"
	return m
}

func TestStatementsReadAsWritten(t *testing.T) {
	c := toronto(t)
	week := c.WeekOf(calendar.DayOn(2026, time.November, 1)) // the clock goes back on its last day
	s := span{week.First(), week.End()}
	for name, metrics := range map[string][]*Metric{
		"plain":            {short("a", "count(*)", "")},
		"filtered":         {short("a", "count(distinct user_id)", "client = 'web' or client is null")},
		"flat":             {short("a", "count(*)", "kind = 'like'"), short("b", "sum(amount)", ""), short("c", "avg(amount)", "amount > 0"), short("d", "count(distinct lower(email))", "kind = 'signup'"), short("e", "count(user_id)", "true")},
		"flat one filter":  {short("a", "count(*)", "kind = 'like' or x"), short("b", "sum(amount)", "kind = 'like' or x")},
		"two-level":        {short("a", "count(distinct user_id)", ""), short("b", "count(distinct user_id)", "client = 'web' or x"), short("c", "count(distinct user_id)", "client = 'iphone'")},
		"at":               {at(short("a", "count(*)", ""))},
		"at two-level":     {at(short("a", "count(distinct user_id)", "")), at(short("b", "count(distinct user_id)", "client = 'web'"))},
		"long form as is":  {{Name: "a", SQL: "select day, value from t where day >= $1 and day < $2 -- all"}},
		"two-level, apart": {short("a", "count(distinct user_id)", "x"), short("b", "count(distinct photo_id)", "y"), short("c", "count(distinct user_id)", "z")},
	} {
		var texts []string
		for _, g := range groups(metrics, nil) {
			texts = append(texts, g.statement(c, s).text+";\n")
		}
		golden(t, strings.NewReplacer(" ", "-", ",", "").Replace(name)+".sql", strings.Join(texts, "\n"))
	}
}

func TestWholeWeekStatementsReadAsWritten(t *testing.T) {
	c := toronto(t)
	week := c.WeekOf(calendar.DayOn(2026, time.January, 1))
	wau := short("wau", "count(distinct user_id)", "client = 'web' or x")
	wau.Roll = Whole
	text := wau.wholeWeek(c, week).text + ";\n"
	text += "\n" + at(wau).wholeWeek(c, week).text + ";\n"
	golden(t, "whole-week.sql", text)
}

func TestOneDayOfInstantsNeedsNoCase(t *testing.T) {
	c := toronto(t)
	day := calendar.DayOn(2026, time.November, 1)
	golden(t, "at-one-day.sql", flat(c, []*Metric{at(short("a", "count(*)", ""))}, span{day, day + 1}, nil).text+";\n")
}

func TestLongFormTakesTheBoundsAsDates(t *testing.T) {
	first := calendar.DayOn(2026, time.March, 2)
	st := (&Metric{Name: "a", SQL: "select 1"}).long(span{first, first + 7})
	if len(st.args) != 2 || st.args[0] != time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) || st.args[1] != time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC) {
		t.Errorf("the arguments are %v", st.args)
	}
}

func TestStatementShownIsWhatTheShortFormAbbreviates(t *testing.T) {
	wau := short("wau", "count(distinct user_id)", "")
	wau.Roll = Whole
	for want, m := range map[string]*Metric{
		"select day, count(*) as value\nfrom actions\nwhere day >= $1 and day < $2\ngroup by day":                                                                short("a", "count(*)", ""),
		"select day, count(*) as value\nfrom actions\nwhere (a or b) and day >= $1 and day < $2\ngroup by day":                                                   short("a", "count(*)", "a or b"),
		"select count(distinct user_id) as value\nfrom actions\nwhere day >= $1 and day < $2":                                                                    wau,
		"select count(*) as value\nfrom actions\nwhere occurred_at >= $1 and occurred_at < $2 -- for each day, between the instants at which it begins and ends": at(short("a", "count(*)", "")),
		"likes / daily_active_users": {Roll: Ratio, RatioOf: Operands{Of: "likes", To: "daily_active_users"}},
		"select 1 as value":          {SQL: "select 1 as value"},
	} {
		if got := m.Statement(); got != want {
			t.Errorf("shown is\n%s\nwant\n%s", got, want)
		}
	}
}
