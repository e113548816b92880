package files_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tearsheet/calendar"
	"tearsheet/pipeline/source/files"
)

// parquet writes the result of a query as a Parquet file.
func (p project) parquet(t *testing.T, name, query string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("set TimeZone = 'Asia/Tokyo'"); err != nil { // must not matter
		t.Fatal(err)
	}
	if _, err := db.Exec("copy (" + query + ") to '" + filepath.Join(p.dir, name) + "' (format parquet)"); err != nil {
		t.Fatal(err)
	}
}

const samples = `select * from (values
	(timestamptz '2026-11-13 05:00:00+00', 1::integer, 'web', 12.50::decimal(9,2), 1.5::float, true, date '2026-11-01', 'x'),
	(timestamptz '2026-11-14 04:59:59.123456+00', null, 'ios', null, null, null, null, 'y'))
	as t(occurred_at, "User_ID", client, price, score, paid, since, other)`

func parquetSource(t *testing.T, path string) files.Source {
	return files.Source{Table: "sales", Path: path, At: "occurred_at", Columns: columns(t, "occurred_at", "timestamp", "User_ID", "bigint",
		"client", "text", "price", "decimal(12,3)", "score", "double", "paid", "boolean", "since", "date")}
}

func TestParquetGivesTheSameDaysAsCSV(t *testing.T) {
	versions := map[string]calendar.Load{}
	for _, name := range []string{"sales.parquet", "sales.csv"} {
		p := newProject(t, "America/Toronto")
		p.parquet(t, "sales.parquet", samples)
		p.write(t, "sales.csv", "occurred_at,user_id,client,price,score,paid,since,other\n"+
			"2026-11-13T05:00:00Z,1,web,12.50,1.5,true,2026-11-01,x\n2026-11-13T23:59:59.123456-05:00,,ios,,,,,y\n")
		p.load(t, parquetSource(t, name))
		p.want(t, "sales", "2026-11-13: 2")
		loads, err := p.db.Loaded(t.Context(), "sales", day(t, "2026-11-13"), day(t, "2026-11-14"))
		if err != nil {
			t.Fatal(err)
		}
		versions[name] = loads[day(t, "2026-11-13")]
	}
	if versions["sales.parquet"] != versions["sales.csv"] {
		t.Errorf("versions differ: %v", versions)
	}
}

func TestParquetOfManyPagesKeepsEveryRow(t *testing.T) {
	p := newProject(t, "UTC")
	p.parquet(t, "a.parquet", "select date '2026-11-01' + (i // 100000)::integer as day, i as n from range(250001) t(i)")
	report := p.load(t, files.Source{Table: "numbers", Path: "a.parquet", Day: "day", Columns: columns(t, "n", "bigint")})
	p.want(t, "numbers", "2026-11-01: 100000", "2026-11-02: 100000", "2026-11-03: 50001")
	if report.Rows != 250_001 {
		t.Errorf("report: %+v", report)
	}
}

func TestParquetOfOtherTypesIsAFault(t *testing.T) {
	p := newProject(t, "UTC")
	p.parquet(t, "sales.parquet", `select date '2026-11-13' as occurred_at, 1.5::double as "User_ID", 7 as client, 12.5::double as price, 's' as score`)
	_, err := p.tryLoad(t, parquetSource(t, "sales.parquet"))
	wantFault(t, err,
		`sales.parquet: column "occurred_at" is a date, which is not a timestamp`,
		`sales.parquet: column "User_ID" is a double, which is not a bigint`,
		`sales.parquet: column "client" is a integer, which is not a text`,
		`sales.parquet: column "price" is a double, which is not a decimal(12,3)`,
		`sales.parquet: column "score" is a varchar, which is not a double`,
		`sales.parquet: no column "paid"; there are occurred_at, User_ID, client, price, score`,
		`sales.parquet: no column "since"; there are occurred_at, User_ID, client, price, score`,
	)
}

func TestBrokenParquetIsAFault(t *testing.T) {
	p := newProject(t, "UTC")
	p.write(t, "sales.parquet", "PAR1 is not enough")
	_, err := p.tryLoad(t, parquetSource(t, "sales.parquet"))
	if err == nil || !strings.Contains(err.Error(), "sales.parquet: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error is %v", err)
	}
}

func TestUnchangedParquetIsNotReadAgain(t *testing.T) {
	p := newProject(t, "UTC")
	p.parquet(t, "sales.parquet", samples)
	p.load(t, parquetSource(t, "sales.parquet"))
	report := p.load(t, parquetSource(t, "sales.parquet"))
	if report.Unchanged != 1 || !slices.Equal(report.Replaced, nil) {
		t.Errorf("report: %+v", report)
	}
}

