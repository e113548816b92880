package example

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"tearsheet/calendar"
)

// world is the company: how much happens on a day, and who does it. Without its
// stories it is the company that the planners had in mind.
type world struct {
	calendar calendar.Calendar
	stories  bool
}

func newWorld(stories bool) (world, error) {
	c, err := calendar.New(Zone, time.Monday)
	return world{c, stories}, err
}

type (
	visit struct {
		at             time.Time
		visitor, user  int64 // user: 0 if not signed in
		client, source string
		pages, loadMS  int
		crashed        bool
	}
	signup struct {
		at             time.Time
		user           int64
		client, source string
	}
	action struct {
		at           time.Time
		user, object int64
		client       string
	}
	sale struct {
		at           time.Time
		buyer, photo int64
		cents        int
		refunded     bool
	}
	subscription struct {
		at         time.Time
		user       int64
		kind, plan string
		cents      int
	}
	spend struct {
		channel string
		cents   int
	}
	ticket struct {
		at         time.Time
		id         int64
		hundredths int // of an hour, to the first reply
	}
)

// dayEvents are the facts of one local day, each list in the order of time.
type dayEvents struct {
	day                                              calendar.Day
	visits                                           []visit
	signups                                          []signup
	uploads, likes, favourites, follows, submissions []action
	sales                                            []sale
	subscriptions                                    []subscription
	plus, pro                                        int
	spend                                            []spend
	tickets                                          []ticket
}

// byWeekday is how busy the days are, from Sunday.
var byWeekday = [calendar.DaysPerWeek]float64{0.90, 1.07, 1.08, 1.05, 1.03, 0.96, 0.91}

// dayMaker makes one day of the world. Each day has random numbers of its own, so
// that any day can be made alone.
type dayMaker struct {
	world
	*rand.Rand
	*dayEvents
	from  time.Time
	busy  float64 // the weekday
	weeks float64 // since First
	next  int64   // last identity given to a new thing of this day
}

func (w world) events(day calendar.Day) *dayEvents {
	from, _ := w.calendar.Bounds(day)
	m := &dayMaker{world: w, Rand: rand.New(rand.NewPCG(2026, uint64(day))), dayEvents: &dayEvents{day: day},
		from: from, busy: byWeekday[day.Weekday()], weeks: float64(day.Sub(First)) / calendar.DaysPerWeek,
		next: int64(day) * 100_000}
	m.comeAndGo()
	m.signUp()
	m.trade()
	m.subscribe()
	m.promote()
	m.sortByTime()
	return m.dayEvents
}

// grown returns a daily number that grows by a share a week, with the weekday and
// some noise.
func (m *dayMaker) grown(size, perWeek, noise float64) int {
	return int(math.Round(size * math.Pow(1+perWeek, m.weeks) * m.busy * (1 + noise*m.NormFloat64())))
}

// since returns 0 before a week of the history, then rises to 1 within so many weeks;
// always 0 in a world without stories.
func (m *dayMaker) since(week, within float64) float64 {
	if !m.stories {
		return 0
	}
	return min(1, max(0, (m.weeks-week)/within))
}

// when draws an instant of the day, more often in its evening than at night. It
// counts real seconds from the day's first instant, so the hour that a clock change
// takes or repeats is drawn from as any other.
func (m *dayMaker) when() time.Time {
	_, to := m.calendar.Bounds(m.day)
	share := math.Pow((m.Float64()+m.Float64()+m.Float64())/3, 0.8)
	return m.from.Add(time.Duration(share * float64(to.Sub(m.from)-time.Second))).Truncate(time.Second)
}

func (m *dayMaker) fresh() int64 { m.next++; return m.next }

// home is the client that a user prefers: every user has one.
func home(user int64) string {
	switch h := user * 2_654_435_761 % 100; {
	case h < 58:
		return "web"
	case h < 82:
		return "ios"
	}
	return "android"
}

var sources = []struct {
	name  string
	share float64
}{{"search", 0.34}, {"social", 0.17}, {"campaign", 0.09}, {"referral", 0.12}, {"direct", 0.28}}

func (m *dayMaker) source() string {
	draw := m.Float64()
	for _, s := range sources {
		share := s.share
		if s.name == "social" { // a network changed what it shows
			share *= 1 - 0.18*m.since(20, 4)
		}
		if draw < share {
			return s.name
		}
		draw -= share
	}
	return "direct"
}

// comeAndGo makes visits, and what signed-in users do on them.
func (m *dayMaker) comeAndGo() {
	members := 6_500 + int(m.weeks*45)
	active := map[int64]bool{}
	for want := m.grown(1_230, 0.006, 0.012); len(active) < want; {
		active[1+int64(float64(members)*math.Pow(m.Float64(), 2.2))] = true
	}
	users := make([]int64, 0, len(active))
	for user := range active {
		users = append(users, user)
	}
	slices.Sort(users)
	for _, user := range users {
		client := home(user)
		for range 1 + m.IntN(2)*m.IntN(2) {
			m.visit(user+1_000_000, user, client)
		}
		if m.Float64() < 0.07 { // and by another way
			m.visit(user+2_000_000, user, "web")
		}
		m.act(user, client)
	}
	for range m.grown(980, 0.004, 0.015) {
		client := "web"
		if m.Float64() < 0.12 {
			client = "ios"
		}
		m.visit(m.fresh(), 0, client)
	}
}

