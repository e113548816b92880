package demo

import (
	"cmp"
	"slices"

	"tearsheet/calendar"
)

// offer is what a subscriber pays at a time, and for how many days.
type offer struct {
	plan   string
	price  cents
	days   int
	bought float64 // its share of the new subscriptions
	repaid float64 // its share of the renewals, as a planner sees it
}

func offers() []offer {
	return []offer{
		{"plus", 6_99, 30, 0.50, 0.62},
		{"plus", 59_88, 365, 0.15, 0.04},
		{"pro", 12_99, 30, 0.25, 0.31},
		{"pro", 119_88, 365, 0.10, 0.03},
	}
}

// graceDays is how long after the paid period a subscription is kept open.
const graceDays = 3

// Ways to pay.
const (
	byCard   = "card"
	byHand   = "manual"
	takeover = "takeover" // what was left to a subscriber when the billing system was changed
)

// purchase is a payment for a subscription, a row that is never changed but by a refund.
type purchase struct {
	user     int
	at       int64
	day      calendar.Day
	offer    offer
	term     int // days
	amount   cents
	method   string
	refunded calendar.Day // or 0
}

// member is a user who subscribes, or did.
type member struct {
	user        int
	offer       offer
	paidThrough calendar.Day // the first day that is not paid
	started     calendar.Day // as production tells it: a subscription by hand begins anew
	lapsing     bool         // will not pay again
	left        bool
	purchases   int
}

// subscribers are the members and what they paid.
type subscribers struct {
	members   []*member // in the order in which they came
	byUser    map[int]*member
	due       map[calendar.Day][]*member // by the day on which they are to pay
	lapsed    []*member                  // who left, and may return
	purchases []purchase
	flags     []flag
}

// flag is what production's nightly job wrote down of a subscriber.
type flag struct {
	day  calendar.Day
	user int
	plan string
}

// The subscribers at the beginning, by plan and term.
const (
	plusMonthly, plusYearly = 940, 760
	proMonthly, proYearly   = 390, 310
)

// takeOver makes purchases of what those had left who subscribed before the billing
// system was changed, on the day before the history.
func (c *company) takeOver() {
	c.byUser, c.due = map[int]*member{}, map[calendar.Day][]*member{}
	changed := First() - 1
	users := c.sample(plusMonthly + plusYearly + proMonthly + proYearly)
	for i, n := range []int{plusMonthly, plusYearly, proMonthly, proYearly} {
		o := offers()[i]
		for range n {
			user := users[0]
			users = users[1:]
			m := c.enrol(user, o)
			left := 1 + c.random.IntN(o.days)
			at := changed.Time().Unix() + 16*60*60 // noon in Toronto
			c.pay(m, purchase{user: user, at: at, day: changed, offer: o, term: left, method: takeover})
			m.started = changed.Add(left - o.days)
		}
	}
}

// sample returns n users, any.
func (c *company) sample(n int) []int {
	users := c.random.Perm(len(c.users) - 1)[:n]
	for i := range users {
		users[i]++
	}
	return users
}

func (c *company) enrol(user int, o offer) *member {
	m := &member{user: user, offer: o}
	c.subscribers.members = append(c.subscribers.members, m)
	c.byUser[user] = m
	return m
}

// pay enters a purchase, and what it means to its member.
func (c *company) pay(m *member, p purchase) {
	c.purchases = append(c.purchases, p)
	if m.purchases == 0 || m.left {
		m.started = p.day
	}
	m.purchases++
	m.left, m.lapsing = false, false
	m.paidThrough = max(m.paidThrough, p.day).Add(p.term)
	c.due[m.paidThrough] = append(c.due[m.paidThrough], m)
}

// buys lets a member pay for one more term.
func (d *day) buys(m *member, at int64, method string) {
	d.pay(m, purchase{user: m.user, at: at, day: d.date, offer: m.offer, term: m.offer.days, amount: m.offer.price, method: method})
}

// shares of the members.
const (
	lateCards      = 0.10 // of the renewals: the card is refused first, and pays within the grace
	refundedAtOnce = 0.05 // of those who leave
	byHandADay     = 0.4
)

// sellSubscriptions lets members pay, leave and return, and others subscribe.
func (d *day) sellSubscriptions() {
	d.leave()
	d.renew()
	d.extend()
	d.giveBack()
	d.comeBack()
	d.subscribe()
	d.observe()
}

