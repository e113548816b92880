package tearsheet

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tearsheet/metrics"
)

func value(t testing.TB, text string) metrics.Value {
	t.Helper()
	if text == "?" {
		return metrics.Value{}
	}
	v, err := metrics.ParseValue(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFormatGroupsAndSignsAsPrinted(t *testing.T) {
	for _, tt := range []struct {
		text          string
		decimals      int
		plain, signed string
	}{
		{"?", 1, "–", "–"}, {"0", 0, "0", "0"}, {"0", 2, "0.00", "0.00"},
		{"999", 0, "999", "+999"}, {"1000", 0, "1,000", "+1,000"}, {"1234567.891", 2, "1,234,567.89", "+1,234,567.89"},
		{"-1234.5", 1, "−1,234.5", "−1,234.5"}, {"999.5", 0, "1,000", "+1,000"}, {"-999999.5", 0, "−1,000,000", "−1,000,000"},
		{"-0.04", 1, "0.0", "0.0"}, {"0.04", 1, "0.0", "0.0"}, {"-0.05", 1, "−0.1", "−0.1"}, {"0.05", 1, "0.1", "+0.1"},
		{"-100", 0, "−100", "−100"}, {"-1/3", 3, "−0.333", "−0.333"},
	} {
		v := value(t, tt.text)
		if got := format(v, tt.decimals); got != tt.plain {
			t.Errorf("%s is printed %s, want %s", tt.text, got, tt.plain)
		}
		if got := formatSigned(v, tt.decimals); got != tt.signed {
			t.Errorf("%s is printed with its sign %s, want %s", tt.text, got, tt.signed)
		}
	}
}

// read is what a reader makes of a printed number, and nothing of ours.
func read(t interface{ Fatalf(string, ...any) }, text string) *big.Rat {
	plain := strings.NewReplacer(",", "", "−", "-", "+", "").Replace(text)
	number, ok := new(big.Rat).SetString(plain)
	if !ok {
		t.Fatalf("nobody can read %q", text)
	}
	return number
}

func TestFormatReadsBackAsTheRoundedNumber(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		top, bottom := rapid.Int64().Draw(rt, "top"), rapid.SampledFrom([]int64{1, 7, 100, 1_000_000}).Draw(rt, "bottom")
		decimals := rapid.IntRange(0, 5).Draw(rt, "decimals")
		text := format(metrics.Int(top).Div(metrics.Int(bottom)), decimals)
		if want := big.NewRat(top, bottom).FloatString(decimals); read(rt, text).FloatString(decimals) != read(rt, want).FloatString(decimals) {
			rt.Fatalf("%d/%d is printed %s, want %s", top, bottom, text, want)
		}
		whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "−"), ".")
		for i, part := range strings.Split(whole, ",") {
			if len(part) > 3 || len(part) == 0 || i > 0 && len(part) != 3 {
				rt.Fatalf("%s is grouped wrongly", text)
			}
		}
		if len(fraction) != decimals || strings.ContainsAny(text, "-+") {
			rt.Fatalf("%s has not %d decimals, or a hyphen", text, decimals)
		}
	})
}

func TestScaleFollowsTheLargestNumberOfTheRow(t *testing.T) {
	for text, want := range map[string]int{
		"?": 1, "0": 1, "999999": 1, "1000000": thousand, "-1000000": thousand, "999999999": thousand, "1000000000": million, "1e15": million,
	} {
		if got := scaleOf([]metrics.Value{{}, metrics.Int(5), value(t, text)}); got != want {
			t.Errorf("a row up to %s is divided by %d, want %d", text, got, want)
		}
	}
}

func TestDecimalsShowThreeFiguresAndNoneOfIntegers(t *testing.T) {
	for row, want := range map[string]int{
		"1 2 3": 0, "?": 0, "0 ? 0": 0, "1234.5": 0, "99.9 1": 1, "100.5 2": 0, "9.99": 2, "0.5": 3, "0.05": 4, "0.00005": 4, "-42.5": 1, "5 1/7": 2,
	} {
		var values []metrics.Value
		for _, word := range strings.Fields(row) {
			values = append(values, value(t, word))
		}
		if got := leastDecimals(values); got != want {
			t.Errorf("%q is printed with %d decimals, want %d", row, got, want)
		}
	}
}

// one makes the row of one metric with the same actual and plan in every week.
func one(actual, plan metrics.Value) Row {
	m := &metrics.Metric{Name: "m", Better: metrics.Up, Roll: metrics.Mean, Thresholds: metrics.Thresholds{Watch: 2, Off: 5, Ahead: 5}}
	row := Row{Metric: "m"}
	for range Weeks {
		cell := Cell{Actual: actual, Plan: plan, Mark: judge(m, actual, plan)}
		cell.Variance, cell.Percent = variance(actual, plan)
		row.Cells = append(row.Cells, cell)
	}
	row.print(m, []metrics.Value{actual, plan})
	return row
}

// contradiction returns what a reader with a pocket calculator finds wrong with the
// printed variance of a row, or "".
func contradiction(t interface{ Fatalf(string, ...any) }, row Row) string {
	actual, plan := read(t, row.Latest().ActualText), read(t, row.Latest().PlanText)
	difference := new(big.Rat).Sub(actual, plan)
	want, text := difference.FloatString(row.Decimals), row.Variance
	if rest, absolute := strings.CutSuffix(text, " abs"); absolute {
		text = rest
	} else if plan.Sign() <= 0 {
		return fmt.Sprintf("%s of the plan %s", text, row.Latest().PlanText)
	} else {
		percent := new(big.Rat).Quo(new(big.Rat).Mul(difference, big.NewRat(100, 1)), plan)
		want = percent.FloatString(1)
	}
	if read(t, text).Cmp(read(t, want)) != 0 {
		return fmt.Sprintf("%s beside %s prints the variance %s, a reader finds %s", row.Latest().ActualText, row.Latest().PlanText, row.Variance, want)
	}
	return ""
}

