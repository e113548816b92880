package google

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Google allows so many reads, and so many writes, to a user within a minute. The minute
// is a second longer here, since a call arrives later than it was begun.
const (
	callsAMinute = 60
	minute       = 61 * time.Second
)

// The waits after a fault. Quotas are filled up each minute, so that a wait beyond 70 s
// means something else than a quota of calls.
const (
	firstWait   = time.Second
	longestWait = 64 * time.Second
	longestAsk  = 70 * time.Second
	allWaits    = 5 * time.Minute
	mostTries   = 12
)

// wait is how long Google asks to wait; known is false if it does not say.
type wait struct {
	time  time.Duration
	known bool
}

// gate lets as many calls pass in a minute as Google allows.
type gate struct {
	what string
	mu   sync.Mutex
	at   []time.Time // of the calls within the last minute, in order
}

// pass waits until a call may begin.
func (c *Client) pass(ctx context.Context, g *gate) error {
	for {
		left := g.take(c.clock())
		if left <= 0 {
			return ctx.Err()
		}
		c.say(fmt.Sprintf("Google allows %d %s a minute: going on in %s", callsAMinute, g.what, say(left)))
		if err := c.sleep(ctx, left); err != nil {
			return err
		}
	}
}

// take books a call, or says how long it must wait.
func (g *gate) take(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.at); n > 0 && now.Before(g.at[n-1]) {
		for i := range g.at { // the clock was set back: all were just now, at worst
			g.at[i] = now
		}
	}
	for len(g.at) > 0 && now.Sub(g.at[0]) >= minute {
		g.at = g.at[1:]
	}
	if len(g.at) >= callsAMinute {
		return g.at[0].Add(minute).Sub(now)
	}
	g.at = append(g.at, now)
	return 0
}

// patience is how long one job may wait for Google, over all of its calls.
type patience struct {
	tries int
	spent time.Duration
}

// after waits after a fault that is worth another try. It reports false when there is no
// more patience, or Google asks for more than we have.
func (c *Client) after(ctx context.Context, p *patience, e *Error) (bool, error) {
	ceiling := longestWait
	if p.tries < 6 {
		ceiling = firstWait << p.tries
	}
	left := time.Duration(c.rand() * float64(ceiling))
	if e.after.known {
		left = e.after.time + time.Duration(c.rand()*float64(time.Second))
	}
	if left > longestAsk || p.spent+left > allWaits || p.tries >= mostTries {
		return false, nil
	}
	p.tries++
	p.spent += left
	why := e.Says
	if e.Kind == Quota {
		why = "Google asks to wait"
	}
	c.say(why + ": going on in " + say(left))
	return true, c.sleep(ctx, left)
}

// asked returns the wait that an answer asks for.
func (c *Client) asked(h http.Header) wait {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 && seconds < 1<<20 {
		return wait{time.Duration(seconds) * time.Second, true}
	}
	if at, err := http.ParseTime(text); err == nil {
		return wait{max(0, at.Sub(c.clock())), true}
	}
	return wait{}
}

// say is a duration as people read it.
func say(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%d s", (d+time.Second-1)/time.Second)
}

// slept waits by a timer.
func slept(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
