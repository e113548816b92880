package googletest

import "testing"

func TestNumbersAreShownByTheirPatterns(t *testing.T) {
	for _, c := range []struct {
		v             float64
		pattern, want string
	}{
		{1234567.891, "#,##0", "1,234,568"}, {1234567.891, "#,##0.00", "1,234,567.89"}, {1234567.891, "#,##0.0,", "1,234.6"}, {1234567.891, "#,##0.00,,", "1.23"},
		{0, "#,##0", "0"}, {-5, "#,##0", "-5"}, {-5.25, `#,##0.0;"−"#,##0.0`, "−5.3"}, {5.25, `"+"0.0;"−"0.0;0.0`, "+5.3"}, {0, `"+"0.0;"−"0.0;0.0`, "0.0"},
		{2.5, `#,##0"M";"−"#,##0"M"`, "3M"}, {1.005, "0.00", "1.01"}, {0.123, "0.0%", "12.3%"}, {7, `#,##0_p_p`, "7  "}, {7, `$#,##0`, "$7"}, {7, `\£0`, "£7"},
		{0.5, "#.#", ".5"}, {3, "000", "003"}, {46343, "yyyy-mm-dd", "2026-11-17"}, {46343, "d mmm yyyy", "17 Nov 2026"}, {46343.5, "d/m/yy hh:mm", "17/11/26 12:00"}, {1.5, "", "1.5"},
	} {
		if got := formattedNumber(c.v, object{"pattern": c.pattern}); got != c.want {
			t.Errorf("%v by %s is %q, want %q", c.v, c.pattern, got, c.want)
		}
	}
	if got := formatted(object{"stringValue": "n/a"}, object{"numberFormat": object{"pattern": `@"M"`}}); got != "n/aM" {
		t.Errorf("a text by its pattern is %q", got)
	}
}
