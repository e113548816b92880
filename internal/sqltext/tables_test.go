package sqltext

import (
	"slices"
	"strings"
	"testing"
)

func TestTablesAreThoseRead(t *testing.T) {
	for sql, want := range map[string]string{
		"select 1":                  "",
		"select * from a":           "a",
		"select * from A, mart.B b": "a mart.b",
		`select * from "A b"."C" x join d on x.i = d.i left outer join e using (i) cross join f`: "A b.C d e f",
		"select * from a x, b as y (c, d), e where f in (select g from h)":                       "a b e h",
		"select a, (select max(b) from c) from d":                                                "c d",
		"select * from (select * from a union all select * from b) x, c":                         "a b c",
		"select * from (a join b on a.i = b.i), c":                                               "a b c",
		"select * from ((a)) where exists (select from b)":                                       "a b",
		"select extract(year from x), substring(y from 1 for 2), trim(both from z) from a":       "a",
		"select x is distinct from y, a is not distinct from b from t":                           "t",
		"select * from generate_series(1, 2) g, a, unnest(x) with ordinality, b":                 "a b",
		"select * from a, lateral (select * from b) c, only d":                                   "a b d",
		"select * from a -- from b\n/* join c */ where x = 'from d'":                             "a",
		"select * from a order by 1, 2":                                                          "a",
		"select * from a group by x, y having max(z) > 1":                                        "a",
		"select * from a, a, A":                                                                  "a",
		"select * from a where x in (select y from b), c":                                        "a b",
		"select t.from, t.join from t":                                                           "t",
		"select * from (values (1, 2), (3, 4)) v, a":                                             "a",
		"select * from (from a), b":                                                              "a b",

		"with x as (select * from a) select * from x":                                             "a",
		"with x as (select * from a), y as (select * from x, b) select * from y join X on true":   "a b",
		"with a as (select * from a) select * from a":                                             "a", // the table within, itself outside
		"with recursive a as (select 1 union select * from a) select * from a":                    "",
		"with x (c) as not materialized (select * from a) (select * from x)":                      "a",
		"with x as (select * from y), y as (select * from a) select * from x, y":                  "y a", // y is a table until it is a CTE
		"select * from (with x as (select * from a) select * from x) z, x":                        "a x", // x is a CTE within only
		"with x as (select 1) select * from mart.x":                                               "mart.x",
		"with x as (with y as (select * from a) select * from y) select * from x, y":              "a y",
		"with x as materialized (select * from a) select * from x where exists (select 1 from x)": "a",
	} {
		if got := Tables(sql); !slices.Equal(got, strings.Fields(want)) && strings.Join(got, " ") != want {
			t.Errorf("%s\nreads %q, want %q", sql, got, want)
		}
	}
}