// pairs draws an actual and a plan that lie close to each other, as they come: means of
// seven days, months spread over days, money, shares, of every size.
func pairs() *rapid.Generator[[2]metrics.Value] {
	return rapid.Custom(func(rt *rapid.T) [2]metrics.Value {
		bottoms := []int64{1, 2, 3, 5, 6, 7, 10, 28, 30, 31, 100, 217, 1000}
		size := rapid.SampledFrom([]int64{10, 1_000, 100_000, 10_000_000, 100_000_000_000}).Draw(rt, "size")
		plan := metrics.Int(rapid.Int64Range(-size/20, size).Draw(rt, "plan")).Div(metrics.Int(rapid.SampledFrom(bottoms).Draw(rt, "plan's part")))
		if rapid.Bool().Draw(rt, "tie") { // a variance halfway between two that can be printed
			tie := metrics.Int(2*rapid.Int64Range(-1000, 1000).Draw(rt, "tie") + 1)
			return [2]metrics.Value{plan.Add(plan.Mul(tie).Div(metrics.Int(2000))), plan}
		}
		actual := metrics.Int(rapid.Int64Range(-size/20, size).Draw(rt, "actual")).Div(metrics.Int(rapid.SampledFrom(bottoms).Draw(rt, "actual's part")))
		return [2]metrics.Value{actual, plan}
	})
}

func TestPrintedDigitsReproduceThePrintedVariance(t *testing.T) {
	generator := pairs()
	rapid.Check(t, func(rt *rapid.T) {
		pair := generator.Draw(rt, "pair")
		row := one(pair[0], pair[1])
		if wrong := contradiction(rt, row); wrong != "" {
			rt.Fatal(wrong)
		}
		actual, plan := read(rt, row.Latest().ActualText), read(rt, row.Latest().PlanText)
		if plan.Sign() <= 0 {
			return
		}
		percent := new(big.Rat).Quo(new(big.Rat).Mul(new(big.Rat).Sub(actual, plan), big.NewRat(100, 1)), plan)
		rounded := read(rt, percent.FloatString(1))
		want := OnPlan
		switch {
		case rounded.Cmp(big.NewRat(-5, 1)) <= 0:
			want = Behind
		case rounded.Cmp(big.NewRat(-2, 1)) <= 0:
			want = Watch
		case rounded.Cmp(big.NewRat(5, 1)) >= 0:
			want = Ahead
		}
		if row.Mark != want || row.Latest().Mark != want {
			rt.Fatalf("%s beside %s is marked %s", row.Latest().ActualText, row.Latest().PlanText, row.Mark)
		}
	})
}

// Cases in which rounding alone would contradict itself.
func TestDigitsAreAddedWhereTheVarianceNeedsThem(t *testing.T) {
	for _, tt := range []struct{ actual, plan, want string }{
		{"100.4", "103", "100.4 103.0 −2.5"},
		{"104.96", "100", "105 100 +5.0"},
		{"104.94", "100", "104.9 100.0 +4.9"},
		{"1.4", "-0.4", "1.40 −0.40 +1.80 abs"},
		{"2041/3", "2000/3", "680.33 666.67 +2.0"}, // a tie that no digits reproduce
		{"0.0004", "0.0003", "0.0004 0.0003 +33.3"},
		{"500", "1/10000", "500.0000 0.0001 +499,999,900.0"},
	} {
		row := one(value(t, tt.actual), value(t, tt.plan))
		got := row.Latest().ActualText + " " + row.Latest().PlanText + " " + row.Variance
		if got != tt.want {
			t.Errorf("%s beside %s prints %q, want %q", tt.actual, tt.plan, got, tt.want)
		}
		if wrong := contradiction(t, row); wrong != "" {
			t.Error(wrong)
		}
	}
}

// A contradiction must be seen, or the tests above prove nothing.
func TestContradictionIsSeen(t *testing.T) {
	row := one(metrics.Int(950), metrics.Int(1000))
	for _, variance := range []string{"−5.1", "+5.0", "−50 abs", "−5.0 abs"} {
		row.Variance = variance
		if wrong := contradiction(t, row); (wrong == "") != (variance == "−50 abs") {
			t.Errorf("%s: %q", variance, wrong)
		}
	}
}

// Amounts of money have cents or none: $22.77 is not $22.8, and not $1,396.9 either.
func TestMoneyTakesNoSingleDecimal(t *testing.T) {
	for _, tt := range []struct {
		actual, plan string
		want         int
	}{
		{"22.77", "20", 2},
		{"317.15", "317", 2},
		{"0.99", "1", 2},
		{"2507.3", "2230", 0}, // +12.4 by whole dollars too
		{"1439.4", "1471", 2}, // −2.1; whole dollars give −2.2, and one decimal is passed over
	} {
		actual, plan := value(t, tt.actual), value(t, tt.plan)
		if got, ok := decimalsOf("USD", []metrics.Value{actual, plan}, actual, plan); got != tt.want || !ok {
			t.Errorf("%s beside %s takes %d decimals, want %d", tt.actual, tt.plan, got, tt.want)
		}
	}
}
