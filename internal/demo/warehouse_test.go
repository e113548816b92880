package demo_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/internal/demo"
	"tearsheet/pipeline"
)

// stage fills the tables that the sources fill with what was delivered, of the days
// from ≤ day < to.
func (e engine) stage(t *testing.T, d *delivery, from, to calendar.Day) {
	t.Helper()
	e.exec(t, `create table staging.events (day date, occurred_at timestamp, photo_id bigint, action text, user_id bigint, client text, source text,
		visitor_id bigint, followed_id bigint, load_ms bigint, crashed bigint)`)
	var rows [][]string
	for _, v := range d.events {
		on := day(t, v.at)
		if on >= from && on < to {
			rows = append(rows, []string{on.String(), v.at.Format("2006-01-02 15:04:05.000"), v.photo, v.action, v.user, v.client,
				v.query.Get("source"), v.query.Get("visitor"), v.query.Get("followed"), v.query.Get("load"), v.query.Get("crashed")})
		}
	}
	e.fill(t, "staging.events", rows)
	for _, s := range []struct{ table, columns, at string }{
		{"users", "id bigint, name text, email_hash text, created_at timestamp, country text, is_active boolean, subscription_type text, subscription_started_on date, is_seller boolean, has_android_app boolean, has_ios_app boolean", ""},
		{"photos", "id bigint, user_id bigint, uploaded_at timestamp, category text, licensed boolean", ""},
		{"subscription_purchases", "id bigint, user_id bigint, purchased_at timestamp, plan text, term_days bigint, amount decimal(12,2), method text, refunded_on date", "purchased_at"},
		{"stock_purchases", "id bigint, buyer_id bigint, photo_id bigint, purchased_at timestamp, amount decimal(12,2), refunded boolean", "purchased_at"},
		{"marketplace_submissions", "id bigint, user_id bigint, photo_id bigint, submitted_at timestamp", "submitted_at"},
		{"ad_spend", "day date, channel text, amount decimal(12,2)", ""},
		{"support_tickets", "id bigint, user_id bigint, opened_at timestamp, first_reply_hours decimal(8,2)", "opened_at"},
		{"subscriber_flags", "day date, user_id bigint, subscription_type text", ""},
	} {
		e.extract(t, d, s.table, s.columns, s.at)
	}
}

func (e engine) extract(t *testing.T, d *delivery, table, columns, at string) {
	t.Helper()
	if at != "" {
		columns = "day date, " + columns
	}
	e.exec(t, "create table production."+table+" ("+columns+")")
	var rows [][]string
	for _, record := range d.tables[table] {
		var values []string
		for column := range strings.SplitSeq(columns, ", ") {
			name, _, _ := strings.Cut(column, " ")
			value := record[name]
			if name == "day" && at != "" {
				instant, err := time.Parse(time.DateTime, record[at])
				if err != nil {
					t.Fatal(err)
				}
				value = day(t, instant).String()
			}
			values = append(values, value)
		}
		rows = append(rows, values)
	}
	e.fill(t, "production."+table, rows)
}

// fill puts rows into a table; "" and "-" are NULL.
func (e engine) fill(t testing.TB, table string, rows [][]string) {
	t.Helper()
	if len(rows) == 0 {
		return
	}
	path := filepath.Join(t.TempDir(), "rows.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := csv.NewWriter(file)
	for _, row := range rows {
		for i := range row {
			if row[i] == "-" {
				row[i] = ""
			}
		}
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if e.name == "duckdb" {
		e.exec(t, "copy "+table+" from '"+path+"' (header false)")
		return
	}
	e.copyIn(t, table, path)
}

// order is the order in which tables are made, parents first.
var order = strings.Fields(`users photos signups uploads likes favourites follows page_views visits activity_daily
	stock_purchases marketplace_submissions ad_spend support_tickets
	subscription_purchases subscription_coverage active_subscribers subscription_events subscriber_balance subscriber_differences`)

func inOrder(t testing.TB, names ...string) []*pipeline.Asset {
	t.Helper()
	known := assets(t)
	var list []*pipeline.Asset
	for _, name := range names {
		if known[name] == nil {
			t.Fatalf("no asset makes %s", name)
		}
		list = append(list, known[name])
	}
	return list
}

func TestZZ(t *testing.T) {
	d := delivered(t)
	e := newDuck(t)
	began := time.Now()
	e.stage(t, d, demo.LogsFrom(), demo.Today())
	fmt.Println("staged", time.Since(began), len(d.events), len(d.bad))
	for _, a := range inOrder(t, order...) {
		e.create(t, a)
		began := time.Now()
		e.mustBuild(t, demo.First()-1, demo.Today(), a)
		fmt.Println(a.Name, e.rows(t, "select count(*) from "+a.Name), time.Since(began))
	}
	for _, q := range []string{
		"select kind, count(*), min(day), max(day) from subscription_events where day>='2026-05-18' group by 1",
		"select day, * from subscriber_balance where day >='2026-11-08' or day < '2026-05-25'",
		"select * from subscriber_differences",
		"select date_trunc('month',day), count(*), sum(amount), avg(amount), count(*)/count(distinct day) from subscription_events where kind='renewal' group by 1",
		"select date_trunc('month',day), avg(n) from (select day, count(*) n from subscription_events where kind='churn' group by 1) group by 1",
		"select date_trunc('month',day), avg(n) from (select day, count(*) n from subscription_events where kind='new' group by 1) group by 1",
		"select date_trunc('month',day), count(distinct plan), plan, round(amount), count(*) from subscription_events where kind='renewal' group by 1,3,4",
	} {
		fmt.Println(strings.Join(e.rows(t, q), "\n"))
	}
}
