package metrics

import (
	"strings"
	"testing"
)

// bounded completes a statement whose days do not matter for the case.
func bounded(sql string) string { return strings.ReplaceAll(sql, "BOUNDS", "day >= $1 and day < $2") }

func TestCheckStatementAcceptsWhatOnlyReads(t *testing.T) {
	for _, sql := range []string{
		"select day, count(*) as value from t where BOUNDS group by 1",
		"SELECT day, count(*) FROM t WHERE BOUNDS GROUP BY 1;",
		"(select day, n from t where BOUNDS)",
		"select day, n from t where BOUNDS and note = 'drop table; x'",
		"select day, n from t where BOUNDS and note = 'it''s; delete from t'",
		`select day, n from t where BOUNDS and note = E'a\'; drop table t'`,
		"select day, n from t where BOUNDS and note = $$; drop table t$$",
		"select day, n from t where BOUNDS and note = $a$; $$ drop table t$a$",
		"select day, n -- insert into t; $3 read_csv('x')\nfrom t where BOUNDS",
		"select day, n /* update t set x = 1; /* copy */ ; */ from t where BOUNDS",
		"select day, update_count, insert_time, delete_flag from t where BOUNDS",
		`select day, "drop", "into" from t where BOUNDS`,
		"select day, sum(update) as value from t where BOUNDS group by 1",
		"select day, (update + 1) as value, coalesce(load, 0) from t where BOUNDS",
		"select day, count(*) filter (where set is not null) from t where BOUNDS",
		"select day, max(copy) from t where BOUNDS and (show in (1, 2)) and (load between 1 and 2)",
		"select day, extract(year from at) from t where BOUNDS",
		"select day, substring(note from 1 for 3) from t where BOUNDS",
		"select day, n from t where BOUNDS and a is distinct from b and c is not distinct from d",
		"with a as (select * from t where BOUNDS), b (x, y) as materialized (select 1, 2) select day, count(*) from a, b group by 1",
		"with recursive d as (select cast($1 as date) as day union all select day + 1 from d where day < $2) select day, 0 as value from d",
		"select day, n from (with a as (select * from t where BOUNDS) select * from a) x",
		"select day, n from generate_series($1::date, $2::date, interval 1 day) as g(day), lateral (select 1 as n) l",
		"select day, round(sum(amount) / nullif(count(*), 0), 2) from t where BOUNDS group by 1",
		"select day, n from t where BOUNDS and path like '%.csv' and url = 'https://example.org/a?b'",
		"select day, n as into_shop from t where BOUNDS",
		"select day, replace(note, 'a', 'b') from t where BOUNDS",
		"select day, (replace(note, 'a', 'b')) from t where BOUNDS",
		"select day, n from read_only.t where BOUNDS",
		"select day, read_count, scan, lo_x from t where BOUNDS",
		"select day, list_filter(x, e -> e > 1)[1] from t where BOUNDS",
	} {
		if err := checkStatement(bounded(sql)); err != nil {
			t.Errorf("%s\nis refused at %d: %s", sql, err.At, err.Text)
		}
	}
}

