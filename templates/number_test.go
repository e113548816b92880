package templates_test

import (
	"testing"

	"tearsheet/templates"
)

func TestNumbersAreGroupedByThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -999: "-999", -1000: "-1,000", 228_401_377: "228,401,377", -9223372036854775808: "-9,223,372,036,854,775,808"} {
		if got := templates.Grouped(n); got != want {
			t.Errorf("Grouped(%d) = %q, want %q", n, got, want)
		}
	}
}
