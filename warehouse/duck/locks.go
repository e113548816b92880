package duck

import (
	"context"
	"sync"

	"tearsheet/warehouse"
)

// locks keeps loads of the same thing apart: DuckDB does not let the second one wait
// for the first, it aborts one of them, or takes both. Of different things, 1,900 loads
// on four connections did not meet once in the ledger. The zero locks holds nothing.
type locks struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when the name is free again
}

// fileNames returns the names under which the files of a table are held.
func fileNames(table warehouse.Table, paths ...string) []string {
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = table.Name + "\x00" + path
	}
	return names
}

// hold waits until all names are free and takes them at once, so that no two wait for
// each other.
func (l *locks) hold(ctx context.Context, names ...string) (release func(), err error) {
	if len(names) == 0 {
		return func() {}, nil
	}
	for {
		busy := l.take(names)
		if busy == nil {
			return func() { l.free(names) }, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-busy:
		}
	}
}

// take takes all names, or returns what ends when one that is held is free.
func (l *locks) take(names []string) (busy <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range names {
		if busy, ok := l.held[name]; ok {
			return busy
		}
	}
	if l.held == nil {
		l.held = map[string]chan struct{}{}
	}
	free := make(chan struct{})
	for _, name := range names {
		l.held[name] = free
	}
	return nil
}

func (l *locks) free(names []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.held[names[0]])
	for _, name := range names {
		delete(l.held, name)
	}
}