func (m *dayMaker) visit(visitor, user int64, client string) {
	load := 1_750 * math.Exp(0.35*m.NormFloat64()) * (1 - 0.07*m.since(15, 8))
	m.visits = append(m.visits, visit{at: m.when(), visitor: visitor, user: user, client: client, source: m.source(),
		pages: 1 + m.IntN(9), loadMS: int(load), crashed: client != "web" && m.Float64() < 0.006+0.003*m.since(23, 1)})
}

// act lets a user upload, like, favourite and follow: few do much.
func (m *dayMaker) act(user int64, client string) {
	do := func(share, mean float64) []action {
		if m.Float64() >= share {
			return nil
		}
		list := make([]action, 1+int(m.ExpFloat64()*(mean-0.5)))
		for i := range list {
			list[i] = action{m.when(), user, 1 + m.Int64N(400_000), client}
		}
		return list
	}
	m.uploads = append(m.uploads, do(0.115*(1-0.01*m.since(18, 6)), 3.4)...)
	m.likes = append(m.likes, do(0.30, 4.1)...)
	m.favourites = append(m.favourites, do(0.11, 2.2)...)
	m.follows = append(m.follows, do(0.095*(1-0.035*m.since(20, 4)), 1.9)...)
}

func (m *dayMaker) signUp() {
	sign := func(client string, count int) {
		for range count {
			m.signups = append(m.signups, signup{m.when(), m.fresh(), client, m.source()})
		}
	}
	// A release of the third week of October broke the web form for some browsers.
	sign("web", int(float64(m.grown(88, 0.007, 0.03))*(1-0.27*m.since(22, 0.8))))
	sign("ios", m.grown(41, 0.008, 0.04))
	sign("android", int(float64(m.grown(33, 0.007, 0.04))*(1-0.065*m.since(17, 5))))
}

// trade makes what happens in the marketplace, where a new catalogue sells well.
func (m *dayMaker) trade() {
	better := 1 + 0.13*m.since(19, 5)
	for range int(float64(m.grown(112, 0.006, 0.04)) * (1 + 0.08*m.since(19, 5))) {
		m.submissions = append(m.submissions, action{at: m.when(), user: 1 + m.Int64N(6_500), object: 1 + m.Int64N(400_000)})
	}
	for range int(float64(m.grown(64, 0.007, 0.05)) * better) {
		price := []int{900, 1_900, 3_900, 7_900}[min(3, int(m.ExpFloat64()*1.1))]
		m.sales = append(m.sales, sale{at: m.when(), buyer: 1 + m.Int64N(2_400), photo: 1 + m.Int64N(400_000),
			cents: price + 50*m.IntN(3), refunded: m.Float64() < 0.024})
	}
}

func (m *dayMaker) subscribe() {
	event := func(kind string, count int) {
		for range count {
			plan, cents := "plus", 499
			if m.Float64() < 0.35 {
				plan, cents = "pro", 999
			}
			if kind == "churn" {
				cents = 0
			}
			m.subscriptions = append(m.subscriptions, subscription{m.when(), 1 + m.Int64N(6_500), kind, plan, cents})
		}
	}
	event("new", m.grown(17, 0.006, 0.06))
	event("renewal", m.grown(72, 0.005, 0.04))
	event("reactivation", m.grown(3, 0.004, 0.2))
	event("churn", int(float64(m.grown(11.4, 0.006, 0.06))*(1+0.13*m.since(20, 4))))
	level := 2_140 + 30.5*m.weeks - 3*m.weeks*m.since(20, 6)
	m.plus, m.pro = int(level*0.65), int(level*0.35)
}

func (m *dayMaker) promote() {
	for _, c := range []struct {
		channel string
		share   float64
	}{{"search ads", 0.55}, {"social ads", 0.33}, {"newsletters", 0.12}} {
		amount := 41_000 * c.share * math.Pow(1.005, m.weeks) * (1 + 0.02*m.NormFloat64()) * (1 + 0.13*m.since(21, 4))
		m.spend = append(m.spend, spend{c.channel, int(amount)})
	}
	for range m.grown(46, 0.004, 0.08) {
		hours := 5.2 * math.Exp(0.25*m.NormFloat64()) * (1 + 0.04*m.since(20, 5))
		m.tickets = append(m.tickets, ticket{m.when(), m.fresh(), int(hours * 100)})
	}
}

func (m *dayMaker) sortByTime() {
	byTime := func(a, b action) int { return cmp.Compare(a.at.Unix(), b.at.Unix()) }
	for _, list := range [][]action{m.uploads, m.likes, m.favourites, m.follows, m.submissions} {
		slices.SortStableFunc(list, byTime)
	}
	slices.SortStableFunc(m.visits, func(a, b visit) int { return a.at.Compare(b.at) })
	slices.SortStableFunc(m.signups, func(a, b signup) int { return a.at.Compare(b.at) })
	slices.SortStableFunc(m.sales, func(a, b sale) int { return a.at.Compare(b.at) })
	slices.SortStableFunc(m.subscriptions, func(a, b subscription) int { return a.at.Compare(b.at) })
	slices.SortStableFunc(m.tickets, func(a, b ticket) int { return a.at.Compare(b.at) })
}
