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
		d.submitted = append(d.submitted, submission{user: p.user, photo: p.id, at: d.soon(p.at)})
		if d.random.Float64() < 0.66 {
			d.accept(p.id)
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
		d.sold = append(d.sold, sale{at: d.instant(), buyer: 1 + d.random.IntN(buyers), photo: photo, amount: price,
			refunded: d.dealers.refunds.deal(refunded, 1-refunded) == 0})
	}
}

// advertise spends the day's budget, most of it on search.
func (d *day) advertise() {
	budget := d.level(adSpend)
	onSearch, onSocial := cents(budget*0.62), cents(budget*0.27)
	d.spent = append(d.spent, bill{d.date, "search", onSearch}, bill{d.date, "social", onSocial},
		bill{d.date, "newsletters", cents(budget) - onSearch - onSocial})
}

// support opens tickets. Those of the last evening have no answer yet.
func (d *day) support() {
	for range d.count(tickets) {
		at, hours := d.instant(), d.level(replyHours)*math.Exp(0.45*d.random.NormFloat64()-0.10)
		t := ticket{opened: at, user: d.present[d.dust.IntN(len(d.present))].user, hours: fmt.Sprintf("%.2f", hours)}
		if d.date == Yesterday() && at+int64(hours*3600) >= d.to {
			t.hours = ""
		}
		d.opened = append(d.opened, t)
	}
}
