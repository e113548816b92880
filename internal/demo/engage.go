package demo

import (
	"fmt"
	"math/rand/v2"
)

// engage lets the day's engaged users act. Everyone of them does something: who
// does nothing else likes a photo.
func (d *day) engage() {
	engagedUsers := d.present[:min(d.count(engaged), len(d.present))]
	acted := map[int]bool{}
	d.upload(engagedUsers, acted)
	d.favourite(d.some(engagedUsers, d.count(favouriters)), acted)
	d.follow(d.some(engagedUsers, d.count(followers)), acted)
	d.like(engagedUsers, acted)
}

// some returns n of the users, in another order each time.
func (d *day) some(users []presence, n int) []presence {
	chosen := make([]presence, 0, n)
	for _, i := range d.random.Perm(len(users))[:min(n, len(users))] {
		chosen = append(chosen, users[i])
	}
	return chosen
}

func (d *day) upload(users []presence, acted map[int]bool) {
	d.uploadBy(users, acted, d.count(webUploaders), d.count(webUploads), func(c client) bool { return c == web })
	d.uploadBy(users, acted, d.count(mobileUploaders), d.count(mobileUploads), func(c client) bool { return c != web })
}

// uploadBy lets the first uploaders of some clients upload photos.
func (d *day) uploadBy(users []presence, acted map[int]bool, uploaders, photos int, on func(client) bool) {
	var chosen []presence
	for _, p := range users {
		if on(p.client) && len(chosen) < uploaders {
			chosen = append(chosen, p)
		}
	}
	for i, n := range d.scatter(photos, len(chosen)) {
		p := chosen[i]
		acted[p.user] = true
		for range n {
			at := d.soon(p.at)
			id := d.addPhoto(p.user, at)
			d.act(p, at, "photo_upload", id, "/upload?client="+p.client.String())
			d.uploaded = append(d.uploaded, photo{id: id, user: p.user, at: at})
		}
	}
}

func (d *day) favourite(users []presence, acted map[int]bool) {
	for i, n := range d.scatter(d.count(favourites), len(users)) {
		p := users[i]
		acted[p.user] = true
		for range n {
			d.act(p, d.soon(p.at), "photo_favourite", d.shownPhoto(d.random), "/favourite?client="+p.client.String())
		}
	}
}

func (d *day) follow(users []presence, acted map[int]bool) {
	for i, n := range d.scatter(d.count(follows), len(users)) {
		p := users[i]
		acted[p.user] = true
		for range n {
			followed := 1 + d.random.IntN(len(d.users)-1)
			d.act(p, d.soon(p.at), "user_follow", 0, fmt.Sprintf("/follow?client=%s&followed=%d", p.client, followed))
		}
	}
}

// like lets those like who have not acted yet, and as many others as are wanted.
func (d *day) like(users []presence, acted map[int]bool) {
	var chosen, others []presence
	for _, p := range users {
		if acted[p.user] {
			others = append(others, p)
		} else {
			chosen = append(chosen, p)
		}
	}
	chosen = append(chosen, others[:min(len(others), max(0, d.count(likers)-len(chosen)))]...)
	d.random.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	for i, n := range d.scatter(d.count(likes), len(chosen)) {
		p := chosen[i]
		for range n {
			d.act(p, d.soon(p.at), "photo_like", d.shownPhoto(d.random), "/like?client="+p.client.String())
		}
	}
}

// act writes down what a user did to a photo, or to another user.
func (d *day) act(p presence, at int64, action string, photo int, request string) {
	d.write(event{at: at, photo: photo, action: action, user: p.user, visitor: deviceOf(p.user, p.client), client: p.client, request: request})
}

// shownPhoto returns a photo that people see, a recent one mostly.
func (c *company) shownPhoto(random *rand.Rand) int {
	return max(1, len(c.photos)-int(random.ExpFloat64()*1_500))
}
