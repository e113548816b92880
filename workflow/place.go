package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	_ "github.com/dbos-inc/dbos-transact-golang/dbos/driver/sqlite" // which needs it to tell errors apart
	_ "github.com/jackc/pgx/v5/stdlib"                              // the driver "pgx"
	"modernc.org/sqlite"
)

// place is where the state lies.
type place struct {
	state    string
	postgres bool
	shown    string   // the state without a password
	secrets  []string // what must not be shown
	close    func() error
}

func newPlace(state string) (place, error) {
	if state == "" {
		return place{}, errors.New("state: no place is named; give the path of a file, or a postgres:// URL")
	}
	p := place{state: state, shown: state}
	p.postgres = strings.HasPrefix(state, "postgres://") || strings.HasPrefix(state, "postgresql://")
	if !p.postgres {
		return p, nil
	}
	u, err := url.Parse(state)
	if err != nil {
		return place{}, errors.New("state: is no postgres:// URL; write it as postgres://user:password@host/database, with %-signs for odd characters")
	}
	p.hide(u)
	return p, nil
}

// hide notes the secrets of a URL, and shows it without.
func (p *place) hide(u *url.URL) {
	query := u.Query()
	for _, name := range []string{"password", "sslpassword"} {
		if secret := query.Get(name); secret != "" {
			p.secrets = append(p.secrets, secret, url.QueryEscape(secret))
			query.Del(name)
		}
	}
	if secret, ok := u.User.Password(); ok && secret != "" {
		_, written, _ := strings.Cut(u.User.String(), ":")
		p.secrets = append(p.secrets, secret, written)
		u.User = url.User(u.User.Username())
	}
	u.RawQuery = query.Encode()
	p.shown = u.String()
}

// fault says where an error happened and what to do, without secrets.
func (p *place) fault(err error) error {
	var known *fault
	if err == nil || errors.As(err, &known) || own(err) {
		return err
	}
	text := jargon.ReplaceAllString(err.Error(), "")
	for _, secret := range p.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return &fault{text: fmt.Sprintf("state %s: %s%s", p.shown, text, p.advice(err, text)), err: safe(err)}
}

// jargon is what DBOS says around an error, in its own terms.
var jargon = regexp.MustCompile(`DBOS Error \w+: (?:Error initializing DBOS Transact: )?(?:Step .* in workflow .* execution error: )?`)

// own reports whether an error is one of our own, of which all is said.
func own(err error) bool {
	for _, sentinel := range []error{ErrBusy, ErrUnfinished, ErrEnded, ErrUnknown, ErrCancelled} {
		if errors.Is(err, sentinel) {
			return true
		}
	}
	return false
}

// fault is an error of the state, ErrState.
type fault struct {
	text string
	err  error
}

func (f *fault) Error() string     { return f.text }
func (f *fault) Unwrap() error     { return f.err }
func (f *fault) Is(err error) bool { return err == ErrState }

// safe returns what a caller may look for in an error, and which holds no secret.
func safe(err error) error {
	for _, sentinel := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, sentinel) {
			return sentinel
		}
	}
	return nil
}

// advice says what a person can do about an error.
func (p *place) advice(err error, text string) string {
	if p.postgres {
		return ""
	}
	switch code(err, text) {
	case notADatabase, corrupt:
		return "; move the file away (with those beside it) and start again: it holds only the history of runs"
	case cannotOpen:
		return "; the folder must be there, and the file be ours to write"
	case readOnly:
		return "; the file and its folder must be ours to write"
	}
	return ""
}

// Codes of SQLite.
const (
	busy         = 5
	readOnly     = 8
	corrupt      = 11
	cannotOpen   = 14
	notADatabase = 26
)

// code returns the code of an error of SQLite, or 0. DBOS passes on texts only.
func code(err error, text string) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	for _, known := range []int{busy, readOnly, corrupt, cannotOpen, notADatabase} {
		if strings.Contains(text, fmt.Sprintf("(%d)", known)) {
			return known
		}
	}
	return 0
}

// open makes DBOS use the place, and returns what closes it.
func (p *place) open(ctx context.Context, config *dbos.Config) (func() error, error) {
	if p.postgres {
		// DBOS tries for long to reach a server that is not there.
		if err := p.reach(ctx); err != nil {
			return nil, err
		}
		config.DatabaseURL = p.state
		return func() error { return nil }, nil
	}
	db, err := sql.Open("sqlite", sqliteURL(p.state, "immediate", "busy_timeout(5000)", "foreign_keys(on)", "synchronous(normal)", "journal_mode(wal)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	config.SQLiteSystemDB = db
	return db.Close, nil
}

func sqliteURL(path, lock string, pragmas ...string) string {
	query := url.Values{"_pragma": pragmas, "_txlock": {lock}}
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: query.Encode()}).String()
}

func (p *place) reach(ctx context.Context) error {
	db, err := sql.Open("pgx", p.state)
	if err != nil {
		return err
	}
	return errors.Join(db.PingContext(ctx), db.Close())
}

// lockTakes is how long a lock is waited for: that of a process just killed is gone
// soon.
const lockTakes = time.Second

// lock makes this process the only one to work with the state, and returns what ends
// that. The lock of a process that is killed is gone with it.
func (p *place) lock(ctx context.Context) (func() error, error) {
	if p.postgres {
		return p.lockServer(ctx)
	}
	db, err := sql.Open("sqlite", sqliteURL(p.state+".lock", "exclusive", fmt.Sprintf("busy_timeout(%d)", lockTakes.Milliseconds())))
	if err != nil {
		return nil, err
	}
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		if code(err, err.Error()) == busy {
			err = ErrBusy
		}
		return nil, errors.Join(err, db.Close())
	}
	return func() error { return errors.Join(tx.Rollback(), db.Close()) }, nil
}

// locked reports whether a process works with the state.
func (p *place) locked(ctx context.Context) (bool, error) {
	if p.postgres {
		return p.lockedServer(ctx)
	}
	db, err := sql.Open("sqlite", sqliteURL(p.state+".lock", "deferred", "busy_timeout(0)"))
	if err != nil {
		return false, err
	}
	var n int
	err = db.QueryRowContext(ctx, "select count(*) from sqlite_master").Scan(&n)
	if err != nil && code(err, err.Error()) == busy {
		return true, db.Close()
	}
	return false, errors.Join(err, db.Close())
}

// The advisory lock of the state in a database of PostgreSQL: "work", "flow".
const (
	lockClass  = 0x776f726b
	lockObject = 0x666c6f77
)

func (p *place) lockServer(ctx context.Context) (func() error, error) {
	db, err := sql.Open("pgx", p.state)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(lockTakes); ; {
		var ours bool
		if err := db.QueryRowContext(ctx, "select pg_try_advisory_lock($1, $2)", lockClass, lockObject).Scan(&ours); err != nil {
			return nil, errors.Join(err, db.Close())
		}
		if ours {
			return db.Close, nil
		}
		if time.Now().After(end) {
			return nil, errors.Join(ErrBusy, db.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), db.Close())
		case <-tick.C:
		}
	}
}

func (p *place) lockedServer(ctx context.Context) (locked bool, err error) {
	db, err := sql.Open("pgx", p.state)
	if err != nil {
		return false, err
	}
	err = db.QueryRowContext(ctx, `select exists (select 1 from pg_locks where locktype = 'advisory' and granted
		and database = (select oid from pg_database where datname = current_database())
		and classid = $1 and objid = $2)`, lockClass, lockObject).Scan(&locked)
	return locked, errors.Join(err, db.Close())
}
