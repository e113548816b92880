package tearsheet

import (
	"strings"

	"tearsheet/metrics"
)

const (
	minusSign = "−"
	noValue   = "–"
)

// format writes v with grouped thousands, so many decimals and a true minus; an
// unknown value is an en dash. What rounds to zero has no sign.
func format(v metrics.Value, decimals int) string {
	if !v.Known() {
		return noValue
	}
	text := v.Abs().Fixed(decimals)
	whole, fraction, _ := strings.Cut(text, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if v.Round(decimals).Sign() < 0 {
		whole = minusSign + whole
	}
	return whole
}

// formatSigned is format with a plus on what is positive.
func formatSigned(v metrics.Value, decimals int) string {
	text := format(v, decimals)
	if v.Round(decimals).Sign() > 0 {
		text = "+" + text
	}
	return text
}

// Number columns hold seven characters; above a million the unit says k or M.
const (
	thousand = 1_000
	million  = 1_000_000
	billion  = 1_000_000_000
)

// scaleOf returns by what the printed numbers of a row are divided.
func scaleOf(values []metrics.Value) int {
	largest := largest(values)
	switch {
	case largest.Cmp(metrics.Int(billion)) >= 0:
		return million
	case largest.Cmp(metrics.Int(million)) >= 0:
		return thousand
	}
	return 1
}

func scalePrefix(scale int) string {
	switch scale {
	case thousand:
		return "k"
	case million:
		return "M"
	}
	return ""
}

func largest(values []metrics.Value) metrics.Value {
	largest := metrics.Int(0)
	for _, v := range values {
		if v.Known() && v.Abs().Cmp(largest) > 0 {
			largest = v.Abs()
		}
	}
	return largest
}

// cents is the number of decimals of amounts below a thousand: $22.77, not $22.8.
const cents = 2

// mostExtraDecimals bounds the search for digits that reproduce a variance.
const mostExtraDecimals = 6

// decimalsOf returns with how many decimals a row prints: three significant
// figures of its largest number, cents of small amounts of money, none if all are
// integers, and more where the
// variance of the latest week would not follow from the printed digits. Without
// such digits within the bound (the variance lies halfway between two that can be
// printed) it returns a few more than the least, and false.
func decimalsOf(unit metrics.Unit, scaled []metrics.Value, actual, plan metrics.Value) (decimals int, ok bool) {
	least := leastDecimals(scaled)
	if unit.Currency() && largest(scaled).Cmp(metrics.Int(thousand)) < 0 {
		least = max(least, cents)
	}
	for decimals := least; decimals <= least+mostExtraDecimals; decimals++ {
		if unit.Currency() && decimals == 1 { // $1,396.90, and not $1,396.9
			continue
		}
		if reproduces(actual, plan, decimals) {
			return decimals, true
		}
	}
	return least + 2, false
}

// reproduces reports whether the variance of the rounded numbers prints like that of
// the numbers themselves.
func reproduces(actual, plan metrics.Value, decimals int) bool {
	absolute, percent := variance(actual, plan)
	shown, shownPercent := variance(actual.Round(decimals), plan.Round(decimals))
	if percent.Known() || shownPercent.Known() {
		return shownPercent.Round(varianceDecimals).Equal(percent.Round(varianceDecimals))
	}
	return shown.Equal(absolute.Round(decimals))
}

func leastDecimals(scaled []metrics.Value) int {
	integers := true
	for _, v := range scaled {
		integers = integers && v.Round(0).Equal(v)
	}
	if integers {
		return 0
	}
	largest := largest(scaled)
	decimals := 0
	for bound := metrics.Int(100); decimals < 4 && largest.Cmp(bound) < 0; decimals++ {
		bound = bound.Div(metrics.Int(10))
	}
	return decimals
}
