package metrics

import "testing"

func TestValueExpressionIsTheColumnCalledValueOrTheSecond(t *testing.T) {
	for sql, want := range map[string]string{
		"select day, count(*) as value from t":                                                         "count(*)",
		"select count(*) as value, day from t":                                                         "count(*)",
		"select day, count(*) from t":                                                                  "count(*)",
		"select day, count(*) n from t":                                                                "count(*)",
		"select day, client, sum(a) as value from t":                                                   "sum(a)",
		"select distinct day, sum(a) value from t":                                                     "sum(a)",
		"(select day, f(a, b) as \"value\" from t)":                                                    "f(a, b)",
		"select day, case when a then 1 else 0 end from t":                                             "case when a then 1 else 0 end",
		"select day, a is distinct from b as value from t":                                             "a is distinct from b",
		"with d as (select day, count(*) as value from t) select day, value from d":                    "count(*)",
		"with d as (select day, count(*) as n from t) select day, d.n as value from d":                 "count(*)",
		"select day, value from (select x as day, sum(y) as value from t) q":                           "sum(y)",
		"select day, value from (select day, n as value from (select day, sum(y) as n from t) q) r":    "sum(y)",
		"with a as (select sum(x) as value), b as (select count(*) as value) select day, value from a": "", // cannot be told
		"select day, value from t":                                                                     "", // a column of the table
		"select day from t":                                                                            "",
		"select":                                                                                       "",
		"select day, value from (select day, value from t) x":                                          "",
		"select day, 'open":                                                                            "",
	} {
		if got := valueExpression(sql); got != want {
			t.Errorf("%s\nhas the value %q, want %q", sql, got, want)
		}
	}
}

func TestAddsUpIsTrueOfCountsAndSumsOnly(t *testing.T) {
	for expression, want := range map[string]bool{
		"count(*)": true, "count(distinct user_id)": true, "sum(amount)": true, "SUM (amount)": true,
		"coalesce(sum(amount), 0)": true, "1.0 * sum(amount)": true, "sum(amount) / 100": true, "sum(a) - sum(b)": true, "-sum(a)": true,
		"sum(case when a then 1 else 0 end)": true, "count(*) filter (where a / b > 1)": true, "(count(*))": true, "sum(a)::double": true,
		"cast(sum(a) as decimal(18, 2))": true, "round(sum(a) / 100.0, 2)": true, "100 * (sum(a) + count(*))": true, "count_if(a)": true,

		"avg(a)": false, "max(a)": false, "sum(a) / count(*)": false, "sum(a) * sum(b)": false, "1 / count(*)": false, "count(*) + 1": false,
		"coalesce(avg(a), 0)": false, "sum(a) over ()": false, "count(*) > 0": false, "a": false, "": false, "0": false, "count(": false,
		"sum(a) / nullif(count(*), 0)": false, "median(a)": false, "case when count(*) > 0 then 1 end": false, "count()": false,
	} {
		if got := addsUp(expression); got != want {
			t.Errorf("%q adds up: %v, want %v", expression, got, want)
		}
	}
}

func TestCountsDistinct(t *testing.T) {
	for expression, want := range map[string]bool{
		"count(distinct a)": true, "COUNT ( DISTINCT a )": true, "1.0 * count(distinct a)": true, "approx_count_distinct(a)": true,
		"count(a)": false, "sum(distinct a)": false, "count('distinct a')": false, "count(a) /* distinct */": false, "count(\"distinct\")": false,
	} {
		if got := countsDistinct(expression); got != want {
			t.Errorf("%q counts distinct values: %v, want %v", expression, got, want)
		}
	}
}
