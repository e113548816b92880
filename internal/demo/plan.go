package demo

import (
	"math"
	"time"

	"tearsheet/calendar"
)

// line is a metric's row of the plan: what the planner made of the trends, and how
// much better than they he hoped to be.
type line struct {
	metric string
	is     string // daily | total
	format string // of its cells
	hope   float64
	value  func(outlook) float64
}

// outlook is what a planner expects of a day.
type outlook struct {
	trends [subjects]trend
	date   calendar.Day
}

func (o outlook) of(s ...subject) float64 {
	var sum float64
	for _, one := range s {
		sum += o.trends[one].on(o.date)
	}
	return sum
}

// planMonths are the months of the plan: those of the history and the one after.
func planMonths() []calendar.Month {
	var months []calendar.Month
	for m := First().Month(); m.First() <= calendar.DayOn(2026, time.December, 1); m = m.Add(1) {
		months = append(months, m)
	}
	return months
}

// figure returns what the plan says of a month, in three digits as planners do: the
// mean of its days, their total, or the level on its last day.
func (l line) figure(m calendar.Month, trends [subjects]trend) float64 {
	if l.is == level {
		return threeDigits(l.hope * l.value(outlook{trends, m.Last()}))
	}
	var sum float64
	for d := m.First(); d <= m.Last(); d++ {
		sum += l.value(outlook{trends, d})
	}
	if l.is == daily {
		sum /= float64(m.Days())
	}
	return threeDigits(l.hope * sum)
}

func threeDigits(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(x)))-2)
	if unit < 1 { // divide, since 0.01 is no binary number and 100 is
		return math.Round(x/unit) / math.Round(1/unit)
	}
	return math.Round(x/unit) * unit
}

const (
	daily = "daily"
	total = "total"
	level = "level" // written as daily: what the metric is at the end of the month
)

// Formats of cells.
const (
	count   = "#,##0"
	decimal = "#,##0.0"
	exact   = "#,##0.00"
	dollars = "$#,##0"
	coins   = "$#,##0.00"
)

// lines returns the plan in the order of the registry.
func lines() []line {
	lines := companyLines()
	lines = append(lines, productLines()...)
	lines = append(lines, webLines()...)
	lines = append(lines, mobileLines()...)
	lines = append(lines, marketingLines()...)
	return append(lines, salesLines()...)
}

func companyLines() []line {
	return []line{
		{"visitors", daily, count, 1.010, outlook.visitors},
		{"signups", daily, decimal, 1.000, outlook.signups},
		{"daily_active_users", daily, count, 1.005, outlook.active},
		{"daily_engaged_users", daily, count, 1.010, func(o outlook) float64 { return o.of(engaged) }},
		{"weekly_active_users", daily, count, 1.000, func(o outlook) float64 { return weeklyPerDaily * o.active() }},
		{"active_subscribers", level, count, 1.010, outlook.subscribers},
		{"revenue", total, dollars, 1.000, func(o outlook) float64 { return o.subscriptionRevenue() + o.grossSales() }},
	}
}

func productLines() []line {
	return []line{
		{"uploads", daily, count, 1.010, outlook.uploads},
		{"uploads_per_uploader", daily, exact, 1.000, func(o outlook) float64 { return o.uploads() / o.uploaders() }},
		{"uploader_share", daily, exact, 1.010, func(o outlook) float64 { return 100 * o.uploaders() / o.active() }},
		{"likes", daily, count, 1.020, func(o outlook) float64 { return o.of(likes) }},
		{"likes_per_active_user", daily, exact, 1.020, func(o outlook) float64 { return o.of(likes) / o.active() }},
		{"follows", daily, count, 1.000, func(o outlook) float64 { return o.of(follows) }},
	}
}

func webLines() []line {
	return []line{
		{"web_visitors", daily, count, 1.000, outlook.webVisitors},
		{"web_active_users", daily, count, 1.010, outlook.webActive},
		{"web_signups", daily, decimal, 1.000, func(o outlook) float64 { return o.of(webSignups) }},
		{"web_signup_rate", daily, exact, 1.000, func(o outlook) float64 { return 100 * o.of(webSignups) / o.webVisitors() }},
		{"web_uploads", daily, count, 0.990, func(o outlook) float64 { return o.of(webUploads) }},
		{"web_load_time", daily, count, 1.000, func(o outlook) float64 { return o.of(loadMillis) }},
	}
}

func mobileLines() []line {
	return []line{
		{"ios_active_users", daily, count, 1.000, func(o outlook) float64 { return o.of(iosActive) }},
		{"android_active_users", daily, count, 1.000, func(o outlook) float64 { return o.of(androidActive) }},
		{"ios_signups", daily, decimal, 1.000, func(o outlook) float64 { return o.of(iosSignups) }},
		{"android_signups", daily, exact, 1.050, func(o outlook) float64 { return o.of(androidSignups) }},
		{"mobile_uploads", daily, count, 1.030, func(o outlook) float64 { return o.of(mobileUploads) }},
		{"crash_free_visits", daily, decimal, 1.000, func(o outlook) float64 { return 100 * (1 - o.of(crashes)) }},
	}
}

func marketingLines() []line {
	return []line{
		{"visits_from_search", daily, count, 1.000, func(o outlook) float64 { return o.visitsFrom(guestsFromSearch, 0.06) }},
		{"visits_from_social", daily, count, 1.000, func(o outlook) float64 { return o.visitsFrom(guestsFromSocial, 0.07) }},
		{"visitor_signup_rate", daily, exact, 1.000, func(o outlook) float64 { return 100 * o.signups() / o.visitors() }},
		{"campaign_signups", daily, exact, 1.000, outlook.campaignSignups},
		{"ad_spend", total, dollars, 1.000, func(o outlook) float64 { return o.of(adSpend) / 100 }},
		{"cost_per_campaign_signup", daily, coins, 1.000, func(o outlook) float64 { return o.of(adSpend) / 100 / o.campaignSignups() }},
	}
}

func salesLines() []line {
	return []line{
		{"marketplace_submissions", daily, decimal, 1.000, func(o outlook) float64 { return o.of(submissions) }},
		{"photos_sold", daily, decimal, 1.000, func(o outlook) float64 { return o.of(photosSold) }},
		{"gross_sales", total, dollars, 1.000, outlook.grossSales},
		{"average_sale", daily, coins, 1.000, func(o outlook) float64 { return o.grossSales() / o.of(photosSold) }},
		{"refund_rate", daily, exact, 1.020, func(o outlook) float64 { return 100 * o.of(refunds) }},
		{"new_subscriptions", daily, exact, 1.000, func(o outlook) float64 { return o.of(newSubscriptions) }},
		{"cancelled_subscriptions", daily, exact, 1.000, func(o outlook) float64 { return o.of(cancellations) }},
		{"first_reply_time", daily, exact, 1.000, func(o outlook) float64 { return o.of(replyHours) }},
	}
}
