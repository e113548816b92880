package metrics

import "strings"

// Unit is the unit of a metric as written in the registry: a noun ("users"),
// "percent", "seconds" and the like, or a currency code ("USD").
type Unit string

// Percent is the unit of a share. Its values are percent points: 1.76 is 1.76 %.
const Percent Unit = "percent"

// Currency reports whether u is an ISO 4217 code: three capital letters.
func (u Unit) Currency() bool {
	return len(u) == 3 && strings.IndexFunc(string(u), func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}

// Symbol returns the short sign of u where the trade has one ("%", "$", "s"), and
// otherwise u itself.
func (u Unit) Symbol() string {
	switch u {
	case Percent:
		return "%"
	case "USD":
		return "$"
	case "EUR":
		return "€"
	case "GBP":
		return "£"
	case "JPY":
		return "¥"
	case "seconds":
		return "s"
	case "milliseconds":
		return "ms"
	}
	return string(u)
}
