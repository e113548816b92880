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
	db, err := s.lockDB(lock, "exclusive")
	if err != nil {
		return nil, nil, err
	}
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		if isBusy(err) {
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

// lockDB opens the file of a lock. Who only looks at it holds it for a moment, which is
// waited for.
func (s *Store) lockDB(lock workflow.Lock, how string) (*sql.DB, error) {
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(s.place + "." + string(lock) + ".lock"), RawQuery: url.Values{
		"_pragma": {"busy_timeout(200)"}, "_txlock": {how},
	}.Encode()}).String())
}

func isBusy(err error) bool {
	const busy = 5
	var found *sqlite.Error
	return errors.As(err, &found) && found.Code()&0xff == busy
}

// lockKey is the key of a lock on a server.
const lockKey = `hashtext('tearsheet schedule in ' || current_schema()), hashtext($1)`

// lockServer holds an advisory lock on a connection of its own, and looks after it.
func (s *Store) lockServer(ctx context.Context, lock workflow.Lock) (context.Context, func() error, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	// A server drops a machine that is turned off within half a minute, not in two hours.
	_, err = conn.ExecContext(ctx, `set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3`)
	if err != nil {
		return nil, nil, errors.Join(err, drop(conn))
	}
	var ours bool
	err = conn.QueryRowContext(ctx, `select pg_try_advisory_lock(`+lockKey+`)`, string(lock)).Scan(&ours)
	if err == nil && !ours {
		err = s.holder(ctx, lock)
	}
	if err != nil {
		return nil, nil, errors.Join(err, drop(conn))
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

// unlock gives a lock back and ends the connection, which does the same a little later.
func unlock(ctx context.Context, conn *sql.Conn, lock workflow.Lock) error {
	ctx, cancel := context.WithTimeout(ctx, lockChecks)
	defer cancel()
	// If this goes wrong the lock is gone with the connection.
	_, _ = conn.ExecContext(ctx, `select pg_advisory_unlock(`+lockKey+`)`, string(lock))
	return drop(conn)
}

// drop ends a connection, which has settings of its own, and keeps it out of the pool.
func drop(conn *sql.Conn) error {
	err := conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return nil
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

// Holder returns who has a lock, or nil if nobody has it.
func (s *Store) Holder(ctx context.Context, lock workflow.Lock) (*workflow.Holder, error) {
	look := s.lockedFile
	if s.postgres {
		look = s.lockedServer
	}
	locked, err := look(ctx, lock)
	if err != nil {
		return nil, fmt.Errorf("store %s: lock: %w", Redact(s.place), redacted(explain(err), s.place))
	}
	if !locked {
		return nil, nil
	}
	var holder *workflow.Holder
	if err := s.holder(ctx, lock); !errors.As(err, &holder) {
		return nil, err
	}
	return holder, nil
}

func (s *Store) lockedFile(ctx context.Context, lock workflow.Lock) (bool, error) {
	if _, err := os.Stat(s.place + "." + string(lock) + ".lock"); errors.Is(err, os.ErrNotExist) {
		return false, nil // nobody has ever had it
	}
	db, err := s.lockDB(lock, "deferred")
	if err != nil {
		return false, err
	}
	var n int
	err = db.QueryRowContext(ctx, `select count(*) from sqlite_master`).Scan(&n)
	if isBusy(err) {
		return true, db.Close()
	}
	return false, errors.Join(err, db.Close())
}

func (s *Store) lockedServer(ctx context.Context, lock workflow.Lock) (locked bool, err error) {
	err = s.db.QueryRowContext(ctx, `select exists (select 1 from pg_locks where locktype = 'advisory' and granted
		and database = (select oid from pg_database where datname = current_database())
		and (classid::bigint, objid::bigint) = (hashtext('tearsheet schedule in ' || current_schema())::bigint & 4294967295, hashtext($1)::bigint & 4294967295))`,
		string(lock)).Scan(&locked)
	return locked, err
}
