package metrics

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Value is a known number or unknown. The zero Value is unknown, so that nothing
// becomes 0 by being forgotten. A known value is exact: a count, a decimal amount
// of money and a mean of seven days are kept without rounding. Values are
// immutable.
type Value struct{ number *big.Rat }

// Int returns the known value n.
func Int(n int64) Value { return Value{new(big.Rat).SetInt64(n)} }

// Float returns the value of f as it is written: the shortest decimal that reads
// back as f, so that 0.1 is a tenth and what is rounded here is rounded alike by
// whoever reads the decimal. NaN and infinities are unknown.
func Float(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{mustRat(strconv.FormatFloat(f, 'g', -1, 64))}
}

// ParseValue reads a decimal number such as -12.50 or 1e6, exactly, or a
// fraction such as 1/7 as String writes it. Exponents beyond ±400 are refused.
func ParseValue(text string) (Value, error) {
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if exponent, err := strconv.Atoi(text[at+1:]); err != nil || exponent < -400 || exponent > 400 {
			return Value{}, fmt.Errorf("%q is not a number", text)
		}
	}
	if text == "" || strings.ContainsAny(text, "_xXoObBpP") || octal(text) {
		return Value{}, fmt.Errorf("%q is not a number", text)
	}
	number, ok := new(big.Rat).SetString(text)
	if !ok {
		return Value{}, fmt.Errorf("%q is not a number", text)
	}
	return Value{number}, nil
}

// octal reports whether text is a fraction with a leading zero, which package big
// would read to the base of eight.
func octal(text string) bool {
	top, bottom, fraction := strings.Cut(strings.TrimLeft(text, "+-"), "/")
	return fraction && (strings.HasPrefix(top, "0") && top != "0" || strings.HasPrefix(bottom, "0"))
}

// Known reports whether v is a number.
func (v Value) Known() bool { return v.number != nil }

// Float64 returns the float64 nearest to v and true, or 0 and false if v is
// unknown.
func (v Value) Float64() (float64, bool) {
	if v.number == nil {
		return 0, false
	}
	f, _ := v.number.Float64()
	return f, true
}

// Equal reports whether both are unknown, or both are the same number.
func (v Value) Equal(w Value) bool {
	if !v.Known() || !w.Known() {
		return v.Known() == w.Known()
	}
	return v.number.Cmp(w.number) == 0
}

// Sign returns -1, 0 or +1 for a known value, and 0 for an unknown one.
func (v Value) Sign() int {
	if v.number == nil {
		return 0
	}
	return v.number.Sign()
}

// Cmp compares two known values: -1 if v < w, 0 if equal, +1 if v > w. It panics
// if either is unknown.
func (v Value) Cmp(w Value) int { return v.number.Cmp(w.number) }

// Add returns v + w, unknown if either is.
func (v Value) Add(w Value) Value { return v.with(w, (*big.Rat).Add) }

// Sub returns v − w, unknown if either is.
func (v Value) Sub(w Value) Value { return v.with(w, (*big.Rat).Sub) }

// Mul returns v × w, unknown if either is.
func (v Value) Mul(w Value) Value { return v.with(w, (*big.Rat).Mul) }

// Div returns v ÷ w, unknown if either is or if w is 0.
func (v Value) Div(w Value) Value {
	if w.Sign() == 0 {
		return Value{}
	}
	return v.with(w, (*big.Rat).Quo)
}

// Abs returns the magnitude of v.
func (v Value) Abs() Value {
	if v.number == nil {
		return v
	}
	return Value{new(big.Rat).Abs(v.number)}
}

func (v Value) with(w Value, op func(z, x, y *big.Rat) *big.Rat) Value {
	if !v.Known() || !w.Known() {
		return Value{}
	}
	return Value{op(new(big.Rat), v.number, w.number)}
}

// Round returns v rounded to so many decimals, halves away from zero.
func (v Value) Round(decimals int) Value {
	if v.number == nil {
		return v
	}
	rounded, _ := new(big.Rat).SetString(v.number.FloatString(decimals))
	return Value{rounded}
}

// SumOf returns the sum of the values: unknown if any of them is, 0 of none.
func SumOf(values ...Value) Value {
	sum := Int(0)
	for _, v := range values {
		sum = sum.Add(v)
	}
	return sum
}

// MeanOf returns the mean of the values: unknown if any of them is, and of none.
func MeanOf(values ...Value) Value { return SumOf(values...).Div(Int(int64(len(values)))) }

// String writes v so that ParseValue reads the same value: an integer, or a
// fraction in lowest terms such as 1/7; "unknown" if it is.
func (v Value) String() string {
	if v.number == nil {
		return "unknown"
	}
	return v.number.RatString()
}

// longestExact is the number of decimals up to which a terminating decimal is
// written out; beyond it a float's binary tail would be printed as if it were
// precision.
const longestExact = 12

// Decimal writes v as an unrounded decimal number, for programs: exactly if it
// has at most 12 decimals, otherwise as the shortest decimal that reads back as
// the nearest float64. It writes "null" for an unknown value.
func (v Value) Decimal() string {
	if v.number == nil {
		return "null"
	}
	if exact := v.number.FloatString(longestExact); mustRat(exact).Cmp(v.number) == 0 {
		if strings.Contains(exact, ".") {
			exact = strings.TrimRight(strings.TrimRight(exact, "0"), ".")
		}
		return exact
	}
	f, _ := v.number.Float64()
	if math.IsInf(f, 0) {
		return v.number.FloatString(0) // too large for a float64: its fraction says nothing
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func mustRat(text string) *big.Rat {
	number, _ := new(big.Rat).SetString(text)
	return number
}

// MarshalJSON writes v as Decimal does.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(v.Decimal()), nil }

// UnmarshalJSON reads a number or null.
func (v *Value) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*v = Value{}
		return nil
	}
	value, err := ParseValue(string(text))
	*v = value
	return err
}

// Fixed writes v with exactly so many decimals, halves away from zero, and a
// hyphen as its minus; "unknown" if it is. What rounds to zero has no minus.
func (v Value) Fixed(decimals int) string {
	if v.number == nil {
		return "unknown"
	}
	text := v.number.FloatString(decimals)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return text
}
