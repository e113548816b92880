package workflow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func cron(t rapid.TB, text string, zone *time.Location) Schedule {
	t.Helper()
	s, err := ParseCron(text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ids(slots []Slot) string {
	var texts []string
	for _, slot := range slots {
		texts = append(texts, slot.ID)
	}
	return strings.Join(texts, " ")
}

func TestCronExpressionsMeanWhatTheySay(t *testing.T) {
	for _, tt := range []struct{ text, after, want string }{
		{"0 7 * * tue", "2026-11-01", "2026-11-03T07:00 2026-11-10T07:00 2026-11-17T07:00"},
		{"0 7 * * 0", "2026-11-01", "2026-11-01T07:00 2026-11-08T07:00 2026-11-15T07:00"},
		{"0 7 * * 7", "2026-11-01", "2026-11-01T07:00 2026-11-08T07:00 2026-11-15T07:00"},
		{"0 7 * * Fri-Sun", "2026-11-01", "2026-11-01T07:00 2026-11-06T07:00 2026-11-07T07:00"},
		{"0 7 * * 5-7", "2026-11-01", "2026-11-01T07:00 2026-11-06T07:00 2026-11-07T07:00"},
		{"0,30 8-9 * * *", "2026-11-01", "2026-11-01T08:00 2026-11-01T08:30 2026-11-01T09:00"},
		{"5-59/25 1 * * *", "2026-11-01", "2026-11-01T01:05 2026-11-01T01:30 2026-11-01T01:55"},
		{"0 */8 * * *", "2026-11-01", "2026-11-01T08:00 2026-11-01T16:00 2026-11-02T00:00"},
		{"0 0 1 jan,JUL *", "2026-11-01", "2027-01-01T00:00 2027-07-01T00:00 2028-01-01T00:00"},
		{"0 3 31 * *", "2026-11-01", "2026-12-31T03:00 2027-01-31T03:00 2027-03-31T03:00"},
		{"0 0 29 2 *", "2026-11-01", "2028-02-29T00:00 2032-02-29T00:00 2036-02-29T00:00"},
		{"0 0 29 2 *", "2096-11-01", "2104-02-29T00:00 2108-02-29T00:00 2112-02-29T00:00"}, // 2100 has none
		{"0 0 29 2 */6", "2026-11-01", "2032-02-29T00:00 2048-02-29T00:00 2060-02-29T00:00"},
		{"0 0 13 * fri", "2026-11-01", "2026-11-06T00:00 2026-11-13T00:00 2026-11-20T00:00"}, // of either
		{"0 0 31 2 mon", "2026-11-01", "2027-02-01T00:00 2027-02-08T00:00 2027-02-15T00:00"},
		{"0 0 */10 * sun", "2026-11-01", "2027-01-31T00:00 2027-02-21T00:00 2027-03-21T00:00"}, // of both
		{" 0\t7  * * * ", "2026-11-01", "2026-11-01T07:00 2026-11-02T07:00 2026-11-03T07:00"},
		{"@hourly", "2026-11-01", "2026-11-01T01:00 2026-11-01T02:00 2026-11-01T03:00"},
		{"@daily", "2026-11-01", "2026-11-02T00:00 2026-11-03T00:00 2026-11-04T00:00"},
		{"@Midnight", "2026-11-01", "2026-11-02T00:00 2026-11-03T00:00 2026-11-04T00:00"},
		{"@weekly", "2026-11-01", "2026-11-08T00:00 2026-11-15T00:00 2026-11-22T00:00"},
		{"@monthly", "2026-11-01", "2026-12-01T00:00 2027-01-01T00:00 2027-02-01T00:00"},
		{"@yearly", "2026-11-01", "2027-01-01T00:00 2028-01-01T00:00 2029-01-01T00:00"},
	} {
		after := instant(t, tt.after+"T00:00:00Z")
		if got := ids(cron(t, tt.text, time.UTC).Upcoming(after, 3)); got != tt.want {
			t.Errorf("%q after %s: %s, want %s", tt.text, tt.after, got, tt.want)
		}
	}
}

func TestFaultsOfCronNameTheFieldAndTheColumn(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "0 fields, want 5: minute, hour, day of the month, month, day of the week",
		"0 0 7 * * tue":             "6 fields, want 5",
		"60 * * * *":                "minute, column 1: 60 is not between 0 and 59",
		"0 7,25 * * *":              "hour, column 5: 25 is not between 0 and 23",
		"0 7 0 * *":                 "day of the month, column 5: 0 is not between 1 and 31",
		"0 7 * 13 *":                "month, column 7: 13 is not between 1 and 12",
		"0 7 * * 8":                 "day of the week, column 9: 8 is not between 0 and 7",
		"0 7 * mai *":               `month, column 7: "mai" is not a number or a name such as jan`,
		"0 7 * * tuesday":           `day of the week, column 9: "tuesday" is not a number or a name such as sun`,
		"0 7 ? * *":                 `day of the month, column 5: "?" is not a number`,
		"0 7 L * *":                 `day of the month, column 5: "L" is not a number`,
		"0 7 -1 * *":                `day of the month, column 5: "" is not a number`,
		"+5 7 * * *":                `minute, column 1: "+5" is not a number`,
		"0 7, * * *":                "hour, column 5: there is nothing between two commas, or beside one",
		"0 9-7 * * *":               "hour, column 3: 9-7 goes backwards: write two ranges, with a comma",
		"0 22-2 * * *":              "hour, column 3: 22-2 goes backwards",
		"*/0 7 * * *":               `minute, column 1: "0" is no step: write a number from 1`,
		"*/x 7 * * *":               `minute, column 1: "x" is no step`,
		"*/90 * * * *":              "minute, column 1: */90: a step of 90 goes beyond the end: write 0",
		"5/15 * * * *":              "minute, column 1: 5/15: a step needs a range: write 5-59/15, or 5",
		"0 0 30 2 *":                "day of the month, column 5: 30 is in none of the months 2",
		"0 0 31 feb,apr,jun,9 *":    "day of the month, column 5: 31 is in none of the months feb,apr,jun,9",
		"TZ=UTC 0 7 * * *":          "column 1: a zone has no place here: the schedule is in America/Toronto; take TZ=UTC away",
		" CRON_TZ=Asia/X @daily":    "column 2: a zone has no place here: the schedule is in America/Toronto; take CRON_TZ=Asia/X away",
		"TZ=0":                      "column 1: a zone has no place here",
		"@reboot":                   "column 1: @reboot is none of @hourly",
		"0 7 * * 99999999999999999": `day of the week, column 9: "99999999999999999" is not a number`,
	} {
		_, err := ParseCron(text, zone(t, "America/Toronto"))
		if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("cron %q: %s", text, want)) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := ParseCron("@daily", nil); err == nil {
		t.Error("a schedule without a zone was read")
	}
}

// Whatever the text: it is refused, or its next slot is found, and it is written as an
// expression that means the same.
func TestEveryExpressionIsRefusedOrHasSlots(t *testing.T) {
	piece := rapid.SampledFrom([]string{"*", "0", "7", "1-5", "*/15", "*/7", "30", "31", "feb", "2", "mon", "sun-tue", "1,2", "?", "", "59", "4/2", "2-31/9", "TZ=0", "0-23", "0-59"})
	after := instant(t, "2026-03-01T12:00:00Z")
	toronto := zone(t, "America/Toronto")
	rapid.Check(t, func(t *rapid.T) {
		s, err := ParseCron(strings.Join(rapid.SliceOfN(piece, 4, 6).Draw(t, "fields"), " "), toronto)
		if err != nil {
			return
		}
		slots := s.Upcoming(after, 3)
		if len(slots) != 3 || !slots[0].At.After(after) || !slots[1].At.After(slots[0].At) {
			t.Fatalf("%s has the slots %v", s.Cron(), slots)
		}
		written, err := ParseCron(s.rule().write(), toronto)
		if err != nil || !slices.Equal(written.Upcoming(after, 3), slots) {
			t.Fatalf("%s is written as %s (%v)", s.Cron(), written.Cron(), err)
		}
	})
}
