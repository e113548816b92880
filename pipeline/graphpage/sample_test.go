package graphpage_test

import (
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/pipeline/graphpage"
)

var (
	today = calendar.DayOn(2026, time.November, 16)
	night = time.Date(2026, time.November, 16, 3, 12, 40, 0, time.UTC)
)

// sample is the pipeline of an invented company after a night in which some things went
// wrong: each line is a table, how it is filled, its state, its rows in thousands, and
// what it is made of, with the days of it.
func sample() graphpage.Page {
	p := graphpage.Page{Company: "Lumen & Lark", At: night}
	for line := range strings.Lines(strings.TrimSpace(tables)) {
		f := strings.Fields(line)
		n := graphpage.Node{Name: f[0], Kind: graphpage.Kind(f[1]), State: pipeline.NodeState(f[2]), Loaded: night.Add(-time.Duration(len(p.Nodes)) * 7 * time.Second),
			Rows: int64(len(f[3])) * 1_234_567 * int64(len(p.Nodes)*len(p.Nodes)+1), Took: time.Duration(len(p.Nodes)*len(p.Nodes)) * 431 * time.Millisecond, Run: "20261116-0310-7f3a"}
		if n.Kind != graphpage.Whole && !strings.HasPrefix(n.Name, "production.users") {
			n.Last, n.Days, n.Expected = today-1, 182, 182
			for range 35 {
				n.Strip = append(n.Strip, calendar.Whole())
			}
		}
		troubled(&n)
		p.Nodes = append(p.Nodes, n)
		for _, parent := range f[4:] {
			name, label, _ := strings.Cut(parent, ":")
			p.Edges = append(p.Edges, graphpage.Edge{From: name, To: n.Name, Label: strings.ReplaceAll(label, "_", " ")})
		}
	}
	return p
}

// troubled gives a table what its state means.
func troubled(n *graphpage.Node) {
	switch n.State {
	case pipeline.Failed:
		n.Error = "check \"quantity positive\" of stock_purchases: 3, not 0\nthe days 2026-11-14 to 2026-11-15 are not loaded; tearsheet explain stock_purchases@2026-11-14 shows their statement"
		n.Why, n.Stale, n.Days, n.Last = n.Error, 2, 180, today-3
		n.Strip[33], n.Strip[34] = calendar.Coverage{}, calendar.Coverage{}
	case pipeline.Behind:
		n.Why, n.Stale = "2026-11-14: stock_purchases of the day is not loaded", 2
		n.Days, n.Last = 180, today-3
		if len(n.Strip) > 0 {
			n.Strip[33], n.Strip[34] = calendar.Coverage{}, calendar.Coverage{}
		}
	case pipeline.Open:
		n.Why, n.Open = "69 of 72 hours or parts of 2026-11-15 are there", 1
		n.Strip[34] = calendar.Coverage{Have: 69, Of: 72}
	case pipeline.Never:
		n.Why, n.Days, n.Expected, n.Rows, n.Took, n.Strip, n.Loaded, n.Run = "nothing was ever loaded", 0, 0, 0, 0, nil, time.Time{}, ""
	}
}

const tables = `
staging.events            source open   xxxx
staging.payments_stripe   source fresh  x
staging.payments_paypal   source fresh  x
staging.ad_spend          source never  x
production.users          source fresh  x
production.photos         source fresh  x
production.purchases      source fresh  x
production.stock_orders   source fresh  x
users                     whole  fresh  x    production.users staging.events:latest
photos                    whole  fresh  x    production.photos
page_views                days   open   xxx  staging.events
signups                   days   fresh  x    production.users
uploads                   days   fresh  x    staging.events production.photos
likes                     days   open   xx   staging.events
favourites                days   open   x    staging.events
follows                   days   open   x    staging.events
subscription_purchases    days   fresh  x    production.purchases
stock_purchases           days   failed x    production.stock_orders
marketplace_submissions   days   fresh  x    production.photos
subscription_events       days   fresh  x    subscription_purchases:all_before
active_subscribers        days   fresh  x    subscription_events:all_before
activity_daily            days   open   xx   page_views likes favourites follows uploads
activity_monthly          days   open   x    activity_daily:30_days
retention_four_weeks      days   open   x    activity_daily:29_days signups
sellers_daily             days   stale  x    stock_purchases marketplace_submissions users:latest
revenue_daily             days   stale  x    stock_purchases subscription_events staging.payments_stripe staging.payments_paypal
paid_media_daily          days   never  x    staging.ad_spend
cost_per_paid_signup_and_channel_by_week days never x paid_media_daily:7_days signups
photo_popularity          days   open   xx   likes favourites page_views photos:latest
churn_risk                whole  fresh  x    active_subscribers activity_monthly:latest
`
