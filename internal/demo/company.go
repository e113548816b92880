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
	histories [subjects][]float64
	members   [clients][]int // users by the client that they joined with, oldest first
	lastSeen  map[int]calendar.Day
	users     int // the last id given
	guests    int
	photos    int
	tickets   int
	accepted  []int // photos in the marketplace
	paying    map[string][]int
	dealers   dealers
}

// dealers hand out what comes in fixed proportions.
type dealers struct {
	signups, guests, licences, purchases, renewals, refunds dealer
}

func newCompany() *company {
	c := &company{
		random:   rand.New(rand.NewPCG(seed, 0)),
		lastSeen: map[int]calendar.Day{},
		guests:   5_000_000,
		photos:   300_000,
		tickets:  40_000,
	}
	for s, t := range trends() {
		c.histories[s] = t.history(rand.New(rand.NewPCG(seed, uint64(s)+1)))
	}
	for range 15_800 { // those who had joined before
		c.join(client(c.pick(0.57, 0.27, 0.16)))
	}
	for photo := c.photos - 2_000; photo < c.photos; photo++ {
		c.accepted = append(c.accepted, photo)
	}
	c.paying = map[string][]int{"plus": c.sample(1_700), "pro": c.sample(700)}
	return c
}

// join gives a new user an id.
func (c *company) join(by client) int {
	c.users++
	c.members[by] = append(c.members[by], c.users)
	return c.users
}

// sample returns n users, any.
func (c *company) sample(n int) []int {
	users := c.random.Perm(c.users)[:n]
	for i := range users {
		users[i]++
	}
	return users
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
