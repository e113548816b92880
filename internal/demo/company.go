package demo

import (
	"math/rand/v2"

	"tearsheet/calendar"
)

// seed makes this company and no other.
const seed = 20261117

// client is where somebody uses the product.
type client int

const (
	web client = iota
	ios
	android
	clients
)

func (c client) String() string { return [...]string{"web", "ios", "android"}[c] }

// company is what is remembered from day to day.
type company struct {
	random    *rand.Rand
	dust      *rand.Rand // for what no number depends on: milliseconds, photos looked at
	histories [subjects][]float64
	members   [clients][]int // users by the client that they joined with, oldest first
	lastSeen  map[int]calendar.Day
	users     []account // by id, from 1
	guests    int
	accepted  []int // photos in the marketplace
	production
	subscribers
	dealers dealers
}

// account is a user as production knows him.
type account struct {
	created int64
	on      [clients]bool // where he was ever signed in
	seller  bool
}

// Before the history: users and photos of those days are known to production alone.
const (
	earlierUsers  = 15_800
	earlierPhotos = 12_000
)

// dealers hand out what comes in fixed proportions.
type dealers struct {
	signups, guests, licences, purchases, refunds dealer
}

func newCompany() *company {
	c := &company{
		random:   rand.New(rand.NewPCG(seed, 0)),
		dust:     rand.New(rand.NewPCG(seed, 1<<32)),
		lastSeen: map[int]calendar.Day{},
		users:    make([]account, 1),
		guests:   5_000_000,
	}
	for s, t := range trends() {
		c.histories[s] = t.history(rand.New(rand.NewPCG(seed, uint64(s)+1)))
	}
	const founded = 4 * 365 // days before the history
	began := First().Add(-founded).Time().Unix()
	step := int64(founded) * 24 * 60 * 60 / earlierUsers
	for i := range int64(earlierUsers) {
		c.join(client(c.pick(0.57, 0.27, 0.16)), began+i*step+c.dust.Int64N(step))
	}
	for i := range int64(earlierPhotos) {
		c.addPhoto(1+c.dust.IntN(earlierUsers), began+i*step)
	}
	for id := earlierPhotos - 2_000; id < earlierPhotos; id++ {
		c.accept(id)
	}
	c.takeOver()
	return c
}

// join gives a new user an id.
func (c *company) join(by client, at int64) int {
	user := len(c.users)
	c.users = append(c.users, account{created: at})
	c.users[user].on[by] = true
	c.members[by] = append(c.members[by], user)
	return user
}

// accept takes a photo into the marketplace.
func (c *company) accept(photo int) {
	c.accepted = append(c.accepted, photo)
	c.photos[photo-1].licensed = true
	c.users[c.photos[photo-1].user].seller = true
}

// pick returns an index by weights that add up to 1.
func (c *company) pick(weights ...float64) int {
	at := c.random.Float64()
	for i, weight := range weights {
		if at -= weight; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// whole rounds x up or down by chance, so that the mean stays.
func (c *company) whole(x float64) int { return int(x + c.random.Float64()) }

// scatter puts n things into bins, at least one into each, some bins drawing more
// of the rest than others.
func (c *company) scatter(n, bins int) []int {
	if bins == 0 {
		return nil
	}
	counts := make([]int, bins)
	for i := range counts {
		counts[i] = 1
	}
	for range n - bins {
		skewed := c.random.Float64()
		counts[int(float64(bins)*skewed*skewed)]++
	}
	return counts
}

// dealer hands out indices by weights, as evenly as whole numbers allow.
type dealer struct{ owed []float64 }

func (d *dealer) deal(weights ...float64) int {
	if d.owed == nil {
		d.owed = make([]float64, len(weights))
	}
	best := 0
	for i, weight := range weights {
		d.owed[i] += weight
		if d.owed[i] > d.owed[best] {
			best = i
		}
	}
	d.owed[best]--
	return best
}
