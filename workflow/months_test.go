package workflow_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // I09

	robfig "github.com/robfig/cron/v3"

	"tearsheet/workflow"
)

// plan is a schedule, and the same said once more for the simulation: on which civil
// minutes it is due, and whether it follows the clock.
type plan struct {
	name    string
	make    func(zone *time.Location) (workflow.Schedule, error)
	due     func(clock time.Time) bool
	follows bool
}

func at(hour, minute int, days ...time.Weekday) func(*time.Location) (workflow.Schedule, error) {
	return func(zone *time.Location) (workflow.Schedule, error) {
		return workflow.Schedule{Days: days, Hour: hour, Minute: minute, Zone: zone}, nil
	}
}

func expression(text string) func(*time.Location) (workflow.Schedule, error) {
	return func(zone *time.Location) (workflow.Schedule, error) { return workflow.ParseCron(text, zone) }
}

func shows(hour, minute int) func(time.Time) bool {
	return func(clock time.Time) bool { return clock.Hour() == hour && clock.Minute() == minute }
}

// eight are the schedules of the months below.
func eight() []plan {
	workday := func(clock time.Time) bool {
		return clock.Weekday() != time.Saturday && clock.Weekday() != time.Sunday
	}
	return []plan{
		{name: "daily 00:30", make: at(0, 30), due: shows(0, 30)},
		{name: "daily 02:30", make: at(2, 30), due: shows(2, 30)},
		{name: "tuesday 07:00", make: at(7, 0, time.Tuesday), due: func(c time.Time) bool { return c.Weekday() == time.Tuesday && shows(7, 0)(c) }},
		{name: "weekdays 23:45", make: at(23, 45, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday),
			due: func(c time.Time) bool { return workday(c) && shows(23, 45)(c) }},
		{name: "hourly", make: expression("0 * * * *"), follows: true, due: func(c time.Time) bool { return c.Minute() == 0 }},
		{name: "quarters", make: expression("*/15 * * * *"), follows: true, due: func(c time.Time) bool { return c.Minute()%15 == 0 }},
		{name: "monthly", make: expression("0 3 1 * *"), due: func(c time.Time) bool { return c.Day() == 1 && shows(3, 0)(c) }},
		{name: "lists", make: expression("5,30,45 0-2,14 * * sun,mon-fri"), due: func(c time.Time) bool {
			return slices.Contains([]int{5, 30, 45}, c.Minute()) && (c.Hour() <= 2 || c.Hour() == 14) && c.Weekday() != time.Saturday
		}},
	}
}

// simulated looks at the clock of a zone minute by minute, and returns the slots of a plan
// from start on, before end: their IDs and the instants.
func (p plan) simulated(zone *time.Location, start, end time.Time) (slots []string, at map[string]time.Time) {
	at = map[string]time.Time{}
	const form = "2006-01-02T15:04"
	_, offset := start.In(zone).Zone()
	newest := start.Add(time.Duration(offset)*time.Second - time.Minute) // the latest that the clock has shown, as if it were UTC
	for now := start; now.Before(end); now = now.Add(time.Minute) {
		local := now.In(zone)
		_, offset := local.Zone()
		clock := now.UTC().Add(time.Duration(offset) * time.Second)
		id := ""
		switch {
		case p.follows && p.due(clock):
			if id = clock.Format(form); !clock.After(newest) {
				id += local.Format("-07:00")
			}
		case !p.follows:
			for passed := newest.Add(time.Minute); !passed.After(clock); passed = passed.Add(time.Minute) {
				if p.due(passed) {
					id = passed.Format(form)
				}
			}
		}
		if clock.After(newest) {
			newest = clock
		}
		if id != "" {
			slots, at[id] = append(slots, id), now
		}
	}
	return slots, at
}

// zones are one without changes, a usual one, and odd ones: half an hour, and midnight.
func zones() []string {
	return []string{"Asia/Kathmandu", "America/Toronto", "Australia/Lord_Howe", "Africa/Cairo"}
}

// The months have both clock changes in all zones that have any: 30 weeks.
func months(t *testing.T) (start, end time.Time) {
	start = time.Date(2026, time.October, 3, 12, 0, 0, 0, time.UTC)
	return start, start.AddDate(0, 0, 30*7)
}

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// jobs returns a job for each plan.
func jobs(t testing.TB, zone *time.Location, do func(context.Context, workflow.Turn) error) []workflow.Job {
	t.Helper()
	var jobs []workflow.Job
	for _, p := range eight() {
		schedule, err := p.make(zone)
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, workflow.Job{Name: p.name, Schedule: schedule, Do: do})
	}
	return jobs
}

