package metrics

import "testing"

func TestUnitsHaveTheSignsOfTheTrade(t *testing.T) {
	for _, tt := range []struct {
		unit     Unit
		symbol   string
		currency bool
	}{
		{"percent", "%", false}, {"USD", "$", true}, {"EUR", "€", true}, {"GBP", "£", true}, {"JPY", "¥", true},
		{"CAD", "CAD", true}, {"usd", "usd", false}, {"USDT", "USDT", false}, {"US", "US", false}, {"U5D", "U5D", false},
		{"ÜSD", "ÜSD", false}, {"seconds", "s", false}, {"milliseconds", "ms", false}, {"users", "users", false}, {"", "", false},
	} {
		if got := tt.unit.Symbol(); got != tt.symbol {
			t.Errorf("the sign of %q is %q, want %q", tt.unit, got, tt.symbol)
		}
		if got := tt.unit.Currency(); got != tt.currency {
			t.Errorf("%q is a currency: %v", tt.unit, got)
		}
	}
}
