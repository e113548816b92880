package demo

import (
	"fmt"
	"math"

	"tearsheet/calendar"
)

// day is one day in the life of a company.
type day struct {
	*company
	log
	date     calendar.Day
	from, to int64 // its seconds
	present  []presence
	uploaded []photo
}

// presence is a signed-in user at the time of the first visit of the day.
type presence struct {
	user   int
	client client
	at     int64
}

// live lets the company live through a day and returns what its servers wrote down.
// Days must come one after another.
func (c *company) live(date calendar.Day, cal calendar.Calendar) log {
	from, to := cal.Bounds(date)
	d := day{company: c, date: date, from: from.Unix(), to: to.Unix()}
	d.welcomeGuests()
	d.signUp()
	d.gatherMembers()
	d.visitAgain()
	d.engage()
	d.submit()
	d.sellPhotos()
	d.sellSubscriptions()
	d.advertise()
	d.support()
	return d.log
}

// level returns what a subject is today.
func (d *day) level(s subject) float64 { return d.histories[s][d.date.Sub(First())] }

// count returns how many of a subject there are today.
func (d *day) count(s subject) int { return d.whole(d.level(s)) }

// instant returns a second of the day: few by night, most in the evening. A day of
// 25 hours is stretched, so that its hour that comes twice is lived twice.
func (d *day) instant() int64 {
	hours := [...]float64{2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 5, 5, 5, 5, 5, 6, 7, 8, 8, 6, 3} // of 100
	at := d.random.Float64() * 100
	hour := 0
	for at >= hours[hour] {
		at -= hours[hour]
		hour++
	}
	share := (float64(hour) + at/hours[hour]) / float64(len(hours))
	return d.from + int64(share*float64(d.to-d.from))
}

// soon returns a second within the twenty minutes after at, on the same day.
func (d *day) soon(at int64) int64 { return min(at+d.random.Int64N(20*60), d.to-1) }

// sources of a visit.
const (
	search   = "search"
	social   = "social"
	campaign = "campaign"
	direct   = "direct"
)

func (d *day) guestSource() string {
	bySearch, bySocial, byCampaign := d.level(guestsFromSearch), d.level(guestsFromSocial), d.level(guestsFromCampaigns)
	return [...]string{search, social, campaign, direct}[d.dealers.guests.deal(
		bySearch, bySocial, byCampaign, 1-bySearch-bySocial-byCampaign)]
}

func (d *day) memberSource() string {
	return [...]string{search, social, direct}[d.pick(0.06, 0.07, 0.87)]
}

// welcomeGuests lets people visit who are not signed in.
func (d *day) welcomeGuests() {
	for by, s := range [clients]subject{webGuests, iosGuests, androidGuests} {
		for range d.count(s) {
			d.guests++
			d.visit(visit{at: d.instant(), visitor: d.guests, client: client(by), source: d.guestSource()})
		}
	}
}

// signUp makes users of some visitors; they are signed in from then on.
func (d *day) signUp() {
	for by, s := range [clients]subject{webSignups, iosSignups, androidSignups} {
		for range d.count(s) {
			at := d.instant()
			user := d.join(client(by), at)
			source := campaign
			if share := d.level(campaignSignups); d.dealers.signups.deal(share, 1-share) == 1 {
				source = [...]string{search, social, direct}[d.pick(0.45, 0.20, 0.35)]
			}
			d.arrive(user, client(by), at, source)
			d.write(event{at: at + 1, action: "user_signup", user: user, visitor: deviceOf(user, client(by)), client: client(by),
				request: fmt.Sprintf("/signup?client=%s&source=%s&email=user%d%%40example.com", client(by), source, user)})
		}
	}
}

// gatherMembers lets as many users come as the day has, those who joined lately
// more often than others.
func (d *day) gatherMembers() {
	for by, s := range [clients]subject{webActive, iosActive, androidActive} {
		members := d.members[by]
		here := 0
		for _, p := range d.present {
			if p.client == client(by) {
				here++
			}
		}
		for want := d.count(s); here < want; {
			back := math.Pow(d.random.Float64(), 3)
			user := members[len(members)-1-int(back*float64(len(members)))]
			if d.lastSeen[user] == d.date {
				continue
			}
			d.arrive(user, client(by), d.instant(), d.memberSource())
			here++
		}
	}
	d.random.Shuffle(len(d.present), func(i, j int) { d.present[i], d.present[j] = d.present[j], d.present[i] })
}

// arrive notes the first visit of a signed-in user.
func (d *day) arrive(user int, by client, at int64, source string) {
	d.lastSeen[user] = d.date
	d.present = append(d.present, presence{user, by, at})
	d.visit(visit{at: at, visitor: deviceOf(user, by), user: user, client: by, source: source})
}

// visitAgain lets some users return, a few app users on the web.
func (d *day) visitAgain() {
	again := d.whole(float64(len(d.present)) * (d.level(visitsPerUser) - 1))
	for range again {
		p := d.present[d.random.IntN(len(d.present))]
		if d.random.Float64() < 0.1 {
			p.client = web
		}
		d.visit(visit{at: d.instant(), visitor: deviceOf(p.user, p.client), user: p.user, client: p.client, source: d.memberSource()})
	}
}

// deviceOf returns the visitor id by which a client knows a user.
func deviceOf(user int, by client) int { return 1_000_000 + user*int(clients) + int(by) }

type visit struct {
	at      int64
	visitor int
	user    int // or 0
	client  client
	source  string
}

// visit lets somebody look at some pages. The first one tells how he came, the last
// one whether the app crashed.
func (d *day) visit(v visit) {
	pages := 1 + int(d.random.ExpFloat64()*1.4)
	load := int(d.level(loadMillis) * math.Exp(0.4*d.random.NormFloat64()-0.08))
	crashed := v.client != web && d.random.Float64() < d.level(crashes)
	if v.user != 0 {
		d.users[v.user].on[v.client] = true
	}
	for page := range pages {
		photo := d.shownPhoto(d.dust)
		request := fmt.Sprintf("/photo/%d?client=%s&source=%s&visitor=%d&load=%d", photo, v.client, v.source, v.visitor, load)
		if crashed && page == pages-1 {
			request += "&crashed=1"
		}
		d.write(event{at: v.at, photo: photo, action: "page_view", user: v.user, visitor: v.visitor, client: v.client, request: request})
		v.at = min(v.at+2+int64(d.dust.ExpFloat64()*40), d.to-1)
		load = int(d.level(loadMillis) * 0.6 * math.Exp(0.4*d.dust.NormFloat64()-0.08))
	}
}
