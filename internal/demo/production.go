package demo

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"tearsheet/calendar"
)

// production is what the company's production database holds.
type production struct {
	photos    []photo // by id, from 1
	submitted []submission
	sold      []sale
	spent     []bill
	opened    []ticket
}

type photo struct {
	id, user int
	at       int64
	licensed bool
}

type submission struct {
	user, photo int
	at          int64
}

type sale struct {
	at           int64
	buyer, photo int
	amount       cents
	refunded     bool
}

type bill struct {
	day     calendar.Day
	channel string
	amount  cents
}

type ticket struct {
	opened int64
	user   int
	hours  string // until the first reply, or ""
}

// addPhoto gives a new photo an id.
func (c *company) addPhoto(user int, at int64) int {
	id := len(c.photos) + 1
	c.photos = append(c.photos, photo{id: id, user: user, at: at})
	return id
}

// extract is a table of the production database, as it is read out.
type extract struct {
	name    string
	columns []column
	rows    [][]string // "" is NULL
}

// column is a column of an extract and its type in MySQL.
type column struct{ name, mysql string }

// names returns the head of the file.
func (e extract) names() []string {
	var names []string
	for _, c := range e.columns {
		names = append(names, c.name)
	}
	return names
}

// zip writes the table as a gzipped CSV file.
func (e extract) zip(z *gzip.Writer, w io.Writer) error {
	z.Reset(w)
	out := csv.NewWriter(z)
	if err := out.Write(e.names()); err != nil {
		return err
	}
	if err := out.WriteAll(e.rows); err != nil {
		return err
	}
	return z.Close()
}

// extracts returns the tables of the production database.
func (c *company) extracts() []extract {
	return []extract{c.userTable(), c.photoTable(), c.purchaseTable(), c.saleTable(), c.submissionTable(), c.billTable(), c.ticketTable(), c.flagTable()}
}

const (
	bigint  = "bigint not null"
	dollar  = "decimal(12,2) not null"
	instant = "datetime not null"
	yes     = "boolean not null"
)

func short(n int) string { return fmt.Sprintf("varchar(%d) not null", n) }

// stamp writes an instant in UTC.
func stamp(at int64) string { return time.Unix(at, 0).UTC().Format(time.DateTime) }

func number(n int) string { return strconv.Itoa(n) }

// truth writes a boolean as MySQL does.
func truth(is bool) string {
	if is {
		return "1"
	}
	return "0"
}

func (c *company) userTable() extract {
	e := extract{name: "users", columns: []column{{"id", "bigint not null primary key"}, {"name", short(80)}, {"email_hash", "char(16) not null"},
		{"created_at", instant}, {"country", "char(2) not null"}, {"is_active", yes}, {"subscription_type", "varchar(10)"},
		{"subscription_started_on", "date"}, {"is_seller", yes}, {"has_android_app", yes}, {"has_ios_app", yes}}}
	for i, u := range c.users[1:] {
		user, plan, started := i+1, "", ""
		m := c.byUser[user]
		active := m != nil && !m.left
		if active {
			plan, started = m.offer.plan, m.started.String()
		}
		e.rows = append(e.rows, []string{number(user), inventName(user), fmt.Sprintf("%016x", uint64(user)*0x9e3779b97f4a7c15), stamp(u.created),
			country(user), truth(active), plan, started, truth(u.seller), truth(u.on[android]), truth(u.on[ios])})
	}
	return e
}

// inventName returns a name that nobody has.
func inventName(user int) string {
	first := [...]string{"Ada", "Bruno", "Chidi", "Dana", "Emre", "Fern", "Goro", "Hana", "Ines", "Jonas", "Kofi", "Léa", "Mira", "Nils", "Oona", "Pavel", "Quinn", "Rosa", "Søren", "Tala"}
	last := [...]string{"Larkspur", "Lumen", "Ashgrove", "Brightwater", "Copperfield", "Dunmore", "O'Fallow", "Fennimore", "Greywether", "Hollowell", "Ivory", "Juniper", "Kestrel"}
	return first[user*7%len(first)] + " " + last[user*11%len(last)]
}

