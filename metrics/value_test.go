package metrics

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// parse reads a value that the test knows to be one.
func parse(t testing.TB, text string) Value {
	t.Helper()
	v, err := ParseValue(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheZeroValueIsUnknownAndStaysUnknown(t *testing.T) {
	var unknown Value
	if unknown.Known() || unknown.Equal(Int(0)) || !unknown.Equal(Value{}) {
		t.Error("the zero Value is taken for a number")
	}
	for name, v := range map[string]Value{
		"sum": unknown.Add(Int(1)), "difference": Int(1).Sub(unknown), "product": unknown.Mul(Int(0)),
		"quotient": unknown.Div(Int(1)), "quotient by unknown": Int(1).Div(unknown), "magnitude": unknown.Abs(),
		"rounded": unknown.Round(2), "sum of several": SumOf(Int(1), unknown), "mean": MeanOf(Int(1), unknown),
		"mean of none": MeanOf(), "quotient by zero": Int(1).Div(Int(0)), "zero by zero": Int(0).Div(Int(0)),
	} {
		if v.Known() {
			t.Errorf("%s is %s", name, v)
		}
	}
	if f, ok := unknown.Float64(); ok || f != 0 {
		t.Errorf("as a float it is %v, %v", f, ok)
	}
	if got := unknown.String() + " " + unknown.Fixed(2) + " " + unknown.Decimal(); got != "unknown unknown null" {
		t.Errorf("it is written %q", got)
	}
	if !SumOf().Equal(Int(0)) {
		t.Error("the sum of nothing is not 0")
	}
}

func TestValuesAreExact(t *testing.T) {
	if got := parse(t, "0.1").Add(parse(t, "0.2")); !got.Equal(parse(t, "0.3")) {
		t.Errorf("0.1 + 0.2 is %s", got)
	}
	cents := Int(0)
	for range 1_000_000 {
		cents = cents.Add(parse(t, "0.01"))
	}
	if !cents.Equal(Int(10_000)) {
		t.Errorf("a million cents are %s", cents)
	}
	if mean := MeanOf(Int(1), Int(1), Int(1), Int(1), Int(1), Int(1), Int(2)); mean.String() != "8/7" || !mean.Mul(Int(7)).Equal(Int(8)) {
		t.Errorf("the mean of seven days is %s", mean)
	}
	// Beyond 2⁵³ a float would lose the last digit.
	if got := Int(9_007_199_254_740_993).Decimal(); got != "9007199254740993" {
		t.Errorf("a large count is written %s", got)
	}
}

func TestArithmeticLeavesItsOperandsAlone(t *testing.T) {
	a, b := parse(t, "-1.5"), Int(2)
	a.Add(b)
	a.Sub(b)
	a.Mul(b)
	a.Div(b)
	a.Abs()
	a.Round(0)
	if a.String() != "-3/2" || b.String() != "2" {
		t.Errorf("the operands became %s and %s", a, b)
	}
}

func TestParseValueReadsDecimalsExactly(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "-12.50": "-25/2", "1e6": "1000000", "1E-3": "1/1000", "+5": "5", ".5": "1/2", "007": "7",
		"1/7": "1/7", "-2/4": "-1/2", "0.000000000000000000001": "1/1000000000000000000000",
		"123456789012345678901234567890": "123456789012345678901234567890",
	} {
		if got := parse(t, text).String(); got != want {
			t.Errorf("%s is read as %s, want %s", text, got, want)
		}
	}
}

func TestParseValueRefusesWhatIsNoDecimal(t *testing.T) {
	for _, text := range []string{
		"", " ", " 1", "1 ", "tbd", "NaN", "nan", "Inf", "-Infinity", "1,234", "1.234,5", "12%", "$5", "--1", "1.2.3", "1_000",
		"0x10", "0b1", "0o7", "1p3", "1e", "e5", "1e401", "1e-401", "1e9999999999", "1e5/7", "1/0", "1/", "/7", "1/-7", "1/2/3",
		"010/3", "1/03", "1.5/2", "\"1\"", "null", "１", "1\n", "1\x00", "−1",
	} {
		if v, err := ParseValue(text); err == nil || v.Known() {
			t.Errorf("%q is read as %s", text, v)
		}
	}
}

func FuzzParseValueReadsOnlyDecimals(f *testing.F) {
	for _, seed := range []string{"1", "-0.5", "1e10", "1/7", "0x1p-2", "1_0", "010/3", "١", "1e-400"} {
		f.Add(seed)
	}
	// An independent grammar: a decimal, or a fraction without leading zeros.
	grammar := regexp.MustCompile(`^(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:0|[1-9][0-9]*)/[1-9][0-9]*)$`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseValue(text)
		if err != nil {
			return
		}
		if !grammar.MatchString(text) {
			t.Fatalf("%q is read as %s", text, v)
		}
		again, err := ParseValue(v.String())
		if err != nil || !again.Equal(v) {
			t.Fatalf("%q is %s, which reads back as %s (%v)", text, v, again, err)
		}
	})
}

func TestRoundTakesHalvesAwayFromZero(t *testing.T) {
	for _, tt := range []struct {
		text     string
		decimals int
		want     string
	}{
		{"0.5", 0, "1"}, {"-0.5", 0, "-1"}, {"1.5", 0, "2"}, {"2.5", 0, "3"}, {"-2.5", 0, "-3"}, {"0.49", 0, "0"},
		{"1.005", 2, "1.01"}, {"-1.005", 2, "-1.01"}, {"1.0049999999999999999", 2, "1.00"}, {"4.95", 1, "5.0"},
		{"2/3", 4, "0.6667"}, {"-0.04", 1, "0.0"}, {"-1/1000000", 0, "0"}, {"999.5", 0, "1000"},
	} {
		v := parse(t, tt.text)
		if got := v.Fixed(tt.decimals); got != tt.want {
			t.Errorf("%s with %d decimals is written %s, want %s", tt.text, tt.decimals, got, tt.want)
		}
		if got := v.Round(tt.decimals); !got.Equal(parse(t, tt.want)) {
			t.Errorf("%s rounded to %d decimals is %s, want %s", tt.text, tt.decimals, got, tt.want)
		}
	}
}

// fraction draws a value and the same number as a big.Rat, which is the judge.
func fraction(rt *rapid.T, label string) (Value, *big.Rat) {
	top := rapid.Int64().Draw(rt, label)
	bottom := rapid.SampledFrom([]int64{1, 7, 10, 100, 1000, 30, 31, 3, 1 << 40}).Draw(rt, label+" bottom")
	return Int(top).Div(Int(bottom)), big.NewRat(top, bottom)
}

func TestArithmeticAgreesWithFractions(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, x := fraction(rt, "a")
		b, y := fraction(rt, "b")
		results := map[string][2]string{
			"+": {a.Add(b).String(), new(big.Rat).Add(x, y).RatString()},
			"-": {a.Sub(b).String(), new(big.Rat).Sub(x, y).RatString()},
			"×": {a.Mul(b).String(), new(big.Rat).Mul(x, y).RatString()},
		}
		if y.Sign() != 0 {
			results["÷"] = [2]string{a.Div(b).String(), new(big.Rat).Quo(x, y).RatString()}
		}
		for op, r := range results {
			if r[0] != r[1] {
				rt.Fatalf("%s %s %s is %s, want %s", x, op, y, r[0], r[1])
			}
		}
		if a.Cmp(b) != x.Cmp(y) || a.Equal(b) != (x.Cmp(y) == 0) || a.Sign() != x.Sign() {
			rt.Fatalf("%s and %s are compared wrongly", x, y)
		}
	})
}

