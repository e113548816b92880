package mysql_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"

	"tearsheet/calendar"
	"tearsheet/internal/testenv"
	"tearsheet/internal/testenv/mariadb"
	"tearsheet/pipeline/source/mysql"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

func TestMain(m *testing.M) { os.Exit(testenv.Main(m)) }

// shop is a database of its own and a warehouse beside it.
type shop struct {
	server    *mariadb.Server
	name      string
	db        *sql.DB
	warehouse *duck.DB
	calendar  calendar.Calendar
	options   mysql.Options
	dsn       string
}

func newShop(t testing.TB, zone string) *shop { return newShopOn(t, testenv.MariaDB(t), zone) }

func newShopOn(t testing.TB, server *mariadb.Server, zone string) *shop {
	t.Helper()
	admin, err := sql.Open("mysql", server.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	name := "shop_" + strings.ToLower(strings.NewReplacer("/", "_", "-", "_", " ", "_", ",", "_").Replace(t.Name()))
	name = name[:min(len(name), 60)]
	if _, err := admin.Exec("create or replace database `" + name + "` character set utf8mb4"); err != nil {
		t.Fatal(err)
	}
	s := &shop{server: server, name: name, dsn: server.DSN(name)}
	if s.db, err = sql.Open("mysql", s.dsn); err != nil {
		t.Fatal(err)
	}
	s.db.SetMaxOpenConns(1) // so that settings of the session last
	t.Cleanup(func() { s.db.Close() })
	if s.warehouse, err = duck.Open(t.Context(), filepath.Join(t.TempDir(), "warehouse.duckdb"), warehouse.Limits{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.warehouse.Close(); err != nil {
			t.Error(err)
		}
	})
	if s.calendar, err = calendar.New(zone, time.Monday); err != nil {
		t.Fatal(err)
	}
	s.options = mysql.Options{RunID: "run", Now: time.Date(2026, time.November, 17, 6, 0, 0, 0, time.UTC), Today: day(t, "2026-11-17")}
	return s
}

func (s *shop) exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := s.db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func (s *shop) source(tables ...mysql.Table) mysql.Source {
	return mysql.Source{DSN: s.dsn, Tables: tables}
}

func (s *shop) tryLoad(t testing.TB, source mysql.Source) (mysql.Report, error) {
	t.Helper()
	return mysql.Load(t.Context(), s.warehouse, s.calendar, source, s.options)
}

// load loads and wants no error, of no table.
func (s *shop) load(t testing.TB, source mysql.Source) mysql.Report {
	t.Helper()
	report, err := s.tryLoad(t, source)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range report.Tables {
		if table.Err != nil {
			t.Fatal(table.Err)
		}
		if table.Read != table.Loaded+table.Rejected+table.Filtered {
			t.Errorf("%s: read %d, loaded %d, rejected %d, filtered %d", table.Table, table.Read, table.Loaded, table.Rejected, table.Filtered)
		}
	}
	return report
}

// fail loads one table and wants an error of it.
func (s *shop) fail(t testing.TB, table mysql.Table) (mysql.TableReport, error) {
	t.Helper()
	report, err := s.tryLoad(t, s.source(table))
	if err != nil {
		t.Fatal(err)
	}
	if report.Tables[0].Err == nil {
		t.Fatalf("it is loaded: %+v", report.Tables[0])
	}
	return report.Tables[0], report.Tables[0].Err
}

// rows returns what the warehouse answers, sorted, a row as "a|b".
func (s *shop) rows(t testing.TB, query string) []string {
	t.Helper()
	rows, err := s.warehouse.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(names))
		for i, value := range values {
			texts[i] = fmt.Sprint(value)
			if at, ok := value.(time.Time); ok {
				texts[i] = at.UTC().Format("2006-01-02 15:04:05.999999")
			}
		}
		list = append(list, strings.Join(texts, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

func (s *shop) want(t testing.TB, query string, want ...string) {
	t.Helper()
	if got := s.rows(t, query); !slices.Equal(got, want) {
		t.Errorf("%s:\n  %s\nwant\n  %s", query, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func day(t testing.TB, text string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// columns reads "id bigint, name text, price decimal(9,2)".
func columns(t testing.TB, text string) []mysql.Column {
	t.Helper()
	var list []mysql.Column
	for _, column := range strings.Split(text, ", ") {
		name, typ, _ := strings.Cut(column, " ")
		parsed, err := warehouse.ParseType(typ)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, mysql.Column{Name: name, Type: parsed})
	}
	return list
}

func users(t testing.TB) mysql.Table {
	return mysql.Table{Table: "production.users", Columns: columns(t, "id bigint, name text")}
}

func purchases(t testing.TB) mysql.Table {
	return mysql.Table{Table: "production.purchases", At: "purchased_at", Columns: columns(t, "id bigint, user_id bigint, amount decimal(12,2), purchased_at timestamp")}
}

const makeUsers = "create table users (id int primary key auto_increment, name varchar(100) not null)"
const makePurchases = "create table purchases (id int primary key auto_increment, user_id int, amount decimal(12,2), purchased_at datetime(6))"

func wantText(t testing.TB, err error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("error is %v, want %s", err, text)
		}
	}
	if err != nil && strings.Contains(err.Error(), mariadb.Password) {
		t.Errorf("the password stands in the error: %v", err)
	}
}

func sourceError(t testing.TB, err error, temporary bool) {
	t.Helper()
	var source *mysql.SourceError
	if !errors.As(err, &source) || source.Temporary != temporary {
		t.Errorf("error is %v (%T); want one of the source, temporary: %v", err, err, temporary)
	}
	wantText(t, err)
}

func TestWholeTableAndTableByLocalDay(t *testing.T) {
	s := newShop(t, "America/Toronto")
	s.exec(t, makeUsers, makePurchases,
		"insert into users values (1, 'Ann'), (2, 'Bjørn 🙂')",
		// midnight in Toronto is 05:00 UTC in November; the day of the 17th is not over
		`insert into purchases values (1, 1, 9.99, '2026-11-14 04:59:59.999999'), (2, 2, -0.01, '2026-11-14 05:00:00'),
			(3, null, 100, '2026-11-16 12:00:00'), (4, 1, 5, '2026-11-17 05:00:00'), (5, 1, 5, '2027-01-01 00:00:00')`)
	source := s.source(users(t), purchases(t))
	report := s.load(t, source)
	s.want(t, "select id, name from production.users", "1|Ann", "2|Bjørn 🙂")
	s.want(t, "select cast(day as varchar), id, user_id, cast(amount as varchar), purchased_at from production.purchases",
		"2026-11-13|1|1|9.99|2026-11-14 04:59:59.999999", "2026-11-14|2|2|-0.01|2026-11-14 05:00:00", "2026-11-16|3|<nil>|100.00|2026-11-16 12:00:00")
	s.want(t, "select cast(part as varchar), rows_loaded from etl.partition where asset = 'production.purchases'",
		"2026-11-13|1", "2026-11-14|1", "2026-11-15|0", "2026-11-16|1")
	p := report.Tables[1]
	if p.Read != 5 || p.Loaded != 3 || p.Filtered != 2 || len(p.Changed) != 4 || p.From != day(t, "2026-11-13") || p.To != day(t, "2026-11-17") {
		t.Errorf("report %+v", p)
	}
	if want := mariadb.User + "@127.0.0.1:" + s.server.Port + "/" + s.name; report.Place != want {
		t.Errorf("place %q, want %q", report.Place, want)
	}
	// Again: nothing changes.
	for _, table := range s.load(t, source).Tables {
		if len(table.Changed) > 0 || len(table.Notes) > 0 {
			t.Errorf("the second time %+v", table)
		}
	}
}

func TestSelectedTablesAloneAreLoaded(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makeUsers, makePurchases, "insert into users values (1, 'Ann')")
	s.options.Select = []string{"production.users"}
	if report := s.load(t, s.source(users(t), purchases(t))); len(report.Tables) != 1 || report.Tables[0].Table != "production.users" {
		t.Errorf("loaded %+v", report.Tables)
	}
}
