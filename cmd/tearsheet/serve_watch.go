package main

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"time"
)

// watch tells when tearsheet.yaml has another schedule than the one that is served.
type watch struct {
	*app
	served *project
	seen   time.Time // when the file was changed that was looked at last
}

func (a *app) newWatch(p *project) *watch {
	w := &watch{app: a, served: p}
	w.seen, _ = w.touched()
	return w
}

func (w *watch) touched() (time.Time, bool) {
	info, err := os.Stat(filepath.Join(w.dir, configName))
	if err != nil {
		return time.Time{}, false
	}
	return info.ModTime(), true
}

// changed reports whether the file has another schedule. One with faults is none: they are
// said, once, and the schedule that is served stays.
func (w *watch) changed(ctx context.Context) bool {
	at, ok := w.touched()
	if !ok || at.Equal(w.seen) {
		return false
	}
	w.seen = at
	p, err := openProject(ctx, w.dir, w.plans)
	if err != nil {
		w.log(w.served, "%s was changed and has faults; the schedule stays as it was:\n%s", configName, err)
		return false
	}
	return len(p.config.slots) > 0 && (!reflect.DeepEqual(p.config.slots, w.served.config.slots) || p.config.heartbeat != w.served.config.heartbeat ||
		p.config.store != w.served.config.store)
}