// served serves the schedules in a zone for months and returns which slots were carried
// out, in order, by job, and what is wrong with the instants.
func served(t *testing.T, name string, ledger *memory) (ran map[string][]string, wrong []string) {
	start, end := months(t)
	zone := location(t, name)
	ran = map[string][]string{}
	expected := map[string]map[string]time.Time{}
	for _, p := range eight() {
		_, expected[p.name] = p.simulated(zone, start, end)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start.Add(-time.Second)))
		ctx, stop := context.WithDeadline(t.Context(), end.Add(-time.Second))
		defer stop()
		scheduler := workflow.Scheduler{Ledger: ledger.line(), Jobs: jobs(t, zone, func(_ context.Context, turn workflow.Turn) error {
			ran[turn.Job] = append(ran[turn.Job], turn.Slot)
			if want := expected[turn.Job][turn.Slot]; !turn.Due.Equal(want) || !time.Now().Equal(want) || turn.Late != 0 || turn.Missed != 0 {
				wrong = append(wrong, fmt.Sprintf("%s: %+v at %s, want %s", name, turn, time.Now(), want))
			}
			return nil
		})}
		if err := scheduler.Serve(ctx); err != nil {
			t.Error(err)
		}
	})
	return ran, wrong
}

func TestI01I02I07MonthsOfSlotsHappenOnceAndInTime(t *testing.T) {
	start, end := months(t)
	for _, name := range zones() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ran, wrong := served(t, name, newMemory())
			if len(wrong) > 0 {
				t.Errorf("%d times, first %s", len(wrong), wrong[0])
			}
			for _, p := range eight() {
				want, _ := p.simulated(location(t, name), start, end)
				if !slices.Equal(ran[p.name], want) {
					t.Errorf("%s %s: %d slots, want %d; %s", name, p.name, len(ran[p.name]), len(want), difference(ran[p.name], want))
				}
			}
		})
	}
}

func difference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			return fmt.Sprintf("they part at %v, want %v", got[min(i, len(got)):min(i+2, len(got))], want[min(i, len(want)):min(i+2, len(want))])
		}
	}
	return "they are the same"
}

// Negative control: a cron library that is widely used, on the same days.
func TestI01I02CronLibrarySkipsAndDoublesWhatOursDoesNot(t *testing.T) {
	start, end := months(t)
	toronto := location(t, "America/Toronto")
	for text, want := range map[string]struct {
		due       func(time.Time) bool
		date      string
		its, ours int
	}{
		"30 2 * * *": {shows(2, 30), "2027-03-14", 0, 1}, // in spring
		"30 1 * * *": {shows(1, 30), "2026-11-01", 2, 1}, // in autumn
	} {
		its := map[string]int{} // by date
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(start))
			c := robfig.New(robfig.WithLocation(toronto))
			if _, err := c.AddFunc(text, func() { its[time.Now().In(toronto).Format(time.DateOnly)]++ }); err != nil {
				t.Fatal(err)
			}
			c.Start()
			time.Sleep(end.Sub(start))
			<-c.Stop().Done()
		})
		slots, _ := plan{due: want.due}.simulated(toronto, start, end)
		ours := 0
		schedule, err := workflow.ParseCron(text, toronto)
		if err != nil {
			t.Fatal(err)
		}
		for _, slot := range schedule.Between(start, end) {
			if strings.HasPrefix(slot.ID, want.date) {
				ours++
			}
		}
		if its[want.date] != want.its || ours != want.ours || len(slots) != 210 {
			t.Errorf("%q on %s: the library %d times, want %d; ours %d times, want %d", text, want.date, its[want.date], want.its, ours, want.ours)
		}
	}
}

// I03, I04: a machine that is turned off, or whose process is killed, at any time. Each slot
// is on record once; what was done was done once; what was late says so.
func TestI03MonthsOfPowerCutsLoseAndDoubleNothing(t *testing.T) {
	for _, name := range zones() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ledger := newMemory()
			cuts := cutOff(t, name, ledger, rand.New(rand.NewPCG(4, 2026)))
			for _, wrong := range cuts.judge(t, name, ledger) {
				t.Error(wrong)
			}
			if cuts.killed < 20 || cuts.stopped < 20 || cuts.again < 5 || cuts.late < 50 {
				t.Errorf("too few of the cases: %d killed, %d stopped, %d carried out again, %d late", cuts.killed, cuts.stopped, cuts.again, cuts.late)
			}
		})
	}
}

// Negative control: with a ledger that forgets, the same months are judged wrong.
func TestI03CarelessLedgerIsCaught(t *testing.T) {
	ledger := newMemory()
	ledger.careless = true
	cuts := cutOff(t, "America/Toronto", ledger, rand.New(rand.NewPCG(4, 2026)))
	if wrong := cuts.judge(t, "America/Toronto", ledger); len(wrong) == 0 {
		t.Error("nothing was found")
	}
}

