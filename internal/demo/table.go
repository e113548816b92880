package demo

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"slices"
	"time"
)

// table holds one day's rows of a fact table, as the text of a CSV file.
type table struct {
	name, header string
	rows         []row
	text         []byte // the rows' texts, in the order in which they were added
}

// row is a piece of a table's text and the second at which it happened.
type row struct {
	at       int64
	from, to int
}

// add adds a row whose first column is the instant.
func (t *table) add(at int64, format string, args ...any) {
	from := len(t.text)
	t.text = time.Unix(at, 0).UTC().AppendFormat(t.text, time.DateTime)
	t.text = append(t.text, ',')
	t.text = fmt.Appendf(t.text, format, args...)
	t.rows = append(t.rows, row{at, from, len(t.text)})
}

// addDaily adds a row that has no instant, but its local day.
func (t *table) addDaily(format string, args ...any) {
	from := len(t.text)
	t.text = fmt.Appendf(t.text, format, args...)
	t.rows = append(t.rows, row{0, from, len(t.text)})
}

// zipped returns the file: the header and the rows in order of time. The gzip
// header holds no name and no date. z is used again for each file, since it is large.
func (t *table) zipped(z *gzip.Writer) []byte {
	slices.SortStableFunc(t.rows, func(a, b row) int { return cmp.Compare(a.at, b.at) })
	var file bytes.Buffer
	z.Reset(&file)
	text := make([]byte, 0, len(t.header)+len(t.text)+len(t.rows)+1)
	text = append(append(text, t.header...), '\n')
	for _, r := range t.rows {
		text = append(append(text, t.text[r.from:r.to]...), '\n')
	}
	_, _ = z.Write(text) // a bytes.Buffer takes everything
	_ = z.Close()
	return file.Bytes()
}

// facts are the tables of one day.
type facts struct {
	visits, signups, uploads, likes, favourites, follows table
	submissions, purchases, subscriptions, subscribers   table
	spend, tickets                                       table
}

func newFacts() *facts {
	const action = "occurred_at,user_id,photo_id,client"
	return &facts{
		visits:        table{name: "visits", header: "occurred_at,visitor_id,user_id,client,source,page_views,load_ms,crashed"},
		signups:       table{name: "signups", header: "occurred_at,user_id,client,source"},
		uploads:       table{name: "uploads", header: action},
		likes:         table{name: "likes", header: action},
		favourites:    table{name: "favourites", header: action},
		follows:       table{name: "follows", header: "occurred_at,user_id,followed_id,client"},
		submissions:   table{name: "marketplace_submissions", header: "occurred_at,user_id,photo_id"},
		purchases:     table{name: "stock_purchases", header: "occurred_at,buyer_id,photo_id,amount,refunded"},
		subscriptions: table{name: "subscription_events", header: "occurred_at,user_id,kind,plan,amount"},
		subscribers:   table{name: "subscriber_counts", header: "day,plan,subscribers"},
		spend:         table{name: "ad_spend", header: "day,channel,amount"},
		tickets:       table{name: "support_tickets", header: "opened_at,ticket_id,first_reply_hours"},
	}
}

func (f *facts) tables() []*table {
	return []*table{
		&f.visits, &f.signups, &f.uploads, &f.likes, &f.favourites, &f.follows,
		&f.submissions, &f.purchases, &f.subscriptions, &f.subscribers, &f.spend, &f.tickets,
	}
}
