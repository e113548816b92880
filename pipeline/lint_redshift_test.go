package pipeline_test

import (
	"database/sql"
	"strings"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/pipeline"
)

// refused returns what lint has against a SELECT for Redshift.
func refused(t *testing.T, statement string) string {
	t.Helper()
	a, faults := pipeline.ParseAsset("a.sql", []byte("/* @bruin\nname: a\ndescription: A row.\nowner: web\ndepends: [t, u]\n"+
		"materialization: {strategy: create+replace}\ncolumns: [{name: n, type: bigint, description: A number.}]\n@bruin */\n"+statement))
	if err := faults.Err(); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
	g, _ := pipeline.NewGraph([]*pipeline.Asset{a, {Name: "t"}, {Name: "u"}})
	if found, _ := pipeline.Lint(g, pipeline.LintOptions{}); len(found) > 0 {
		t.Errorf("on another warehouse it says %v of %s", found, statement)
	}
	found, _ := pipeline.Lint(g, pipeline.LintOptions{Redshift: true})
	if err := found.Err(); err != nil {
		return err.Error()
	}
	return ""
}

// both opens the engines with the tables of the statements.
func both(t *testing.T) map[string]*sql.DB {
	t.Helper()
	engines := map[string]*sql.DB{}
	for name, url := range map[string]string{"duckdb": "", "pgx": testenv.Postgres(t)} {
		db, err := sql.Open(name, url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		db.SetMaxOpenConns(1)
		for _, table := range []string{"t", "u"} {
			if _, err := db.ExecContext(t.Context(), "create temporary table "+table+" (id bigint, n bigint, x text, day date, since timestamp)"); err != nil {
				t.Fatal(err)
			}
		}
		engines[name] = db
	}
	return engines
}

func understood(t *testing.T, db *sql.DB, statement string) error {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), statement)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return rows.Err()
}

// What is said to be DuckDB's alone is refused by PostgreSQL and understood by DuckDB.
func TestWhatOnlyDuckDBUnderstandsIsRefused(t *testing.T) {
	engines := both(t)
	for statement, want := range map[string]string{
		"select x, sum(n) as n from t group by all":                                "9:30: Redshift has no GROUP BY ALL",
		"select n from t order by all":                                             "ORDER BY ALL",
		"select id, n from t union by name select n, id from u":                    "UNION BY NAME",
		"select id, n from t union all by name select n, id from u":                "UNION BY NAME",
		"select t.n from t asof left join u on t.id = u.id and t.since >= u.since": "ASOF JOIN",
		"select t.n from t semi join u on t.id = u.id":                             "SEMI JOIN",
		"select t.n from t anti join u using (id)":                                 "ANTI JOIN",
		"select cast(n as double) as n from t":                                     "no type double",
		"select n::double as n from t":                                             "no type double",
		"select * exclude (x) from t":                                              "* EXCLUDE",
		"select t.* replace (1 as n) from t":                                       "* REPLACE",
		"select n // 2 as n from t":                                                "no //",
		"select n from t qualify row_number() over (order by id) = 1":              "QUALIFY",
		"select arg_max(n, day) as n from t":                                       "arg_max(…): write row_number()",
		"select count_if(n > 1) as n from t":                                       "count_if",
		"select ifnull(n, 0) as n from t":                                          "coalesce",
		"select median(n) as n from t":                                             "percentile_cont",
		"select date_diff('day', day, day) as n from t":                            "b - a",
		"select list(n) as n from t":                                               "list",
		"select try_cast(x as bigint) as n from t":                                 "case when",
		"select {'a': n} as n from t":                                              "structs",
		"select [n] as n from t":                                                   "lists",
	} {
		if said := refused(t, statement); !strings.Contains(said, want) || strings.Contains(said, "\n") {
			t.Errorf("of %s\nit says %q, want one fault with %q", statement, said, want)
		}
		if err := understood(t, engines["pgx"], statement); err == nil {
			t.Errorf("PostgreSQL understands %s", statement)
		}
		if err := understood(t, engines["duckdb"], statement); err != nil {
			t.Errorf("DuckDB does not understand %s: %v", statement, err)
		}
	}
}

// What Redshift's documentation says that it lacks is refused, though both of our engines
// have it.
func TestWhatRedshiftLacksIsRefused(t *testing.T) {
	engines := both(t)
	for statement, want := range map[string]string{
		"select count(*) filter (where n > 1) as n from t":           "FILTER",
		"select distinct on (id) n from t":                           "DISTINCT ON",
		"select sum(n) over w as n from t window w as (order by id)": "named WINDOW",
		"select v.n from (values (1), (2)) as v (n)":                 "VALUES",
		"select g.n from generate_series(1, 3) as g (n)":             "generate_series",
		"select t.n from t, lateral (select t.n + 1 as m) as l":      "LATERAL",
		"select n from t where x is distinct from 'a'":               "IS DISTINCT FROM",
		"select n from t where x is not distinct from 'a'":           "IS DISTINCT FROM",
		"select string_agg(x, ',') as n from t":                      "a row for each",
		"select array_agg(n) as n from t":                            "a row for each",
	} {
		if said := refused(t, statement); !strings.Contains(said, want) || strings.Contains(said, "\n") {
			t.Errorf("of %s\nit says %q, want one fault with %q", statement, said, want)
		}
		for name, db := range engines {
			if err := understood(t, db, statement); err != nil {
				t.Errorf("%s does not understand %s: %v", name, statement, err)
			}
		}
	}
}

// Negative control: what all engines understand is left alone, whatever its words.
func TestWhatAllEnginesUnderstandIsLeftAlone(t *testing.T) {
	engines := both(t)
	for _, statement := range []string{
		"select cast(n as double precision) as n, n::double precision as m from t",
		"select n * 2 as n, count(*) over (order by id) as list from t",
		"select t.*, 3 - -2 as n2, replace(x, 'a', 'b') as replaced, 2 * n as exclude from t",
		"select distinct n from t where x is null or x is not null order by n",
		"select x, sum(n) as n from t group by x having sum(n) > 1 order by 1",
		"select n from t union all select n from u",
		"select n as double, x as lateral_x from t",
		"select t.day - u.day as n, t.since + interval '30 minutes' as later from t join u on u.id = t.id",
		"select percentile_cont(0.5) within group (order by n) as n, coalesce(max(n), 0) as m from t",
		"select row_number() over (partition by x order by id rows between unbounded preceding and current row) as n from t",
		"select extract(year from day) as n from t where x like 'a%' and n between 1 and 2 or n>-1",
		"select n / 2 / 3 as n from t -- // and [lists] and filter (where x)",
		"select coalesce(t.n <> u.n, (t.n is null) <> (u.n is null)) as n from t join u on u.id = t.id",
		"select 'group by all', '{a}', '->' as x from t",
	} {
		if said := refused(t, statement); said != "" {
			t.Errorf("of %s\nit says %s", statement, said)
		}
		for name, db := range engines {
			if err := understood(t, db, statement); err != nil {
				t.Errorf("%s does not understand %s: %v", name, statement, err)
			}
		}
	}
}

// A custom check runs on the same warehouse.
func TestACustomCheckIsHeldAgainstRedshiftToo(t *testing.T) {
	a, faults := pipeline.ParseAsset("a.sql", []byte("/* @bruin\nname: a\ndescription: A row.\nowner: web\ndepends: [t]\nmaterialization: {strategy: create+replace}\n"+
		"columns: [{name: n, type: bigint, description: A number.}]\ncustom_checks:\n  - name: some\n    query: |\n"+
		"      select count(*)\n      from a qualify n = 1\n@bruin */\nselect n from t"))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	g, _ := pipeline.NewGraph([]*pipeline.Asset{a, {Name: "t"}})
	found, _ := pipeline.Lint(g, pipeline.LintOptions{Redshift: true})
	if len(found) != 1 || !strings.HasPrefix(found[0].Error(), "a.sql:12:14: PostgreSQL has no QUALIFY") {
		t.Errorf("it says %v, want a fault at 12:14", found)
	}
	if found, _ := pipeline.Lint(g, pipeline.LintOptions{}); len(found) > 0 {
		t.Errorf("on another warehouse it says %v", found)
	}
}
