package metrics

import (
	"math"
	"testing"
)

func TestFloatIsTheDecimalThatIsWritten(t *testing.T) {
	for _, test := range []struct {
		f     float64
		exact string
	}{
		{0.1, "1/10"}, {-2.5, "-5/2"}, {3.815, "763/200"}, {1e21, "1000000000000000000000"}, {0, "0"},
	} {
		if got := Float(test.f).String(); got != test.exact {
			t.Errorf("Float(%v) is %s, want %s", test.f, got, test.exact)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if Float(f).Known() {
			t.Errorf("Float(%v) is known", f)
		}
	}
}

// A sheet that prints 3.81 beside a workbook whose cell holds 3.815 would have two
// answers to one question.
func TestFloatRoundsAsItsDecimalDoes(t *testing.T) {
	if got := Float(3.815).Fixed(2); got != "3.82" {
		t.Errorf("3.815 is rounded to %s", got)
	}
}

func TestFloatReadsBackFromJSONAsItself(t *testing.T) {
	for _, f := range []float64{0.1, 3.815, 1.0 / 3, math.Pi, 1e-9, 123456789.123456789} {
		var read Value
		if err := read.UnmarshalJSON([]byte(Float(f).Decimal())); err != nil || !read.Equal(Float(f)) {
			t.Errorf("%v reads back as %s (%v)", f, read, err)
		}
	}
}