func TestD09CheckStatementRefusesWhatDoesMoreThanRead(t *testing.T) {
	for sql, want := range map[string]string{
		"":                                    "is empty",
		"-- nothing":                          "is empty",
		";":                                   "is empty",
		"drop table t":                        `begins with "drop"`,
		"copy t to 'x'":                       `begins with "copy"`,
		"attach 'x' as y":                     `begins with "attach"`,
		"install httpfs":                      `begins with "install"`,
		"load httpfs":                         `begins with "load"`,
		"pragma database_list":                `begins with "pragma"`,
		"set threads = 1":                     `begins with "set"`,
		"call pragma_version()":               `begins with "call"`,
		"explain select 1":                    `begins with "explain"`,
		"values (1, 2)":                       `begins with "values"`,
		"'select'":                            `begins with "'select'"`,
		"/* select */ vacuum":                 `begins with "vacuum"`,
		"select 1; select 2":                  "a second statement",
		"select day, n from t where BOUNDS;;": "a second statement",
		"select day, n from t where BOUNDS; -- ;\n drop table t":                                        "a second statement",
		"select day, n from t where BOUNDS and note = 'a''; drop table t; --'":                          "", // all within the text
		"select day, n from t where BOUNDS and note = 'a\\'; drop table t; --'":                         "a second statement",
		"with x as (insert into t values (1) returning day) select day, 1 from x where BOUNDS":          "insert writes",
		"with x as (UPDATE t SET n = 1 returning day) select day, 1 from x where BOUNDS":                "update writes",
		"with x as (update only mart.t as y set n = 1 returning day) select day, 1 from x where BOUNDS": "update writes",
		"with x as (merge into t using s on a = b when matched then delete) select 1 where BOUNDS":      "merge writes",
		"with x as (select 1) update t set n = 1 where BOUNDS":                                          `"update" after WITH`,
		"with x as (select 1) delete from t where BOUNDS":                                               `"delete" after WITH`,
		"select day, n from (with x as (select 1) delete from t where BOUNDS returning *) y":            `"delete" after WITH`,
		"select day, n from (pragma table_info('t')) x where BOUNDS":                                    "pragma writes",
		"select day, n from (show tables) where BOUNDS":                                                 "show writes",
		"select day, n into x from t where BOUNDS":                                                      "select into",
		"select day, n from t where BOUNDS for update":                                                  "for update",
		"select day, n from t where BOUNDS for no key update":                                           "for no",
		"select day, n from t where BOUNDS FOR SHARE":                                                   "for share",
		"select day, n from read_parquet('x') where BOUNDS":                                             "function read_parquet",
		"select day, n from \"read_csv\"('x') where BOUNDS":                                             "function read_csv",
		"select day, n from READ_TEXT /* x */ ('x') where BOUNDS":                                       "function read_text",
		"select day, n from glob('*') where BOUNDS":                                                     "function glob",
		"select day, n from sqlite_scan('x', 'y') where BOUNDS":                                         "function sqlite_scan",
		"select day, getenv('HOME') from t where BOUNDS":                                                "function getenv",
		"select day, pg_catalog.pg_read_file('x') from t where BOUNDS":                                  "function pg_read_file",
		"select day, n from dblink('x', 'y') as z(n int) where BOUNDS":                                  "function dblink",
		"select day, lo_import('x') from t where BOUNDS":                                                "function lo_import",
		"select day, n from query('drop table t') where BOUNDS":                                         "function query",
		"select day, nextval('s') from t where BOUNDS":                                                  "function nextval",
		"select day, n from 'data.csv' where BOUNDS":                                                    "read as a file",
		"select day, n from t, 'data.csv' where BOUNDS":                                                 "read as a file",
		"select day, n from t join \"a/b.parquet\" on true where BOUNDS":                                "read as a file",
		"select day, n from data.csv where BOUNDS":                                                      "read as a file",
		"select day, n from (select * from ('x.json')) where BOUNDS":                                    "read as a file",
		"select day, n from t where day >= $1":                                                          "has no $2",
		"select day, n from t where day < $2":                                                           "has no $1",
		"select day, n from t where BOUNDS and x = $3":                                                  "unknown parameter $3",
		"select day, n from t where BOUNDS and x = $12":                                                 "unknown parameter $12",
		"select day, n from t where BOUNDS and x = $from":                                               "unknown parameter $",
		"select day, n from t where BOUNDS -- $1 $2":                                                    "",
		"select day, n from t where day >= '$1' /* $1 */ and day < $2":                                  "has no $1",
		"select day, n from t where (BOUNDS":                                                            "never closed",
		"select day, n from t where BOUNDS)":                                                            "closes none",
		"select day, n from t where BOUNDS and x = 'a":                                                  "never closed",
		"select day, n from t where BOUNDS and \"x = 1":                                                 "never closed",
		"select day, n from t where BOUNDS /* x":                                                        "never closed",
		"select day, n from t where BOUNDS and x = $q$ a":                                               "never closed",
		"with":                                "nothing is selected",
		"with x as (select 1":                 "never closed",
		"with x as (select $1, $2)":           "nothing is selected",
		"((drop table t))":                    `begins with "drop"`,
		"(with x as (select 1) drop table t)": `"drop" after WITH`,
		"with a as (select 1), b as (copy t to 'x') select $1, $2": "copy writes",
	} {
		err := checkStatement(bounded(sql))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s\nis refused: %s", sql, err.Text)
		case want != "" && err == nil:
			t.Errorf("%s\nis accepted, want %s", sql, want)
		case want != "" && !strings.Contains(err.Text, want):
			t.Errorf("%s\nis refused with %q, want %q", sql, err.Text, want)
		}
	}
}