func TestRoundIsNearestAndNeverNegativeZero(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		v, exact := fraction(rt, "v")
		decimals := rapid.IntRange(0, 6).Draw(rt, "decimals")
		rounded, ok := new(big.Rat).SetString(v.Fixed(decimals))
		if !ok {
			rt.Fatalf("%s is written %q", exact, v.Fixed(decimals))
		}
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
		if !new(big.Rat).Quo(rounded, unit).IsInt() {
			rt.Fatalf("%s has more than %d decimals", rounded, decimals)
		}
		away := new(big.Rat).Sub(rounded.Abs(rounded), new(big.Rat).Abs(exact)) // in (−unit/2, unit/2]
		half := new(big.Rat).Quo(unit, big.NewRat(2, 1))
		if away.Cmp(half) > 0 || away.Cmp(new(big.Rat).Neg(half)) <= 0 {
			rt.Fatalf("%s is rounded to %s", exact, v.Fixed(decimals))
		}
		if strings.HasPrefix(v.Fixed(decimals), "-") && v.Round(decimals).Sign() == 0 {
			rt.Fatalf("%s is written %s", exact, v.Fixed(decimals))
		}
	})
}

func TestStringReadsBackAsTheSameValue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		v, _ := fraction(rt, "v")
		again, err := ParseValue(v.String())
		if err != nil || !again.Equal(v) {
			rt.Fatalf("%s reads back as %s (%v)", v, again, err)
		}
	})
}

func TestDecimalIsExactUpToTwelveDecimalsAndStableBeyond(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "12.50": "12.5", "-0.000000000001": "-0.000000000001", "1000000": "1000000",
		"1/7": "0.14285714285714285", "-1/7": "-0.14285714285714285", "1/3": "0.3333333333333333",
		"1e20": "100000000000000000000", "0.0000000000001": "0.0000000000001",
	} {
		if got := parse(t, text).Decimal(); got != want {
			t.Errorf("%s is written %s, want %s", text, got, want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		v, _ := fraction(rt, "v")
		once := v.Decimal()
		if twice := parse(t, once).Decimal(); twice != once {
			rt.Fatalf("%s, read back, is written %s", once, twice)
		}
		cents := Int(rapid.Int64().Draw(rt, "cents")).Div(Int(100))
		if again := parse(t, cents.Decimal()); !again.Equal(cents) {
			rt.Fatalf("%s reads back as %s", cents, again)
		}
	})
}

func TestValuesAreValidJSONHoweverLarge(t *testing.T) {
	for _, text := range []string{"0", "-12.5", "1e400", "1e-400", "-1e-399", "1/7"} {
		v := parse(t, text)
		for _, v := range []Value{v, v.Div(Int(7))} {
			written, err := json.Marshal(v)
			if err != nil || !json.Valid(written) {
				t.Errorf("%s is written %.60s (%v)", text, written, err)
			}
			var again Value
			if err := json.Unmarshal(written, &again); err != nil || !again.Known() {
				t.Errorf("%s does not read back: %v", text, err)
			}
		}
	}
}

func TestUnknownIsNullInJSON(t *testing.T) {
	written, err := json.Marshal([]Value{{}, Int(0), parse(t, "12.5")})
	if err != nil || string(written) != "[null,0,12.5]" {
		t.Errorf("written as %s (%v)", written, err)
	}
	read := []Value{Int(1), Int(1), Int(1)}
	if err := json.Unmarshal(written, &read); err != nil || read[0].Known() || !read[1].Equal(Int(0)) || !read[2].Equal(parse(t, "12.5")) {
		t.Errorf("read back as %v (%v)", read, err)
	}
	for _, text := range []string{`"12"`, `true`, `{}`, `[1]`, `"unknown"`} {
		v := Int(7)
		if err := json.Unmarshal([]byte(text), &v); err == nil {
			t.Errorf("%s is read as %s", text, v)
		}
	}
}

func TestCmpPanicsOfUnknown(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown value was compared")
		}
	}()
	Int(1).Cmp(Value{})
}