// leave ends the subscriptions whose grace is over.
func (d *day) leave() {
	for _, m := range d.due[d.date-graceDays] {
		if m.lapsing && m.paidThrough == d.date-graceDays {
			m.left, m.lapsing = true, false
			d.lapsed = append(d.lapsed, m)
		}
	}
}

// renew lets those pay whose term is over, but for as many as will have left when the
// grace is over.
func (d *day) renew() {
	for late := 1; late < graceDays; late++ { // whose card was refused
		for _, m := range d.due[d.date.Add(-late)] {
			if m.paidThrough == d.date.Add(-late) && !m.lapsing && !m.left {
				d.buys(m, d.instant(), byCard)
			}
		}
	}
	var due []*member
	for _, m := range d.due[d.date] {
		if m.paidThrough == d.date && !m.left {
			due = append(due, m)
		}
	}
	d.random.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	ending := d.whole(d.level(cancellations) * (1 - refundedAtOnce))
	for i, m := range due {
		switch {
		case i < ending:
			m.lapsing = true
		case d.random.Float64() >= lateCards:
			d.buys(m, d.instant(), byCard)
		}
	}
}

// extend lets now and then a member pay by hand, long before he has to. Production
// ends his subscription and begins another one.
func (d *day) extend() {
	if d.random.Float64() >= byHandADay && !isByHand(d.date) {
		return
	}
	for range 50 {
		m := d.subscribers.members[d.random.IntN(len(d.subscribers.members))]
		if m.left || m.lapsing || m.paidThrough <= d.date.Add(graceDays) || m.offer.days > 30 {
			continue
		}
		d.buys(m, d.instant(), byHand)
		m.started = d.date
		return
	}
}

// giveBack refunds a few who subscribed within ten days.
func (d *day) giveBack() {
	for range d.whole(d.level(cancellations) * refundedAtOnce) {
		for i := len(d.purchases) - 1; i >= 0 && d.purchases[i].day >= d.date.Add(-10); i-- {
			p := &d.purchases[i]
			m := d.byUser[p.user]
			if p.day == d.date || p.method != byCard || m.purchases > 1 || m.left {
				continue
			}
			p.refunded, m.left, m.paidThrough = d.date, true, d.date
			d.lapsed = append(d.lapsed, m)
			break
		}
	}
}

// comeBack lets some of those return who left before today.
func (d *day) comeBack() {
	for range d.count(returns) {
		if len(d.lapsed) == 0 {
			return
		}
		i := d.random.IntN(len(d.lapsed))
		m := d.lapsed[i]
		if m.paidThrough.Add(graceDays) >= d.date {
			continue
		}
		d.lapsed = slices.Delete(d.lapsed, i, i+1)
		d.buys(m, d.instant(), byCard)
	}
}

// subscribe lets some of the users who are there subscribe for the first time.
func (d *day) subscribe() {
	plans := offers()
	var bought []float64
	for _, o := range plans {
		bought = append(bought, o.bought)
	}
	wanted := d.count(newSubscriptions)
	for _, p := range d.present {
		if wanted == 0 {
			return
		}
		if d.byUser[p.user] != nil {
			continue
		}
		wanted--
		d.buys(d.enrol(p.user, plans[d.dealers.purchases.deal(bought...)]), d.soon(p.at), byCard)
	}
}

// observed is the number of nights for which production's flags were kept.
const observed = 14

// observe writes down who is a subscriber to production at the end of the day: not he
// who paid by hand today, whose new subscription is opened by the next night's job.
func (d *day) observe() {
	if d.date <= Yesterday()-observed {
		return
	}
	hidden := map[int]bool{}
	for i := len(d.purchases) - 1; i >= 0 && d.purchases[i].day == d.date; i-- {
		if d.purchases[i].method == byHand {
			hidden[d.purchases[i].user] = true
		}
	}
	for _, m := range d.subscribers.members {
		if !m.left && !hidden[m.user] {
			d.flags = append(d.flags, flag{d.date, m.user, m.offer.plan})
		}
	}
}

// inOrder returns the purchases in the order of time.
func (s *subscribers) inOrder() []purchase {
	sorted := slices.Clone(s.purchases)
	slices.SortStableFunc(sorted, func(a, b purchase) int { return cmp.Compare(a.at, b.at) })
	return sorted
}
