package example

import (
	"fmt"
	"strconv"
	"time"
)

var tables = []table{
	{"visits", []string{"occurred_at", "visitor_id", "user_id", "client", "source", "page_views", "load_ms", "crashed"},
		func(d *dayEvents) [][]string {
			return each(d.visits, func(v visit) []string {
				return []string{instant(v.at), id(v.visitor), id(v.user), v.client, v.source,
					strconv.Itoa(v.pages), strconv.Itoa(v.loadMS), strconv.FormatBool(v.crashed)}
			})
		}},
	{"signups", []string{"occurred_at", "user_id", "client", "source"}, func(d *dayEvents) [][]string {
		return each(d.signups, func(s signup) []string { return []string{instant(s.at), id(s.user), s.client, s.source} })
	}},
	{"uploads", actionHeader("photo_id"), func(d *dayEvents) [][]string { return actions(d.uploads) }},
	{"likes", actionHeader("photo_id"), func(d *dayEvents) [][]string { return actions(d.likes) }},
	{"favourites", actionHeader("photo_id"), func(d *dayEvents) [][]string { return actions(d.favourites) }},
	{"follows", actionHeader("followed_id"), func(d *dayEvents) [][]string { return actions(d.follows) }},
	{"marketplace_submissions", []string{"occurred_at", "user_id", "photo_id"}, func(d *dayEvents) [][]string {
		return each(d.submissions, func(a action) []string { return []string{instant(a.at), id(a.user), id(a.object)} })
	}},
	{"stock_purchases", []string{"occurred_at", "buyer_id", "photo_id", "amount", "refunded"}, func(d *dayEvents) [][]string {
		return each(d.sales, func(s sale) []string {
			return []string{instant(s.at), id(s.buyer), id(s.photo), cents(s.cents), strconv.FormatBool(s.refunded)}
		})
	}},
	{"subscription_events", []string{"occurred_at", "user_id", "kind", "plan", "amount"}, func(d *dayEvents) [][]string {
		return each(d.subscriptions, func(s subscription) []string {
			return []string{instant(s.at), id(s.user), s.kind, s.plan, cents(s.cents)}
		})
	}},
	{"subscriber_counts", []string{"day", "plan", "subscribers"}, func(d *dayEvents) [][]string {
		return [][]string{{d.day.String(), "plus", strconv.Itoa(d.plus)}, {d.day.String(), "pro", strconv.Itoa(d.pro)}}
	}},
	{"ad_spend", []string{"day", "channel", "amount"}, func(d *dayEvents) [][]string {
		return each(d.spend, func(s spend) []string { return []string{d.day.String(), s.channel, cents(s.cents)} })
	}},
	{"support_tickets", []string{"opened_at", "ticket_id", "first_reply_hours"}, func(d *dayEvents) [][]string {
		return each(d.tickets, func(t ticket) []string { return []string{instant(t.at), id(t.id), cents(t.hundredths)} })
	}},
}

func actionHeader(object string) []string {
	return []string{"occurred_at", "user_id", object, "client"}
}

func actions(list []action) [][]string {
	return each(list, func(a action) []string { return []string{instant(a.at), id(a.user), id(a.object), a.client} })
}

func each[T any](list []T, row func(T) []string) [][]string {
	rows := make([][]string, len(list))
	for i, item := range list {
		rows[i] = row(item)
	}
	return rows
}

func instant(t time.Time) string { return t.UTC().Format(time.DateTime) }

// id writes an identity, and nothing for nobody.
func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// cents writes hundredths as a decimal.
func cents(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }
