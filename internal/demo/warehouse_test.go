package demo_test

import (
	"cmp"
	"database/sql"
	"encoding/csv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"

	"tearsheet/calendar"
	"tearsheet/internal/demo"
	"tearsheet/internal/testenv"
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
		on := v.day
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
	zone := toronto(t)
	for _, record := range d.tables[table] {
		var values []string
		for column := range strings.SplitSeq(columns, ", ") {
			name, _, _ := strings.Cut(column, " ")
			value := record[name]
			if name == "day" && at != "" {
				value = localDay(zone, record[at]).String()
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

// testWarehouse makes all tables of some days on both engines: a clock change, and the
// production tables as a whole.
func (d *delivery) testWarehouse(t *testing.T) {
	from, to := calendar.DayOn(2026, time.October, 31), calendar.DayOn(2026, time.November, 3)
	list := inOrder(t, order...)
	if have := len(assets(t)); have != len(list) {
		t.Errorf("%d assets, of which %d are tried", have, len(list))
	}
	var rows [2]map[string][]string
	for i, e := range engines(t) {
		rows[i] = map[string][]string{}
		e.stage(t, d, from, to)
		for _, a := range list {
			e.create(t, a)
			first := demo.First() - 1
			if a.Name == "subscriber_differences" {
				first = demo.Yesterday() - 13 // before, no flags were kept
			}
			e.mustBuild(t, first, demo.Today(), a)
			rows[i][a.Name] = e.table(t, a)
		}
		d.testActivity(t, e, from, to)
		d.testVisits(t, e, from, to)
	}
	for _, a := range list {
		duck, postgres := rows[0][a.Name], rows[1][a.Name]
		if len(duck) == 0 || !slices.Equal(duck, postgres) {
			t.Errorf("%s has %d rows in DuckDB and %d in PostgreSQL, which are not the same", a.Name, len(duck), len(postgres))
		}
	}
	if balance := rows[0]["subscriber_balance"]; len(balance) != 184 {
		t.Errorf("the balance has %d days", len(balance))
	}
}

// testActivity counts what users did, line by line.
func (d *delivery) testActivity(t *testing.T, e engine, from, to calendar.Day) {
	t.Helper()
	actions := strings.Fields("page_view photo_upload photo_like photo_favourite user_follow")
	counts := map[string]*[5]int{}
	for _, v := range d.events {
		on, action := v.day, slices.Index(actions, v.action)
		if on < from || on >= to || v.user == "-" || action < 0 {
			continue
		}
		key := words(on, v.user, v.client)
		if counts[key] == nil {
			counts[key] = new([5]int)
		}
		counts[key][action]++
	}
	var want []string
	for key, n := range counts {
		want = append(want, words(key, n[0], n[1], n[2], n[3], n[4]))
	}
	slices.Sort(want)
	got := e.rows(t, "select cast(day as varchar(10)), user_id, client, page_views, uploads, likes, favourites, follows from activity_daily")
	if len(want) < 3_000 || !slices.Equal(got, want) {
		t.Errorf("%s: activity_daily has %d rows, want %d", e.name, len(got), len(want))
	}
}

// testVisits cuts the page views of each visitor where he pauses.
func (d *delivery) testVisits(t *testing.T, e engine, from, to calendar.Day) {
	t.Helper()
	views := map[string][]event{}
	for _, v := range d.events {
		if on := v.day; v.action == "page_view" && on >= from && on < to {
			key := words(on, v.query.Get("visitor"))
			views[key] = append(views[key], v)
		}
	}
	var want []string
	for key, of := range views {
		slices.SortStableFunc(of, func(a, b event) int { return a.at.Compare(b.at) })
		for len(of) > 0 {
			n := 1
			for n < len(of) && of[n].at.Sub(of[n-1].at) <= 30*time.Minute {
				n++
			}
			want = append(want, words(key, of[0].at.UnixMilli(), of[0].client, of[0].query.Get("source"), n, of[n-1].query.Get("crashed") == "1"))
			of = of[n:]
		}
	}
	slices.Sort(want)
	got := e.rows(t, "select cast(day as varchar(10)), visitor_id, cast(extract(epoch from occurred_at) * 1000 as bigint), client, source, pages, crashed from visits")
	if len(want) < 5_000 || !slices.Equal(got, want) {
		t.Errorf("%s: %d visits, want %d: only there %.300s, only here %.300s", e.name, len(got), len(want), without(got, want), without(want, got))
	}
}

// testMySQL fills a server by the statements, and reads the tables from it as they
// were written to files.
func (d *delivery) testMySQL(t *testing.T) {
	server := testenv.MariaDB(t)
	name := "lark"
	admin, err := sql.Open("mysql", server.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.Exec("create database " + name); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("mysql", server.DSN(name))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for statement, err := range demo.Statements(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%v\n%.500s", err, statement)
		}
	}
	mysql := engine{"mysql", db}
	for table, records := range d.tables {
		names := slices.Sorted(maps.Keys(records[0]))
		var columns []string
		for _, name := range names {
			columns = append(columns, "cast("+name+" as char)")
		}
		var want []string
		for _, record := range records {
			var cells []string
			for _, name := range names {
				cells = append(cells, cmp.Or(record[name], "-"))
			}
			want = append(want, strings.Join(cells, " "))
		}
		slices.Sort(want)
		if got := mysql.rows(t, "select "+strings.Join(columns, ", ")+" from "+table); !slices.Equal(got, want) {
			t.Errorf("%s has %d rows, which are not the %d of the file: %.200s", table, len(got), len(want), without(got, want))
		}
	}
}
