package example

import "maps"

// tally counts a day the way the company's analyst would by hand: by metric, the
// daily figure; ratios by their operands' names with a slash.
func tally(d *dayEvents) map[string]float64 {
	t := map[string]float64{"signups": float64(len(d.signups)), "uploads": float64(len(d.uploads)),
		"likes": float64(len(d.likes)), "favourites": float64(len(d.favourites)), "follows": float64(len(d.follows)),
		"marketplace_submissions": float64(len(d.submissions)), "photos_sold": float64(len(d.sales)),
		"active_subscribers": float64(d.plus + d.pro)}
	tallyVisits(d, t)
	for _, s := range d.signups {
		t[s.client+"_signups"]++
		if s.source == "campaign" {
			t["campaign_signups"]++
		}
	}
	engaged, uploaders := people{}, people{}
	for _, list := range [][]action{d.uploads, d.likes, d.favourites, d.follows} {
		for _, a := range list {
			engaged[a.user] = true
		}
	}
	for _, a := range d.uploads {
		uploaders[a.user] = true
		if a.client == "web" {
			t["web_uploads"]++
		} else {
			t["mobile_uploads"]++
		}
	}
	t["daily_engaged_users"], t["uploaders"] = float64(len(engaged)), float64(len(uploaders))
	tallyMoney(d, t)
	return t
}

type people map[int64]bool

func tallyVisits(d *dayEvents, t map[string]float64) {
	visitors, active := map[string]people{}, map[string]people{}
	add := func(sets map[string]people, name string, id int64) {
		if sets[name] == nil {
			sets[name] = people{}
		}
		sets[name][id] = true
	}
	for _, v := range d.visits {
		add(visitors, "", v.visitor)
		add(visitors, v.client, v.visitor)
		if v.user != 0 {
			add(active, "", v.user)
			add(active, v.client, v.user)
		}
		t["visits_from_"+v.source]++
		if v.client == "web" {
			t["web_visits"]++
			t["web_load_total"] += float64(v.loadMS)
			continue
		}
		t["mobile_visits"]++
		if !v.crashed {
			t["uncrashed_visits"]++
		}
	}
	maps.Copy(t, map[string]float64{
		"visitors": float64(len(visitors[""])), "web_visitors": float64(len(visitors["web"])),
		"daily_active_users": float64(len(active[""])), "web_active_users": float64(len(active["web"])),
		"ios_active_users": float64(len(active["ios"])), "android_active_users": float64(len(active["android"])),
		"web_load_time": t["web_load_total"] / t["web_visits"]})
}

func tallyMoney(d *dayEvents, t map[string]float64) {
	for _, s := range d.sales {
		t["gross_sales"] += float64(s.cents) / 100
		if s.refunded {
			t["photos_refunded"]++
		}
	}
	t["revenue"] = t["gross_sales"]
	for _, s := range d.subscriptions {
		t["revenue"] += float64(s.cents) / 100
		switch s.kind {
		case "new":
			t["new_subscriptions"]++
		case "churn":
			t["cancelled_subscriptions"]++
		}
	}
	for _, s := range d.spend {
		t["ad_spend"] += float64(s.cents) / 100
	}
	for _, k := range d.tickets {
		t["first_reply_time"] += float64(k.hundredths) / 100 / float64(len(d.tickets))
	}
}
