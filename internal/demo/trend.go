package demo

import (
	"math"
	"math/rand/v2"
	"time"

	"tearsheet/calendar"
)

// trend is how one thing about the company develops: a level on the first day of
// the history, its growth, and how far the days stray from it.
type trend struct {
	start  float64
	growth float64 // a month, as a share
	noise  float64 // a day's, as a share; the slow drift of a few weeks comes on top
	week   rhythm
	story  func(calendar.Day) float64 // a factor that no planner foresaw, or nil
}

// rhythm is how much of a trend falls on each weekday, from Monday; the mean is 1.
type rhythm [calendar.DaysPerWeek]float64

// subject names a trend.
type subject int

const (
	webActive subject = iota
	iosActive
	androidActive
	webGuests
	iosGuests
	androidGuests
	visitsPerUser
	webSignups
	iosSignups
	androidSignups
	guestsFromSearch // shares of the visits of people who are not signed in
	guestsFromSocial
	guestsFromCampaigns
	campaignSignups // as a share of all signups
	webUploads
	webUploaders
	mobileUploads
	mobileUploaders
	engaged
	likers
	likes
	favouriters
	favourites
	followers
	follows
	submissions
	photosSold
	extendedLicences // as a share of the photos sold
	refunds          // as a share of the photos sold
	newSubscriptions
	renewals
	cancellations
	adSpend // in cents
	tickets
	replyHours
	loadMillis
	crashes // as a share of app visits
	returns // of subscribers who had left
	subjects
)

// trends returns the company as it was meant to be. The planner knows it, but
// for the stories.
func trends() [subjects]trend {
	even := rhythm{1, 1, 1, 1, 1, 1, 1}
	leisure := rhythm{1.02, 1.00, 0.98, 0.97, 0.93, 1.00, 1.10}
	office := rhythm{1.15, 1.20, 1.20, 1.15, 1.05, 0.65, 0.60}
	return [subjects]trend{
		webActive:           {930, 0.016, 0.02, leisure, nil},
		iosActive:           {420, 0.025, 0.02, leisure, nil},
		androidActive:       {260, 0.022, 0.02, leisure, nil},
		webGuests:           {620, 0.012, 0.03, leisure, nil},
		iosGuests:           {90, 0.020, 0.03, leisure, nil},
		androidGuests:       {60, 0.020, 0.03, leisure, nil},
		visitsPerUser:       {1.25, 0, 0.005, even, nil},
		webSignups:          {27, 0.020, 0.04, leisure, brokenForm},
		iosSignups:          {12, 0.025, 0.04, leisure, nil},
		androidSignups:      {7.5, 0.020, 0.04, leisure, nil},
		guestsFromSearch:    {0.40, 0.002, 0.02, even, nil},
		guestsFromSocial:    {0.20, 0, 0.03, even, quietNetwork},
		guestsFromCampaigns: {0.12, 0.005, 0.03, even, nil},
		campaignSignups:     {0.22, 0, 0.03, even, nil},
		webUploads:          {215, 0.014, 0.04, leisure, nil},
		webUploaders:        {72, 0.012, 0.03, leisure, nil},
		mobileUploads:       {150, 0.025, 0.04, leisure, nil},
		mobileUploaders:     {52, 0.022, 0.03, leisure, nil},
		engaged:             {470, 0.019, 0.02, leisure, nil},
		likers:              {330, 0.020, 0.03, leisure, nil},
		likes:               {800, 0.022, 0.04, leisure, nil},
		favouriters:         {110, 0.020, 0.03, leisure, nil},
		favourites:          {200, 0.025, 0.04, leisure, nil},
		followers:           {100, 0.015, 0.03, leisure, nil},
		follows:             {175, 0.015, 0.04, leisure, nil},
		submissions:         {80, 0.020, 0.04, leisure, autumnCampaign(0.08)},
		photosSold:          {30, 0.018, 0.05, office, autumnCampaign(0.14)},
		extendedLicences:    {0.09, 0, 0.02, even, autumnCampaign(0.16)},
		refunds:             {0.041, -0.005, 0.05, even, nil},
		newSubscriptions:    {8.5, 0.020, 0.05, even, autumnCampaign(0.08)},
		returns:             {0.6, 0, 0.10, even, nil},
		renewals:            {42, 0.018, 0.04, even, nil},
		cancellations:       {5.2, 0.010, 0.05, even, nil},
		adSpend:             {290_00, 0.015, 0.04, even, nil},
		tickets:             {24, 0.012, 0.05, office, nil},
		replyHours:          {5.2, -0.005, 0.03, even, nil},
		loadMillis:          {2150, -0.008, 0.01, even, nil},
		crashes:             {0.0045, -0.01, 0.03, even, nil},
	}
}

// on returns the trend itself on a day, which is what a planner expects.
func (t trend) on(d calendar.Day) float64 {
	const daysPerMonth = 365.25 / 12
	return t.start * math.Pow(1+t.growth, float64(d.Sub(First()))/daysPerMonth)
}

// history returns what became of the trend, day by day.
func (t trend) history(random *rand.Rand) []float64 {
	const lasting, strength = 0.93, 0.0045 // of the drift: from day to day, and in all
	days := make([]float64, Yesterday().Sub(First())+1)
	drift := 0.0
	for i := range days {
		d := First().Add(i)
		drift = lasting*drift + strength*random.NormFloat64()
		days[i] = t.on(d) * t.week[i%calendar.DaysPerWeek] * math.Exp(drift+t.noise*random.NormFloat64())
		if t.story != nil {
			days[i] *= t.story(d)
		}
	}
	return days
}

// brokenForm: a release on Tuesday 20 October breaks the web signup form for some
// browsers, and nobody notices.
func brokenForm(d calendar.Day) float64 {
	if d < calendar.DayOn(2026, time.October, 20) {
		return 1
	}
	return 0.66
}

// quietNetwork: from September on a social network shows links to fewer people.
func quietNetwork(d calendar.Day) float64 {
	return 1 - 0.22*ramp(d, calendar.DayOn(2026, time.September, 7), 60)
}

// autumnCampaign: from 28 September on the sales team sells more than planned.
func autumnCampaign(more float64) func(calendar.Day) float64 {
	return func(d calendar.Day) float64 {
		return 1 + more*ramp(d, calendar.DayOn(2026, time.September, 28), 14)
	}
}

// ramp rises from 0 to 1 over some days.
func ramp(d, from calendar.Day, days int) float64 {
	return min(1, max(0, float64(d.Sub(from))/float64(days)))
}
