package metrics

import "testing"

func TestParseMeasureKnowsTheSimpleAggregatesOnly(t *testing.T) {
	for _, tt := range []struct {
		measure  string
		kind     Aggregate
		argument string
	}{
		{"count(*)", AggregateCountAll, ""},
		{" COUNT ( * ) ", AggregateCountAll, ""},
		{"count(user_id)", AggregateCount, "user_id"},
		{"count(distinct user_id)", AggregateCountDistinct, "user_id"},
		{"Count(Distinct  a.\"User Id\")", AggregateCountDistinct, `a."User Id"`},
		{"count(distinct lower(email))", AggregateCountDistinct, "lower(email)"},
		{"sum(amount)", AggregateSum, "amount"},
		{"sum(case when kind = 'a, (b' then 1 else 0 end)", AggregateSum, "case when kind = 'a, (b' then 1 else 0 end"},
		{"sum(coalesce(a, 0) * b)", AggregateSum, "coalesce(a, 0) * b"},
		{"avg(x::double)", AggregateAvg, "x::double"},
		{"min(a)", AggregateMin, "a"},
		{"max(a + (b))", AggregateMax, "a + (b)"},
		{"sum(case when client in ('web', 'app') then 1 end)", AggregateSum, "case when client in ('web', 'app') then 1 end"},
		{"count('distinct')", AggregateCount, "'distinct'"},

		{"count(distinct a, b)", AggregateOther, ""},
		{"count(distinct (a, b))", AggregateOther, ""},
		{"sum(distinct a)", AggregateOther, ""},
		{"count(all a)", AggregateOther, ""},
		{"sum(a) / count(*)", AggregateOther, ""},
		{"(sum(a))", AggregateOther, ""},
		{"100 * sum(a)", AggregateOther, ""},
		{"coalesce(sum(a), 0)", AggregateOther, ""},
		{"count(*) filter (where a)", AggregateOther, ""},
		{"sum(a) over ()", AggregateOther, ""},
		{"sum(a order by b)", AggregateOther, ""},
		{"sum((select 1))", AggregateOther, ""},
		{"sum(a /* b */)", AggregateOther, ""},
		{"sum(a) -- b", AggregateSum, "a"},
		{"sum($1)", AggregateOther, ""},
		{"sum()", AggregateOther, ""},
		{"sum(*)", AggregateOther, ""},
		{"count(distinct)", AggregateOther, ""},
		{"sum(a", AggregateOther, ""},
		{"sum(a))", AggregateOther, ""},
		{"sum('a)", AggregateOther, ""},
		{"quantile_cont(a, 0.5)", AggregateOther, ""},
		{"my.sum(a)", AggregateOther, ""},
		{"\"sum\"(a)", AggregateOther, ""},
		{"", AggregateOther, ""},
	} {
		want := tt.argument
		if tt.kind == AggregateOther {
			want = tt.measure
		}
		if kind, argument := ParseMeasure(tt.measure); kind != tt.kind || argument != want {
			t.Errorf("%q is aggregate %d of %q, want %d of %q", tt.measure, kind, argument, tt.kind, want)
		}
	}
}

func TestDistinctKeyIsOneColumn(t *testing.T) {
	for measure, want := range map[string]string{
		"count(distinct user_id)":        "user_id",
		"count( DISTINCT u.\"User\" )":   `u."User"`,
		"count(distinct lower(user_id))": "",
		"count(distinct user_id || 'a')": "",
		"count(distinct 1)":              "",
		"count(user_id)":                 "",
		"count(distinct u.)":             "",
	} {
		if key, ok := DistinctKey(measure); key != want || ok != (want != "") {
			t.Errorf("%q counts distinct %q (%v), want %q", measure, key, ok, want)
		}
	}
}
