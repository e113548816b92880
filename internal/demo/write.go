package demo

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// writers write the logs of hours, several at once.
type writers struct {
	dir     string
	hours   chan hour
	cancel  func() // stops who fills hours
	damaged map[string]func(string) string
	running sync.WaitGroup
	once    sync.Once
	err     error
}

const writersAtOnce = 2

func startWriters(dir string, cancel func()) *writers {
	w := &writers{dir: dir, hours: make(chan hour, 64), cancel: cancel, damaged: damagedHours()}
	for h := range hosts {
		if err := os.MkdirAll(filepath.Join(dir, "logs", h.String()), 0o755); err != nil {
			w.fail(err)
		}
	}
	for range writersAtOnce {
		w.running.Go(func() {
			z := newZipper()
			for h := range w.hours {
				if err := w.write(z, h); err != nil {
					w.fail(err)
				}
			}
		})
	}
	return w
}

// fail keeps the first error. Hours are taken until there are no more, so that nobody
// waits.
func (w *writers) fail(err error) {
	w.once.Do(func() { w.err = err })
	w.cancel()
}

// finish waits until all is written and returns the first error.
func (w *writers) finish() error {
	close(w.hours)
	w.running.Wait()
	return w.err
}

// write writes the file of an hour as the first delivery has it.
func (w *writers) write(z *gzip.Writer, h hour) error {
	if h.silent() || h.late() {
		return nil
	}
	h.damage(w.damaged)
	var file bytes.Buffer
	if err := h.zip(z, &file); err != nil {
		return err
	}
	text, at := file.Bytes(), h.from.Add(time.Hour+time.Minute)
	if h.cut() {
		text = text[:len(text)*3/5]
	}
	if h.twice() {
		if err := writeNew(filepath.Join(w.dir, filepath.FromSlash(twiceName())), text, at.Add(time.Hour)); err != nil {
			return err
		}
	}
	return writeNew(filepath.Join(w.dir, filepath.FromSlash(h.name())), text, at)
}

// writeNew writes a file that must not be there yet. It bears the time at which it
// would have come.
func writeNew(path string, text []byte, at time.Time) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := file.Write(text); err != nil {
		_ = file.Close() // the write's error says more
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Chtimes(path, at, at)
}

// put makes a file have a text, at once, unless it has it.
func put(path string, text []byte, at time.Time) error {
	have, err := os.ReadFile(path)
	if err == nil && bytes.Equal(have, text) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	aside := path + ".part"
	if err := os.Remove(aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeNew(aside, text, at); err != nil {
		return err
	}
	return os.Rename(aside, path)
}
