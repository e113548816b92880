package workflow

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/internal/testenv"
)

func TestScheduleIsWrittenForOthers(t *testing.T) {
	toronto := zone(t, "America/Toronto")
	summer, winter := instant(t, "2026-07-01T12:00:00Z"), instant(t, "2026-12-01T12:00:00Z")
	tuesday := Schedule{Days: []time.Weekday{time.Tuesday}, Hour: 7, Zone: toronto}
	for _, tt := range []struct {
		schedule       Schedule
		cron           string
		calendar       []string
		summer, winter []string
	}{
		{tuesday, "0 7 * * 2", []string{"Tue *-*-* 07:00:00 America/Toronto"}, []string{"0 11 * * 2"}, []string{"0 12 * * 2"}},
		{Schedule{Hour: 0, Minute: 30, Zone: toronto}, "30 0 * * *", []string{"*-*-* 00:30:00 America/Toronto"}, []string{"30 4 * * *"}, []string{"30 5 * * *"}},
		{Schedule{Days: []time.Weekday{time.Friday, time.Monday}, Hour: 23, Minute: 45, Zone: toronto}, "45 23 * * 1,5",
			[]string{"Mon,Fri *-*-* 23:45:00 America/Toronto"}, []string{"45 3 * * 2,6"}, []string{"45 4 * * 2,6"}},
		{cron(t, "*/15 * * * mon-fri", toronto), "*/15 * * * mon-fri", []string{"Mon,Tue,Wed,Thu,Fri *-*-* *:00,15,30,45:00 America/Toronto"},
			[]string{"0,15,30,45 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23 * * 1,2,3,4,5", "0,15,30,45 0,1,2,3 * * 2,3,4,5,6"},
			[]string{"0,15,30,45 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23 * * 1,2,3,4,5", "0,15,30,45 0,1,2,3,4 * * 2,3,4,5,6"}},
		{cron(t, "0 7 * * fri-sun", toronto), "0 7 * * 0,5,6", []string{"Sun,Fri,Sat *-*-* 07:00:00 America/Toronto"}, []string{"0 11 * * 0,5,6"}, []string{"0 12 * * 0,5,6"}},
		{cron(t, "0 7 1 * 0-7", toronto), "0 7 1 * 0-6", []string{"*-*-01 07:00:00 America/Toronto", "*-*-* 07:00:00 America/Toronto"},
			[]string{"0 11 1 * 0-6"}, []string{"0 12 1 * 0-6"}},
		{cron(t, "@hourly", toronto), "0 * * * *", []string{"*-*-* *:00:00 America/Toronto"}, []string{"0 * * * *"}, []string{"0 * * * *"}},
		{cron(t, "0 3 1 * *", toronto), "0 3 1 * *", []string{"*-*-01 03:00:00 America/Toronto"}, []string{"0 7 1 * *"}, []string{"0 8 1 * *"}},
		{cron(t, "0 22 1 * *", toronto), "0 22 1 * *", []string{"*-*-01 22:00:00 America/Toronto"}, nil, nil},
		{cron(t, "0 7 13 jan,jul fri", toronto), "0 7 13 jan,jul fri",
			[]string{"*-01,07-13 07:00:00 America/Toronto", "Fri *-01,07-* 07:00:00 America/Toronto"},
			[]string{"0 11 13 1,7 5"}, []string{"0 12 13 1,7 5"}},
		{cron(t, "0 7 * * 1", zone(t, "Asia/Kathmandu")), "0 7 * * 1", []string{"Mon *-*-* 07:00:00 Asia/Kathmandu"}, []string{"15 1 * * 1"}, []string{"15 1 * * 1"}},
		{cron(t, "0,45 5 * * 1", zone(t, "Asia/Kathmandu")), "0,45 5 * * 1", []string{"Mon *-*-* 05:00,45:00 Asia/Kathmandu"},
			[]string{"15 23 * * 0", "0 0 * * 1"}, []string{"15 23 * * 0", "0 0 * * 1"}},
	} {
		if got := tt.schedule.Cron(); got != tt.cron {
			t.Errorf("cron %q, want %q", got, tt.cron)
		}
		if got := tt.schedule.OnCalendar(); !slices.Equal(got, tt.calendar) {
			t.Errorf("%s: systemd %q, want %q", tt.cron, got, tt.calendar)
		}
		for at, want := range map[time.Time][]string{summer: tt.summer, winter: tt.winter} {
			if got, ok := tt.schedule.UTC(at); !slices.Equal(got, want) || ok != (want != nil) {
				t.Errorf("%s: UTC at %s: %q %v, want %q", tt.cron, at, got, ok, want)
			}
		}
	}
}

// The expressions in UTC are due when the schedule is, as long as the clock is not changed.
func TestExpressionsInUTCAreDueAsTheScheduleIs(t *testing.T) {
	from, to := instant(t, "2026-05-01T00:00:00Z"), instant(t, "2026-06-01T00:00:00Z")
	for _, name := range []string{"America/Toronto", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Marquesas"} {
		for _, text := range []string{"30 0 * * *", "15 0,12,23 * * mon-wed", "*/20 * * * sun", "7 5-21/8 * * *"} {
			s := cron(t, text, zone(t, name))
			var want, got []string
			for _, slot := range s.Between(from, to) {
				want = append(want, slot.At.Format(civil))
			}
			expressions, ok := s.UTC(from)
			for _, expression := range expressions {
				for _, slot := range cron(t, expression, time.UTC).Between(from, to) {
					got = append(got, slot.ID)
				}
			}
			slices.Sort(got)
			if !ok || !slices.Equal(got, want) {
				t.Errorf("%s %q as %q: due %d times, want %d", name, text, expressions, len(got), len(want))
			}
		}
	}
}

// systemd itself reads what is written for it, and would wake at the same instants.
func TestSystemdUnderstandsItsCalendar(t *testing.T) {
	program := testenv.Tool(t, "systemd-analyze")
	after := instant(t, "2026-11-27T08:00:00Z")
	for _, name := range []string{"America/Toronto", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"} {
		location := zone(t, name)
		for _, text := range []string{"0 7 * * tue", "30 0 * * *", "*/15 8-17 * * mon-fri", "0 3 1 * *", "0 0 29 2 *", "@hourly", "5,50 1-3 1-7 jan,jul sun"} {
			s := cron(t, text, location)
			want := s.Upcoming(after, 4)
			var got []time.Time
			for _, calendar := range s.OnCalendar() {
				cmd := exec.Command(program, "calendar", "--iterations=4", "--base-time=2026-11-27 08:00:00 UTC", calendar)
				cmd.Env = []string{"TZ=UTC", "LC_ALL=C"}
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%q: %v\n%s", calendar, err, out)
				}
				got = append(got, elapses(t, string(out))...)
			}
			slices.SortFunc(got, time.Time.Compare)
			got = slices.CompactFunc(got, time.Time.Equal)
			for i, slot := range want {
				if i >= len(got) || !got[i].Equal(slot.At) {
					t.Errorf("%s %q as %q: systemd has %v, want %v", name, text, s.OnCalendar(), got, want)
					break
				}
			}
		}
	}
}

// elapses returns the instants that systemd-analyze names.
func elapses(t *testing.T, out string) []time.Time {
	t.Helper()
	var instants []time.Time
	for line := range strings.Lines(out) {
		what, when, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if what == "Next elapse" || strings.HasPrefix(what, "Iter") {
			at, err := time.Parse("Mon 2006-01-02 15:04:05 UTC", when)
			if err != nil {
				t.Fatal(err)
			}
			instants = append(instants, at)
		}
	}
	return instants
}
