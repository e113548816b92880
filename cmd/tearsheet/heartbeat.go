package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// beat is what the heartbeat file says: that somebody serves, and what was done last.
type beat struct {
	At      time.Time `json:"at,omitzero"`         // of the last look at the clock by who serves
	Process int       `json:"process,omitempty"`   // which that is
	Job     string    `json:"last_done,omitempty"` // the slot that was done last
	Done    time.Time `json:"last_done_at,omitzero"`
}

// write puts the beat into its file, whole.
func (b beat) write(path string) error {
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	_, err = writeFiles(filepath.Dir(path), []output{{filepath.Base(path), append(text, '\n')}})
	return err
}

// readBeat returns the last beat, or false if there never was one.
func readBeat(path string) (beat, bool, error) {
	var b beat
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return b, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err != nil {
		return b, false, fmt.Errorf("heartbeat: %w", err)
	}
	return b, true, nil
}

// pulse writes the heartbeat file; a slot may end while a beat is written.
type pulse struct {
	file  string
	mutex sync.Mutex
}

// write changes what the file says.
func (p *pulse) write(change func(*beat)) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	last, _, _ := readBeat(p.file) // one that cannot be read is written anew
	change(&last)
	return last.write(p.file)
}

// pingTakes is how long the address of a heartbeat may take to answer.
const pingTakes = 10 * time.Second

// ping tells whoever watches that a slot was done. The address may hold a key, so that
// no error repeats it.
func ping(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, pingTakes)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.New("heartbeat: url: is no address")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		var said *url.Error
		if errors.As(err, &said) { // which begins with the address
			err = said.Err
		}
		return fmt.Errorf("heartbeat: %s: %w", request.URL.Hostname(), err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("heartbeat: %s answers %s", request.URL.Hostname(), answer.Status)
	}
	return nil
}
