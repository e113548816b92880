package mysql

import "testing"

// MySQL 8 refuses to compare with a date that does not exist (error 1525).
func TestNextDateIsOneThatExists(t *testing.T) {
	for text, want := range map[string]string{
		"2015-02-30":                 "2015-03-01",
		"2015-02-29 10:00:00":        "2015-03-01",
		"2015-11-31":                 "2015-12-01",
		"2015-02-00":                 "2015-02-01",
		"2015-12-00 00:00:00.000000": "2015-12-01",
		"2015-00-17":                 "2015-01-01",
		"2015-00-00":                 "2015-01-01",
		"2016-02-29":                 "",
		"2015-12-31 23:59:59":        "",
		"":                           "",
		"some words":                 "",
	} {
		got := ""
		if next, ok := nextDate([]byte(text)); ok {
			got = next.String()
		}
		if got != want {
			t.Errorf("after %q comes %q, want %q", text, got, want)
		}
	}
}
