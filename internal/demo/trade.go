package demo

import (
	"fmt"
	"math"
)

// submit offers some of the photos uploaded today to the marketplace, which takes
// two of three.
func (d *day) submit() {
	n := min(d.count(submissions), len(d.uploaded))
	for _, i := range d.random.Perm(len(d.uploaded))[:n] {
		p := d.uploaded[i]
		d.submissions.add(d.soon(p.at), "%d,%d", p.user, p.id)
		if d.random.Float64() < 0.66 {
			d.accepted = append(d.accepted, p.id)
		}
	}
}

// cents is an amount of money as it is written in a file.
type cents int

func (c cents) String() string { return fmt.Sprintf("%d.%02d", int(c)/100, int(c)%100) }

// licences that a photo is sold with.
const (
	webLicence, printLicence, extendedLicence = cents(19_00), cents(49_00), cents(149_00)
	printLicences                             = 0.31
	discounted, discount                      = 0.15, 10 // a share of the sales, percent
	buyers                                    = 9_000    // ids of buyers lie below
)

func (d *day) sellPhotos() {
	for range d.count(photosSold) {
		extended, refunded := d.level(extendedLicences), d.level(refunds)
		price := [...]cents{extendedLicence, printLicence, webLicence}[d.dealers.licences.deal(
			extended, printLicences, 1-printLicences-extended)]
		if d.random.Float64() < discounted {
			price -= price * discount / 100
		}
		popular := d.random.Float64()
		photo := d.accepted[len(d.accepted)-1-int(popular*popular*float64(len(d.accepted)))]
		d.purchases.add(d.instant(), "%d,%d,%s,%t", 1+d.random.IntN(buyers), photo, price, d.dealers.refunds.deal(refunded, 1-refunded) == 0)
	}
}

// offer is what a subscriber pays at a time.
type offer struct {
	plan           string
	price          cents
	bought, repaid float64 // its share of the new subscriptions, and of the renewals
}

func offers() []offer {
	return []offer{
		{"plus", 6_99, 0.50, 0.62},
		{"plus", 59_88, 0.15, 0.03},
		{"pro", 12_99, 0.25, 0.32},
		{"pro", 119_88, 0.10, 0.03},
	}
}

// sellSubscriptions enters the new, the renewed and the ended subscriptions, and
// counts those that there are at the end of the day.
func (d *day) sellSubscriptions() {
	plans := offers()
	var bought, repaid []float64
	for _, o := range plans {
		bought, repaid = append(bought, o.bought), append(repaid, o.repaid)
	}
	for range d.count(renewals) {
		o := plans[d.dealers.renewals.deal(repaid...)]
		user := d.paying[o.plan][d.random.IntN(len(d.paying[o.plan]))]
		d.subscriptions.add(d.instant(), "%d,renewal,%s,%s", user, o.plan, o.price)
	}
	for range d.count(cancellations) {
		plan := [...]string{"plus", "pro"}[d.pick(0.72, 0.28)]
		d.subscriptions.add(d.instant(), "%d,churn,%s,", d.leave(plan), plan)
	}
	for i := range d.count(newSubscriptions) {
		o := plans[d.dealers.purchases.deal(bought...)]
		p := d.present[i]
		d.paying[o.plan] = append(d.paying[o.plan], p.user)
		d.subscriptions.add(d.soon(p.at), "%d,new,%s,%s", p.user, o.plan, o.price)
	}
	for _, plan := range [...]string{"plus", "pro"} {
		d.subscribers.addDaily("%s,%s,%d", d.date, plan, len(d.paying[plan]))
	}
}

// leave takes a subscriber out of a plan.
func (d *day) leave(plan string) int {
	users := d.paying[plan]
	i := d.random.IntN(len(users))
	user := users[i]
	users[i] = users[len(users)-1]
	d.paying[plan] = users[:len(users)-1]
	return user
}

// advertise spends the day's budget, most of it on search.
func (d *day) advertise() {
	budget := d.level(adSpend)
	onSearch, onSocial := cents(budget*0.62), cents(budget*0.27)
	d.spend.addDaily("%s,search,%s", d.date, onSearch)
	d.spend.addDaily("%s,social,%s", d.date, onSocial)
	d.spend.addDaily("%s,newsletters,%s", d.date, cents(budget)-onSearch-onSocial)
}

// support opens tickets. Those of the last evening have no answer yet.
func (d *day) support() {
	for range d.count(tickets) {
		d.company.tickets++
		at, hours := d.instant(), d.level(replyHours)*math.Exp(0.45*d.random.NormFloat64()-0.10)
		if d.date == Last() && at+int64(hours*3600) >= d.to {
			d.facts.tickets.add(at, "%d,", d.company.tickets)
			continue
		}
		d.facts.tickets.add(at, "%d,%.2f", d.company.tickets, hours)
	}
}