// cuts is what has happened in months of power cuts.
type cuts struct {
	ups                          [][2]time.Time // when a scheduler served
	done                         map[string]int // by job and slot
	saidLate                     map[string]bool
	killed, stopped, again, late int
}

func cutOff(t *testing.T, name string, ledger *memory, random *rand.Rand) *cuts {
	start, end := months(t)
	c := &cuts{done: map[string]int{}, saidLate: map[string]bool{}}
	zone := location(t, name)
	lengths := rand.New(rand.NewPCG(random.Uint64(), 0)) // of the jobs, which run beside this
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start.Add(-time.Second)))
		work := func(ctx context.Context, turn workflow.Turn) error {
			if turn.Attempt > 1 {
				c.again++
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(lengths.Int64N(int64(3 * time.Minute)))):
				c.done[turn.Job+" "+turn.Slot]++
				return nil
			}
		}
		for time.Now().Before(end) {
			process := ledger.line()
			ctx, stop := context.WithCancel(t.Context())
			scheduler := workflow.Scheduler{Ledger: process, Jobs: jobs(t, zone, work), Say: func(e workflow.Entry, text string) {
				if e.State == workflow.Running && strings.Contains(text, "late by") {
					c.saidLate[e.Job+" "+e.Slot] = true
				}
			}}
			up, ended := time.Now(), make(chan error, 1)
			go func() { ended <- scheduler.Serve(ctx) }()
			time.Sleep(time.Duration(random.Int64N(int64(2 * 24 * time.Hour))))
			if random.IntN(2) == 0 {
				process.kill()
				c.killed++
			} else {
				c.stopped++
			}
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			c.ups = append(c.ups, [2]time.Time{up, time.Now()})
			process.kill()
			off := 18 * time.Hour
			if random.IntN(2) == 0 {
				off = 10 * time.Minute
			}
			time.Sleep(time.Duration(random.Int64N(int64(off))))
		}
	})
	return c
}

// judge returns what is wrong with the records of the months.
func (c *cuts) judge(t *testing.T, name string, ledger *memory) (wrong []string) {
	start, _ := months(t)
	for job, n := range c.done {
		if n != 1 {
			wrong = append(wrong, fmt.Sprintf("%s was done %d times", job, n))
		}
	}
	for _, p := range eight() {
		slots, at := p.simulated(location(t, name), start, c.ups[len(c.ups)-1][1])
		var got []string
		missed := 0
		for _, e := range ledger.slots(p.name) {
			got = append(got, e.Slot)
			key := e.Job + " " + e.Slot
			switch {
			case !e.Due.Equal(at[e.Slot]):
				wrong = append(wrong, fmt.Sprintf("%s was due at %s", key, e.Due))
			case e.State == workflow.Missed:
				missed++
				continue
			case e.State == workflow.Skipped:
				continue
			case e.State == workflow.Done && c.done[key] != 1:
				wrong = append(wrong, fmt.Sprintf("%s is on record as done", key))
			case e.Missed != missed:
				wrong = append(wrong, fmt.Sprintf("%s caught up %d, of %d", key, e.Missed, missed))
			case e.Started.Sub(e.Due) > 2*time.Minute != (e.Late > 0), e.Late > 0 && (!c.saidLate[key] || e.Late != e.Started.Sub(e.Due)):
				wrong = append(wrong, fmt.Sprintf("%s began at %s, and is late by %s", key, e.Started, e.Late))
			case !p.follows && c.up(e.Due, time.Hour) && (e.State != workflow.Done || e.Started.Sub(e.Due) > time.Hour):
				wrong = append(wrong, fmt.Sprintf("%s was served, and is %s", key, e.State))
			}
			if e.Late > 0 {
				c.late++
			}
			missed = 0
		}
		if missed > 0 {
			wrong = append(wrong, fmt.Sprintf("%s: %d were missed and not caught up", p.name, missed))
		}
		for len(slots) > len(got) && !c.up(at[slots[len(slots)-1]], 10*time.Minute) {
			slots = slots[:len(slots)-1] // the last process ended too soon
		}
		if !slices.Equal(got, slots) {
			wrong = append(wrong, fmt.Sprintf("%s: %d on record, want %d; %s", p.name, len(got), len(slots), difference(got, slots)))
		}
	}
	return wrong
}

// up reports whether a scheduler served from an instant on, for so long.
func (c *cuts) up(from time.Time, long time.Duration) bool {
	return slices.ContainsFunc(c.ups, func(up [2]time.Time) bool {
		return !from.Before(up[0]) && !from.Add(long).After(up[1])
	})
}
