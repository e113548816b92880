package metrics

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Whatever the rows, metrics that are computed together, each alone and each by a
// statement written by hand have the same values, on every engine, with the day in a
// column and with the day cut from an instant.
func TestMetricsTogetherAreWorthWhatTheyAreAlone(t *testing.T) {
	c := toronto(t)
	week := c.WeekOf(calendar.DayOn(2026, time.November, 1)) // the clock goes back on its last day
	s := span{week.First(), week.End()}
	generator := actions(week, c)
	for engine, open := range engines(t) {
		t.Run(engine, func(t *testing.T) {
			w, distinct := open(t)
			rapid.Check(t, func(rt *rapid.T) {
				fill(rt, w, c, generator.Draw(rt, "rows"))
				compareWays(rt, w, c, s, distinct)
			})
		})
	}
}

func compareWays(t *rapid.T, w warehouse.Warehouse, c calendar.Calendar, s span, distinct DistinctCounter) {
	for _, place := range []struct{ day, at, judge string }{
		{"local_day", "", "local_day"},
		{"", "each", "cast(each at time zone 'UTC' at time zone 'America/Toronto' as date)"},
	} {
		list := manyMetrics()
		metrics := make([]*Metric, len(list))
		for i, j := range list {
			metrics[i] = &Metric{Name: fmt.Sprint("m", i), Roll: Mean, Empty: j.empty, From: "actions",
				Measure: j.measure, Where: j.where, Day: place.day, At: place.at}
		}
		combined := together(t, w, c, metrics, s, nil)
		dense := combined
		if distinct != nil {
			dense = together(t, w, c, metrics, s, distinct)
		}
		for i, m := range metrics {
			want := list[i].judgement(t, w, place.judge, s)
			alone := together(t, w, c, []*Metric{m}, s, nil)[m]
			for day := s.first; day < s.end; day++ {
				got := []string{combined[m][day], alone[day], dense[m][day]}
				if got[0] != want[day] || got[1] != want[day] || got[2] != want[day] {
					t.Fatalf("%s where %s on %s (%s): together %s, alone %s, by bitsets %s; by hand %s", m.Measure, m.Where, day,
						place.judge, got[0], got[1], got[2], want[day])
				}
			}
		}
	}
}

// A bigint has 63 bits beside its sign; one more metric than flags needs a second
// statement, and none may spill into another's flag.
func TestDistinctCountsBeyondTheFlagsOfABigint(t *testing.T) {
	c := toronto(t)
	week := c.WeekOf(calendar.DayOn(2026, time.January, 1))
	s := span{week.First(), week.End()}
	const many = 2*mostFlags + 1
	metrics := make([]*Metric, many)
	for i := range metrics {
		metrics[i] = &Metric{Name: fmt.Sprint("m", i), Roll: Mean, Empty: EmptyZero, From: "actions",
			Measure: "count(distinct user_id)", Where: fmt.Sprintf("flags >= %d", i), Day: "local_day"}
	}
	if list := groups(metrics, nil); len(list) != 3 || len(list[0].metrics) != mostFlags || len(list[2].metrics) != 1 {
		t.Fatalf("%d statements", len(list))
	}
	if top := int64(1) << (mostFlags - 1); top < 0 {
		t.Fatal("the last flag is the sign")
	}
	for engine, open := range engines(t) {
		t.Run(engine, func(t *testing.T) {
			w, _ := open(t)
			var rows []action
			noon, _ := c.Bounds(week.Last())
			for user := range int64(many) { // user n meets the filters 0 to n
				rows = append(rows, action{at: noon.Add(12 * time.Hour), user: &user, flags: &user})
			}
			fill(t, w, c, append(rows, rows...))
			seen := together(t, w, c, metrics, s, nil)
			for i, m := range metrics {
				if want := fmt.Sprint(many - i); seen[m][week.Last()] != want || seen[m][week.First()] != "0" {
					t.Errorf("metric %d is %s, want %s; on an empty day %s", i, seen[m][week.Last()], want, seen[m][week.First()])
				}
			}
		})
	}
}

func TestGroupsKeepApartWhatDoesNotShareAScan(t *testing.T) {
	other := short("f", "count(*)", "")
	other.From = "visits"
	unknown := short("i", "count(*)", "x")
	unknown.Empty = EmptyUnknown
	list := groups([]*Metric{
		short("a", "count(*)", ""), short("b", "sum(amount)", "x"), at(short("c", "count(*)", "")),
		short("d", "count(distinct u)", ""), short("e", "count(distinct u)", "x"), other,
		{Name: "g", SQL: "select 1"}, short("h", "sum(a) / count(*)", ""), unknown,
		short("j", "count(distinct v)", ""), short("k", "max(amount)", ""),
	}, nil)
	var got string
	for _, g := range list {
		for _, m := range g.metrics {
			got += m.Name
		}
		got += g.key + " "
	}
	if want := "abk c deu f g h i j "; got != want {
		t.Errorf("the groups are %q, want %q", got, want)
	}
}

func TestAFailedMetricLeavesItsGroup(t *testing.T) {
	a, b := short("a", "count(*)", ""), short("b", "count(*)", "x")
	g := group{metrics: []*Metric{a, b}, key: "u"}.without(map[*Metric]error{a: fmt.Errorf("no column x")})
	if len(g.metrics) != 1 || g.metrics[0] != b || g.key != "u" {
		t.Errorf("left are %v", g)
	}
}
