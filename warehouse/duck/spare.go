package duck

import (
	"context"
	"database/sql"
	"sync"
)

// spare keeps the engine from having threads of its own while batches are appended.
// Appenders come side by side and keep the processors busy; a thread of the engine would
// take over a part of an appender's work, while the appender itself waits for it in a
// busy loop: a tenth of the time of a load of logs. What is computed meanwhile has one
// thread. The zero spare has nobody appending.
type spare struct {
	mutex     sync.Mutex
	appending int
}

// threads sends the engine's own threads away until release, of the last one who asked.
func (s *spare) threads(ctx context.Context, db *sql.DB) (release func() error, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.appending == 0 {
		if _, err := db.ExecContext(ctx, "set global threads = 1"); err != nil {
			return nil, err
		}
	}
	s.appending++
	return func() error { return s.release(context.WithoutCancel(ctx), db) }, nil
}

func (s *spare) release(ctx context.Context, db *sql.DB) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.appending--; s.appending > 0 {
		return nil
	}
	_, err := db.ExecContext(ctx, "reset global threads")
	return err
}
