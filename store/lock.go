package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"modernc.org/sqlite"

	"tearsheet/workflow"
)

// lockChecks is how often it is looked whether a lock is still ours: that of a server
// goes with the connection.
const lockChecks = 5 * time.Second

// Lock gives a lock to this process alone, as workflow.Ledger says. Beside a file the lock
// is a file of its own, which may stay there; on a server it is one of the database and
// the schema.
func (s *Store) Lock(ctx context.Context, lock workflow.Lock) (context.Context, func() error, error) {
	take := s.lockFile
	if s.postgres {
		take = s.lockServer
	}
	held, release, err := take(ctx, lock)
	if err != nil {
		if !errors.Is(err, workflow.ErrHeld) {
			err = fmt.Errorf("store %s: lock: %w", Redact(s.place), redacted(explain(err), s.place))
		}
		return nil, nil, err
	}
	if err := s.sign(ctx, lock); err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return held, release, nil
}

// lockFile holds an exclusive transaction in a file beside the store.
func (s *Store) lockFile(ctx context.Context, lock workflow.Lock) (context.Context, func() error, error) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(s.place + "." + string(lock) + ".lock"), RawQuery: url.Values{
		"_pragma": {"busy_timeout(0)"}, "_txlock": {"exclusive"},
	}.Encode()}).String())
	if err != nil {
		return nil, nil, err
	}
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		var found *sqlite.Error
		if errors.As(err, &found) && found.Code()&0xff == sqliteBusy {
			err = s.holder(ctx, lock)
		}
		return nil, nil, errors.Join(err, db.Close())
	}
	held, end := context.WithCancel(ctx)
	return held, func() error {
		end()
		return errors.Join(tx.Rollback(), db.Close())
	}, nil
}

const sqliteBusy = 5

// lockKey is the key of a lock on a server.
const lockKey = `hashtext('tearsheet schedule in ' || current_schema()), hashtext($1)`

// lockServer holds an advisory lock on a connection of its own, and looks after it.
func (s *Store) lockServer(ctx context.Context, lock workflow.Lock) (context.Context, func() error, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	var ours bool
	err = conn.QueryRowContext(ctx, `select pg_try_advisory_lock(`+lockKey+`)`, string(lock)).Scan(&ours)
	if err == nil && !ours {
		err = s.holder(ctx, lock)
	}
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	held, end := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		defer end()
		watch(held, conn)
	}()
	return held, func() error {
		end()
		<-watched
		return unlock(context.WithoutCancel(ctx), conn, lock)
	}, nil
}

// unlock gives a lock back, or ends the connection, which does the same.
func unlock(ctx context.Context, conn *sql.Conn, lock workflow.Lock) error {
	ctx, cancel := context.WithTimeout(ctx, lockChecks)
	defer cancel()
	if _, err := conn.ExecContext(ctx, `select pg_advisory_unlock(`+lockKey+`)`, string(lock)); err == nil {
		return conn.Close()
	}
	err := conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return nil // it is gone
	}
	return err
}

// watch returns when ctx ends or the connection does not answer.
func watch(ctx context.Context, conn *sql.Conn) {
	tick := time.NewTicker(lockChecks)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			answer, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockChecks)
			_, err := conn.ExecContext(answer, `select 1`)
			cancel()
			if err != nil {
				return
			}
		}
	}
}

// sign keeps who has a lock, for those who do not get it.
func (s *Store) sign(ctx context.Context, lock workflow.Lock) error {
	host, err := os.Hostname()
	if err != nil {
		host = "a machine without a name"
	}
	var now string // by the clock of the store, since that of the program is not ours
	clock := `select strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`
	if s.postgres {
		clock = `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
	}
	if err := s.db.QueryRowContext(ctx, clock).Scan(&now); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	_, err = s.changed(ctx, `insert into schedule_lock (name, host, pid, since) values (?, ?, ?, ?)
		on conflict (name) do update set host = excluded.host, pid = excluded.pid, since = excluded.since`,
		string(lock), host, os.Getpid(), now)
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	return nil
}

// holder returns who has a lock, as an error.
func (s *Store) holder(ctx context.Context, lock workflow.Lock) error {
	holder := new(workflow.Holder)
	var since string
	err := s.db.QueryRowContext(ctx, s.bind(`select host, pid, since from schedule_lock where name = ?`), string(lock)).
		Scan(&holder.Host, &holder.PID, &since)
	if errors.Is(err, sql.ErrNoRows) {
		return holder // it is just signing
	}
	if err != nil {
		return err
	}
	holder.Since, err = time.Parse(time.RFC3339, since)
	return errors.Join(err, holder)
}
