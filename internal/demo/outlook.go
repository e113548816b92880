package demo

// What a planner makes of the trends, where a metric is more than one of them.

// weeklyPerDaily is how many users of a week there are to one of a day.
const weeklyPerDaily = 4.87

// alsoOnWeb is the share of app users who visit the web site on the same day.
const alsoOnWeb = 0.025

func (o outlook) active() float64 { return o.of(webActive, iosActive, androidActive) }

func (o outlook) webActive() float64 {
	return o.of(webActive) + alsoOnWeb*o.of(iosActive, androidActive)
}

func (o outlook) webVisitors() float64 { return o.webActive() + o.of(webGuests) }

func (o outlook) visitors() float64 {
	return o.webVisitors() + o.of(iosActive, androidActive, iosGuests, androidGuests)
}

func (o outlook) visitsFrom(guests subject, ofMembers float64) float64 {
	return o.of(guests)*o.of(webGuests, iosGuests, androidGuests) + ofMembers*o.active()*o.of(visitsPerUser)
}

func (o outlook) signups() float64 { return o.of(webSignups, iosSignups, androidSignups) }

func (o outlook) campaignSignups() float64 { return o.of(campaignSignups) * o.signups() }

func (o outlook) uploads() float64 { return o.of(webUploads, mobileUploads) }

func (o outlook) uploaders() float64 { return o.of(webUploaders, mobileUploaders) }

// subscribers returns those of the first day and all who came since, but for those who
// left.
func (o outlook) subscribers() float64 {
	const atFirst = 2_400
	days := float64(o.date.Sub(First()) + 1)
	middle := outlook{o.trends, First().Add(int(days / 2))}
	return atFirst + days*(middle.of(newSubscriptions, returns)-middle.of(cancellations))
}

func (o outlook) grossSales() float64 {
	extended := o.of(extendedLicences)
	price := extended*float64(extendedLicence) + printLicences*float64(printLicence) + (1-printLicences-extended)*float64(webLicence)
	return o.of(photosSold) * price / 100 * (1 - discounted*discount/100.0)
}

func (o outlook) subscriptionRevenue() float64 {
	var bought, repaid float64
	for _, offer := range offers() {
		bought += offer.bought * float64(offer.price) / 100
		repaid += offer.repaid * float64(offer.price) / 100
	}
	return o.of(newSubscriptions)*bought + o.of(renewals)*repaid
}
