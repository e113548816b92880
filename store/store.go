// Package store keeps what Tearsheet itself knows and printed: daily values, editions,
// and the mail that is to be sent. It lies apart from the warehouse, in an embedded
// SQLite file or in PostgreSQL, so that everything after the pipeline reads the warehouse
// and never writes to it. What a value or an edition means is left to others.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"
)

// Store is an open store. Several processes may use one at the same time.
type Store struct {
	db       *sql.DB
	postgres bool
	place    string
}

// schemaVersion is the version of the tables below. A store of a later version is
// refused; there is none earlier.
const schemaVersion = 1

var schema = []string{
	`create table if not exists tearsheet_schema (version bigint not null primary key)`,
	`create table if not exists daily_value (
		computation text not null, day text not null, value text not null, version text not null,
		primary key (computation, day))`,
	`create table if not exists statement (
		computation text not null primary key, text text not null, first_day text not null, last_day text not null)`,
	`create table if not exists edition (
		number bigint not null primary key, fingerprint text not null unique, week text not null,
		as_of text not null, issued_at text not null, document text not null)`,
	`create table if not exists edition_file (
		edition bigint not null references edition, name text not null, content %s not null,
		primary key (edition, name))`,
	`create table if not exists printed_cell (
		metric text not null, week text not null, edition bigint not null references edition,
		actual text not null, plan text not null,
		actual_text text not null, plan_text text not null, have bigint not null, expected bigint not null, figure text not null, loads text not null,
		primary key (metric, week, edition))`,
	`create table if not exists schedule_job (name text not null primary key, begun text not null)`,
	`create table if not exists schedule_slot (
		job text not null, slot text not null, due text not null, state text not null,
		started text not null, ended text not null, again text not null, late bigint not null,
		missed bigint not null, attempts bigint not null, let_by text not null, error text not null,
		primary key (job, slot))`,
	`create index if not exists schedule_slot_due on schedule_slot (job, due)`,
	`create table if not exists schedule_lock (
		name text not null primary key, host text not null, pid bigint not null, since text not null)`,
	`create table if not exists letter_content (hash text not null primary key, content %s not null)`,
	`create table if not exists letter (
		id text not null primary key, content text not null references letter_content, about text not null, recipient text not null,
		subject text not null, put_at text not null, place bigint not null, state text not null, holder text not null,
		tries bigint not null, first_try text not null, next_try text not null, text text not null)`,
}

// Open opens the store at place, a file path or a postgres:// URL, and makes its
// tables if there are none. Folders above the file are made too. An error names
// the place without its password; of a file that is something else it is ErrNoStore.
func Open(ctx context.Context, place string) (*Store, error) {
	s := &Store{place: place, postgres: strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")}
	if err := s.open(ctx, place); err != nil {
		return nil, fmt.Errorf("store %s: %w", Redact(place), redacted(explain(err), place))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, place string) (err error) {
	if s.postgres {
		s.db, err = sql.Open("pgx", place)
	} else {
		if err = os.MkdirAll(filepath.Dir(place), 0o750); err != nil {
			return err
		}
		s.db, err = sql.Open("sqlite", sqliteURL(place))
	}
	if err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return errors.Join(err, s.db.Close())
	}
	return nil
}

// sqliteURL waits for other writers, commits durably and takes the write lock at
// the start of a transaction, where waiting cannot deadlock.
func sqliteURL(path string) string {
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: url.Values{
		"_pragma": {"busy_timeout(20000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(on)"},
		"_txlock": {"immediate"},
	}.Encode()}).String()
}

func (s *Store) migrate(ctx context.Context) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if s.postgres {
			if _, err := tx.ExecContext(ctx, `select pg_advisory_xact_lock(hashtext('tearsheet store'))`); err != nil {
				return err
			}
		}
		for _, statement := range schema {
			bytes := "blob"
			if s.postgres {
				bytes = "bytea"
			}
			if _, err := tx.ExecContext(ctx, strings.Replace(statement, "%s", bytes, 1)); err != nil {
				return err
			}
		}
		var version sql.NullInt64
		if err := tx.QueryRowContext(ctx, `select max(version) from tearsheet_schema`).Scan(&version); err != nil {
			return err
		}
		if version.Int64 > schemaVersion {
			return fmt.Errorf("written by a later Tearsheet (schema %d; this one knows %d): use that one, or another store", version.Int64, schemaVersion)
		}
		if version.Valid {
			return nil
		}
		_, err := tx.ExecContext(ctx, s.bind(`insert into tearsheet_schema values (?)`), schemaVersion)
		return err
	})
}

// Close closes the store.
func (s *Store) Close() error { return s.db.Close() }

// change runs f in one transaction: all of it or nothing.
func (s *Store) change(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		if undone := tx.Rollback(); !errors.Is(undone, sql.ErrTxDone) { // an ended ctx rolls back by itself
			err = errors.Join(err, undone)
		}
		return err
	}
	return tx.Commit()
}

// bind writes the placeholders ? as the driver wants them.
func (s *Store) bind(query string) string {
	if !s.postgres {
		return query
	}
	var b strings.Builder
	n := 0
	for _, r := range query {
		if r == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Redact returns place without what could be secret: of a URL the password and
// the query, of a path nothing.
func Redact(place string) string {
	if !strings.Contains(place, "://") {
		return place
	}
	u, err := url.Parse(place)
	if err != nil {
		return "(a URL that cannot be read)"
	}
	u.RawQuery = ""
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	return u.String()
}

// redacted keeps a driver's error from repeating the URL with its password.
func redacted(err error, place string) error {
	if !strings.Contains(place, "://") {
		return err
	}
	u, parseErr := url.Parse(place)
	if parseErr != nil {
		return errors.New("the URL cannot be read")
	}
	if password, ok := u.User.Password(); ok && password != "" && strings.Contains(err.Error(), password) {
		return errors.New(strings.ReplaceAll(err.Error(), password, "***"))
	}
	return err
}
