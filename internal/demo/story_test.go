package demo_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/internal/demo"
)

// weeksOf returns the last n weeks of the history.
func weeksOf(t *testing.T, n int) []calendar.Week {
	t.Helper()
	c, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	return c.LastWeeks(n, demo.Today())
}

// of returns the events of an action in a week.
func (d *delivery) of(action string, week calendar.Week) []event {
	var found []event
	for _, e := range d.events {
		if e.action == action && week.Contains(e.day) {
			found = append(found, e)
		}
	}
	return found
}

// sold returns the number of rows of a table in a week.
func (d *delivery) sold(t *testing.T, table, at string, week calendar.Week) int {
	n, zone := 0, toronto(t)
	for _, record := range d.tables[table] {
		if week.Contains(localDay(zone, record[at])) {
			n++
		}
	}
	return n
}

// localDay returns the day in Toronto of an instant of a table.
func localDay(zone *time.Location, text string) calendar.Day {
	at, _ := time.Parse(time.DateTime, text) // the zero time is of no week
	return dayIn(zone, at)
}

// distinct counts the distinct values of a day, added up over the days.
func distinct(events []event, value func(event) string) int {
	seen := map[string]bool{}
	for _, e := range events {
		if v := value(e); v != "" && v != "-" {
			seen[e.day.String()+" "+v] = true
		}
	}
	return len(seen)
}

func visitorOf(e event) string { return e.query.Get("visitor") }

func userOf(e event) string { return e.user }

func (d *delivery) testFunnels(t *testing.T) {
	for _, week := range weeksOf(t, 5) {
		views, uploads := d.of("page_view", week), d.of("photo_upload", week)
		funnels := [][]int{
			{distinct(views, visitorOf), distinct(views, userOf), distinct(uploads, userOf)},
			{distinct(views, visitorOf), len(d.of("user_signup", week))},
			{len(uploads), d.sold(t, "marketplace_submissions", "submitted_at", week), d.sold(t, "stock_purchases", "purchased_at", week)},
		}
		for i, steps := range funnels {
			if !slices.IsSortedFunc(steps, func(a, b int) int { return b - a }) || steps[len(steps)-1] == 0 {
				t.Errorf("week to %s: funnel %d is %v", week, i+1, steps)
			}
		}
	}
}

// Whoever does something has a page view on the day, unless its line was lost.
func (d *delivery) testEngaged(t *testing.T) {
	active, engaged := map[string]bool{}, map[string]bool{}
	days := map[calendar.Day]int{}
	for _, e := range d.events {
		key := fmt.Sprint(e.day, " ", e.user)
		switch {
		case e.user == "-":
		case e.action == "page_view":
			if !active[key] {
				days[e.day]++
			}
			active[key] = true
		default:
			engaged[key] = true
		}
	}
	lost := 0
	for key := range engaged {
		if !active[key] {
			lost++
		}
	}
	if share := float64(lost) / float64(len(engaged)); share > 0.002 {
		t.Errorf("%d of %d engaged users have no page view", lost, len(engaged))
	}
	for at := demo.LogsFrom(); at < demo.Today(); at++ {
		if days[at] < 1_300 || days[at] > 2_500 {
			t.Errorf("%s: %d active", at, days[at])
		}
	}
}

func (d *delivery) testBrokenForm(t *testing.T) {
	weeks := weeksOf(t, 5)
	onWeb := func(week calendar.Week) (web, elsewhere int) {
		for _, e := range d.of("user_signup", week) {
			if e.client == "web" {
				web++
			} else {
				elsewhere++
			}
		}
		return web, elsewhere
	}
	webBefore, elsewhereBefore := onWeb(weeks[0])
	webAfter, elsewhereAfter := onWeb(weeks[3])
	if webAfter > webBefore*3/4 || elsewhereAfter < elsewhereBefore*9/10 {
		t.Errorf("signups before the release: %d on the web, %d in apps; after: %d and %d", webBefore, elsewhereBefore, webAfter, elsewhereAfter)
	}
}

func (d *delivery) testCampaign(t *testing.T) {
	weeks := weeksOf(t, 12)
	early, late := 0, 0
	for i := range 4 {
		early += d.sold(t, "stock_purchases", "purchased_at", weeks[i])
		late += d.sold(t, "stock_purchases", "purchased_at", weeks[8+i])
	}
	if late < early*112/100 {
		t.Errorf("photos sold: %d in four weeks before the campaign, %d in the last four", early, late)
	}
}

func (d *delivery) testPhotosSold(t *testing.T) {
	owner, licensed := map[string]string{}, map[string]bool{}
	for _, p := range d.tables["photos"] {
		owner[p["id"]], licensed[p["id"]] = p["user_id"], p["licensed"] == "1"
	}
	submitted := map[string]string{}
	for _, s := range d.tables["marketplace_submissions"] {
		if submitted[s["photo_id"]] != "" || owner[s["photo_id"]] != s["user_id"] {
			t.Fatalf("photo %s is submitted twice, or by another than its user", s["photo_id"])
		}
		submitted[s["photo_id"]] = s["submitted_at"]
	}
	for _, s := range d.tables["stock_purchases"] {
		if id := s["photo_id"]; !licensed[id] || submitted[id] == "" && number(t, id) > 12_000 {
			t.Fatalf("photo %s is sold and was never submitted", id)
		}
	}
	for _, e := range d.events {
		if e.action == "photo_upload" && owner[e.photo] != e.user {
			t.Fatalf("photo %s is uploaded by %s, and production says by %q", e.photo, e.user, owner[e.photo])
		}
	}
}

// testFlags holds production's flags against the rules of coverage.
func (d *delivery) testFlags(t *testing.T) {
	var history []paid
	byHand := map[string]int{} // by day
	zone := toronto(t)
	for _, p := range d.tables["subscription_purchases"] {
		on := localDay(zone, p["purchased_at"])
		refunded := never
		if p["refunded_on"] != "" {
			refunded = int(mustDay(t, p["refunded_on"]))
		}
		if p["method"] == "manual" {
			byHand[on.String()]++
		}
		history = append(history, paid{user: number(t, p["user_id"]), day: int(on), term: number(t, p["term_days"]), refunded: refunded, plan: p["plan"]})
	}
	byUser := map[int][]paid{}
	for _, p := range history {
		byUser[p.user] = append(byUser[p.user], p)
	}
	flags := map[string]map[int]bool{}
	for _, f := range d.tables["subscriber_flags"] {
		if flags[f["day"]] == nil {
			flags[f["day"]] = map[int]bool{}
		}
		flags[f["day"]][number(t, f["user_id"])] = true
	}
	extended := 0
	for today := demo.Yesterday() - 13; today <= demo.Yesterday(); today++ {
		differing := 0
		for user, mine := range byUser {
			through, _ := paidThrough(mine, int(today))
			if is := through != never && int(today) < through+3; is != flags[today.String()][user] {
				differing++
			}
		}
		if differing != byHand[today.String()] {
			t.Errorf("%s: %d differ, and %d paid by hand", today, differing, byHand[today.String()])
		}
		extended += byHand[today.String()]
	}
	if len(flags) != 14 || extended == 0 || byHand["2026-11-12"] == 0 {
		t.Errorf("%d nights of flags, %d extensions by hand in them", len(flags), extended)
	}
}
