package demo_test

import (
	"fmt"
	"slices"
	"testing"

	"tearsheet/calendar"
	"tearsheet/internal/demo"
)

// distinct counts the distinct values of a column on each day, added up over the week.
func (h history) distinct(table, column string, week calendar.Week) int {
	n := 0
	for _, day := range week.Days() {
		seen := map[string]bool{}
		for _, row := range h.rows(table, day) {
			if row[column] != "" {
				seen[row[column]] = true
			}
		}
		n += len(seen)
	}
	return n
}

func (h history) testFunnels(t *testing.T) {
	for _, week := range weeksOf(t, 26) {
		funnels := [][]int{
			{h.distinct("visits", "visitor_id", week), h.count("signups", week, nil), h.count("subscription_events", week, map[string]string{"kind": "new"})},
			{h.distinct("visits", "visitor_id", week), h.distinct("visits", "user_id", week), h.distinct("uploads", "user_id", week)},
			{h.count("uploads", week, nil), h.count("marketplace_submissions", week, nil), h.count("stock_purchases", week, nil)},
		}
		for i, steps := range funnels {
			if !slices.IsSortedFunc(steps, func(a, b int) int { return b - a }) || steps[len(steps)-1] == 0 {
				t.Errorf("week to %s: funnel %d is %v", week, i+1, steps)
			}
		}
	}
}

func (h history) testEngaged(t *testing.T) {
	for day := demo.First(); day <= demo.Last(); day++ {
		active, engaged := map[string]bool{}, map[string]bool{}
		for _, row := range h.rows("visits", day) {
			active[row["user_id"]] = true
		}
		for _, table := range []string{"uploads", "likes", "favourites", "follows"} {
			for _, row := range h.rows(table, day) {
				engaged[row["user_id"]] = true
				if !active[row["user_id"]] {
					t.Fatalf("%s: user %s is in %s without a visit", day, row["user_id"], table)
				}
			}
		}
		if active := len(active) - 1; active < 1_300 || active > 2_500 || len(engaged) < active/6 || len(engaged) > active/2 {
			t.Errorf("%s: %d active, %d engaged", day, active, len(engaged))
		}
	}
}

func (h history) testSubscribers(t *testing.T) {
	before := map[string]int{}
	for day := demo.First(); day <= demo.Last(); day++ {
		now, change := map[string]int{}, map[string]int{}
		for _, row := range h.rows("subscriber_counts", day) {
			var n int
			if _, err := fmt.Sscan(row["subscribers"], &n); err != nil {
				t.Fatal(day, err)
			}
			now[row["plan"]] = n
		}
		for _, row := range h.rows("subscription_events", day) {
			change[row["plan"]] += map[string]int{"new": 1, "churn": -1}[row["kind"]]
		}
		for _, plan := range []string{"plus", "pro"} {
			if day > demo.First() && now[plan] != before[plan]+change[plan] {
				t.Errorf("%s %s: %d, want %d%+d", day, plan, now[plan], before[plan], change[plan])
			}
		}
		before = now
	}
}

func (h history) testBrokenForm(t *testing.T) {
	weeks := weeksOf(t, 5)
	onWeb, elsewhere := map[string]string{"client": "web"}, map[string]string{"client!": "web"}
	before, after := h.count("signups", weeks[0], onWeb), h.count("signups", weeks[4], onWeb)
	if after > before*3/4 {
		t.Errorf("web signups: %d before the release, %d after", before, after)
	}
	before, after = h.count("signups", weeks[0], elsewhere), h.count("signups", weeks[4], elsewhere)
	if after < before*9/10 {
		t.Errorf("app signups: %d before the release, %d after; it was the web's", before, after)
	}
}

func (h history) testCampaign(t *testing.T) {
	weeks := weeksOf(t, 12)
	early, late := 0, 0
	for i := range 4 {
		early += h.count("stock_purchases", weeks[i], nil)
		late += h.count("stock_purchases", weeks[8+i], nil)
	}
	if late < early*112/100 {
		t.Errorf("photos sold: %d in four weeks before the campaign, %d in the last four", early, late)
	}
}

func (h history) testPhotosSold(t *testing.T) {
	submitted := map[string]bool{}
	for day := demo.First(); day <= demo.Last(); day++ {
		uploaded := map[string]string{}
		for _, row := range h.rows("uploads", day) {
			uploaded[row["photo_id"]] = row["user_id"]
		}
		for _, row := range h.rows("marketplace_submissions", day) {
			if submitted[row["photo_id"]] || uploaded[row["photo_id"]] != row["user_id"] {
				t.Fatalf("%s: photo %s is submitted twice, or by another than its user", day, row["photo_id"])
			}
			submitted[row["photo_id"]] = true
		}
		for _, row := range h.rows("stock_purchases", day) {
			if id := row["photo_id"]; !submitted[id] && id > "300000" {
				t.Fatalf("%s: photo %s is sold and was never submitted", day, id)
			}
		}
	}
}