func country(user int) string {
	codes := [...]string{"CA", "US", "CA", "US", "DE", "GB", "FR", "US", "CA", "BR", "JP", "IN", "US", "AU", "ES", "PL"}
	return codes[user*5%len(codes)]
}

func (c *company) photoTable() extract {
	categories := [...]string{"landscape", "people", "animals", "city", "travel", "food", "abstract", "sport"}
	e := extract{name: "photos", columns: []column{{"id", "bigint not null primary key"}, {"user_id", bigint}, {"uploaded_at", instant},
		{"category", short(20)}, {"licensed", yes}}}
	for _, p := range c.photos {
		e.rows = append(e.rows, []string{number(p.id), number(p.user), stamp(p.at), categories[p.id*13%len(categories)], truth(p.licensed)})
	}
	return e
}

func (c *company) purchaseTable() extract {
	e := extract{name: "subscription_purchases", columns: []column{{"id", "bigint not null primary key"}, {"user_id", bigint}, {"purchased_at", instant},
		{"plan", short(10)}, {"term_days", "integer not null"}, {"amount", dollar}, {"method", short(10)}, {"refunded_on", "date"}}}
	for i, p := range c.inOrder() {
		refunded := ""
		if p.refunded != 0 {
			refunded = p.refunded.String()
		}
		e.rows = append(e.rows, []string{number(i + 1), number(p.user), stamp(p.at), p.offer.plan, number(p.term), p.amount.String(), p.method, refunded})
	}
	return e
}

func (c *company) saleTable() extract {
	e := extract{name: "stock_purchases", columns: []column{{"id", "bigint not null primary key"}, {"buyer_id", bigint}, {"photo_id", bigint},
		{"purchased_at", instant}, {"amount", dollar}, {"refunded", yes}}}
	slices.SortStableFunc(c.sold, func(a, b sale) int { return cmp.Compare(a.at, b.at) })
	for i, s := range c.sold {
		e.rows = append(e.rows, []string{number(i + 1), number(s.buyer), number(s.photo), stamp(s.at), s.amount.String(), truth(s.refunded)})
	}
	return e
}

func (c *company) submissionTable() extract {
	e := extract{name: "marketplace_submissions", columns: []column{{"id", "bigint not null primary key"}, {"user_id", bigint}, {"photo_id", bigint},
		{"submitted_at", instant}}}
	slices.SortStableFunc(c.submitted, func(a, b submission) int { return cmp.Compare(a.at, b.at) })
	for i, s := range c.submitted {
		e.rows = append(e.rows, []string{number(i + 1), number(s.user), number(s.photo), stamp(s.at)})
	}
	return e
}

func (c *company) billTable() extract {
	e := extract{name: "ad_spend", columns: []column{{"day", "date not null"}, {"channel", short(20)}, {"amount", dollar}}}
	for _, b := range c.spent {
		e.rows = append(e.rows, []string{b.day.String(), b.channel, b.amount.String()})
	}
	return e
}

func (c *company) ticketTable() extract {
	e := extract{name: "support_tickets", columns: []column{{"id", "bigint not null primary key"}, {"user_id", bigint}, {"opened_at", instant},
		{"first_reply_hours", "decimal(8,2)"}}}
	slices.SortStableFunc(c.opened, func(a, b ticket) int { return cmp.Compare(a.opened, b.opened) })
	for i, t := range c.opened {
		e.rows = append(e.rows, []string{number(i + 1), number(t.user), stamp(t.opened), t.hours})
	}
	return e
}

func (c *company) flagTable() extract {
	e := extract{name: "subscriber_flags", columns: []column{{"day", "date not null"}, {"user_id", bigint}, {"subscription_type", short(10)}}}
	for _, f := range c.flags {
		e.rows = append(e.rows, []string{f.day.String(), number(f.user), f.plan})
	}
	return e
}