func TestCheckMeasureWantsOneAggregate(t *testing.T) {
	for measure, want := range map[string]string{
		"count(*)":                "",
		"count(distinct user_id)": "",
		"sum(case when a then 1 end) / nullif(count(*), 0)":    "",
		"count(*) filter (where kind = 'a; b')":                "",
		"quantile_cont(seconds, 0.5)":                          "",
		"percentile_cont(0.5) within group (order by seconds)": "",
		"sum(extract(epoch from length))":                      "",
		"1.0 * sum(a) - sum(b)":                                "",
		`"my_agg"(a)`:                                          "",
		"sum(a) /* net */ - sum(b)":                            "",
		"count(*)\n":                                           "",

		"":                       "is empty",
		"amount":                 "aggregates nothing",
		"coalesce(amount, 0)":    "aggregates nothing",
		"count(*), sum(a)":       "not a list",
		"count(*) as n":          "alias",
		"count(*) over ()":       "window",
		"count(*) from t":        "from begins another clause",
		"select count(*)":        "select begins another clause",
		"count(*) group by 1":    "group begins another clause",
		"count(*); drop table t": "semicolon",
		"count(*) -- all":        "comment at the end",
		"count(*) /* all":        "never closed",
		"sum(a))":                "closes none",
		"sum(a":                  "never closed",
		"sum('a)":                "never closed",
		"sum($1)":                "long form",
		"max(read_text('x'))":    "read_text",
	} {
		if err := checkMeasure(measure); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Text, want) {
			t.Errorf("%q: %v, want %q", measure, err, want)
		}
	}
}

func TestCheckWhereWantsOneCondition(t *testing.T) {
	for where, want := range map[string]string{
		"note = 'drop table; x'":                             "",
		"a is distinct from b":                               "",
		"client in ('web', 'app') or update_count > 1":       "",
		"user_id not in (select id from staff where active)": "",
		"exists (with x as (select 1) select * from x)":      "",
		"-- humans only\nnot crawler":                        "",
		"at > timestamp with time zone '2015-01-01 00:00Z'":  "",

		"a = 1 or 1 = 1) or (b = 1":        "closes none",
		"a = 1 union select 1":             "union begins another clause",
		"a = 1 order by 1":                 "order begins another clause",
		"a = 1 limit 1":                    "limit begins another clause",
		"a = 1;":                           "semicolon",
		"a = 1 --":                         "comment at the end",
		"a = $1":                           "long form",
		"a in (select 1 from 'x.csv')":     "read as a file",
		"a in (delete from t returning 1)": "delete writes",
		"  ":                               "is empty",
	} {
		if err := checkWhere(where); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Text, want) {
			t.Errorf("%q: %v, want %q", where, err, want)
		}
	}
}

func TestCheckNames(t *testing.T) {
	for name, want := range map[string]string{
		"actions": "", "mart.actions": "", `"My Actions"`: "", `mart."Order"`: "", "warehouse.mart.actions": "", "aktionen_ü": "",
		"my actions": "not a name", "a;b": "not a name", "a--b": "not a name", "a b.c": "not a name", "order": "word of SQL", "mart.user": "word of SQL",
		"": "is empty", "a.": "not a name", ".a": "not a name", "f(x)": "not a name", "'a'": "not a name", `"a`: "not a name", `""`: "not a name",
		"1a": "not a name", "a.b.c.d": "too many parts", "data.csv": "read as a file", `"x/y"`: "read as a file", "$1": "not a name",
	} {
		if err := checkTableName(name); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Text, want) {
			t.Errorf("table %q: %v, want %q", name, err, want)
		}
	}
	for name, want := range map[string]string{
		"day": "", `"Day"`: "", "a.day": "not the name of one column", "user": "word of SQL", "day::date": "not a name",
	} {
		if err := checkColumnName(name); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Text, want) {
			t.Errorf("column %q: %v, want %q", name, err, want)
		}
	}
}