// DuckDB opens a file by its path for each page; after the first it is gone.
func TestParquetFileThatVanishesIsNoFaultOfTheFile(t *testing.T) {
	p := newProject(t, "UTC")
	p.parquet(t, "sales.parquet", `select timestamptz '2026-11-13 05:00:00+00' + interval 1 millisecond * n as occurred_at, n as user_id, 'web' as client
		from range(250_000) as r(n)`)
	options := p.options()
	options.Progress = func(at files.Progress) {
		if at.Step != "checking" {
			return
		}
		if err := os.RemoveAll(filepath.Join(p.dir, "sales.parquet")); err != nil {
			t.Error(err)
		}
	}
	_, err := files.Load(t.Context(), p.db, p.cal, uploads(t, "sales.parquet"), options)
	var faults *files.FaultsError
	if err == nil || errors.As(err, &faults) || !strings.Contains(err.Error(), "sales.parquet: IO Error: ") {
		t.Errorf("error is %v", err)
	}
}

// DuckDB reads a[1].parquet as a pattern, which means a1.parquet.
func TestNameOfAParquetFileIsNoPattern(t *testing.T) {
	p := newProject(t, "UTC")
	p.dir = filepath.Join(p.dir, "of [2026]")
	if err := os.Mkdir(p.dir, 0o750); err != nil {
		t.Fatal(err)
	}
	source := files.Source{Table: "u", Path: "*.parquet", At: "ts", Columns: columns(t, "name", "text")}
	names := []string{"a*.parquet", "a1.parquet", "a?.parquet", "a[1].parquet"}
	for _, name := range names {
		p.parquet(t, name, "select timestamp '2026-11-13 05:00:00' as ts, '"+name+"' as name")
	}
	p.load(t, source)
	if got := p.texts(t, "select name from u order by name"); !slices.Equal(got, names) {
		t.Errorf("rows are of %q", got)
	}
}

func TestFolderOfAParquetFileIsNoColumn(t *testing.T) {
	p := newProject(t, "UTC")
	if err := os.Mkdir(filepath.Join(p.dir, "country=XX"), 0o750); err != nil {
		t.Fatal(err)
	}
	p.parquet(t, "country=XX/a.parquet", "select timestamp '2026-11-13 05:00:00' as ts, 'CA' as country")
	p.load(t, files.Source{Table: "u", Path: "*/a.parquet", At: "ts", Columns: columns(t, "country", "text")})
	if got := p.texts(t, "select country from u"); !slices.Equal(got, []string{"CA"}) {
		t.Errorf("country is %q", got)
	}
}

func TestParquetValuesThatNoTypeHoldsAreNamed(t *testing.T) {
	for value, tt := range map[string]struct{ typ, want string }{
		"9007199254740993::bigint":         {"double", `a.parquet: column "v" is a bigint, which is not a double`},
		"'nan'::double":                    {"double", `a.parquet:2: column "v": NaN is not a double`},
		"'-infinity'::double":              {"double", `a.parquet:2: column "v": -Inf is not a double`},
		"'inf'::float":                     {"double", `a.parquet:2: column "v": +Inf is not a double`},
		"date 'infinity'":                  {"date", `a.parquet:2: column "v": a date of the year 5881580; the years 1 to 9999 are taken`},
		"date '0044-03-15 (BC)'":           {"date", `a.parquet:2: column "v": a date of the year -43; the years 1 to 9999 are taken`},
		"timestamp '20000-01-01 00:00:00'": {"timestamp", `a.parquet:2: column "v": a timestamp of the year 20000; the years 1 to 9999 are taken`},
	} {
		p := newProject(t, "UTC")
		p.parquet(t, "a.parquet", "select date '2026-11-13' as d, null as v union all select date '2026-11-13', "+value)
		_, err := p.tryLoad(t, files.Source{Table: "u", Path: "a.parquet", Day: "d", Columns: columns(t, "v", tt.typ)})
		wantFault(t, err, tt.want)
	}
	p := newProject(t, "UTC")
	p.parquet(t, "a.parquet", "select date '2026-11-13' as d, 4294967295::uinteger as v")
	p.load(t, files.Source{Table: "u", Path: "a.parquet", Day: "d", Columns: columns(t, "v", "double")})
}

// texts returns the texts of a statement's rows.
func (p project) texts(t *testing.T, query string) (texts []string) {
	t.Helper()
	rows, err := p.db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text sql.NullString
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}
