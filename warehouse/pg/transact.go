package pg

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// work is what one transaction does.
type work struct {
	// locks are waited for before anything is read: of days before those of files, and
	// of each in the order of their keys, so that no two transactions wait for each other.
	locks []lock
	// do makes the changes and returns what the ledger is to say of them. These rows
	// are written last, and are the proof of the whole; what leaves none, such as
	// forgetting a file, has no proof, and is done again if an answer is lost.
	do func(conn *pgx.Conn) ([]entries, error)
}

// entries are rows for a table of the ledger.
type entries struct {
	table   string
	columns []string
	rows    [][]any
}

func partitionEntries(rows [][]any) entries {
	return entries{warehouse.PartitionTable, warehouse.PartitionColumns(), rows}
}

func fileEntries(rows ...[]any) entries {
	return entries{warehouse.FileTable, warehouse.FileColumns(), rows}
}

// errNotCommitted says that a commit got no answer, and that the ledger does not show
// that it was done.
var errNotCommitted = errors.New("the connection was lost before the commit was done")

// lostReply says that a commit was sent and no answer came.
type lostReply struct{ err error }

func (e *lostReply) Error() string { return "commit: " + e.err.Error() }
func (e *lostReply) Unwrap() error { return e.err }

// repeat runs a transaction until it is done. Where the server aborts it for the sake
// of another, or a lost connection kept it from being committed, it is tried three
// times more.
func (d *DB) repeat(ctx context.Context, w work) error {
	for attempt := 1; ; attempt++ {
		err := d.once(ctx, w)
		again := hasCode(err, serializationFailure, deadlock) || errors.Is(err, errNotCommitted)
		if !again || attempt == attempts {
			return err
		}
		if err := wait(ctx, attempt); err != nil {
			return err
		}
	}
}

// once runs a transaction once, on a connection of its own. If the answer to its
// commit is lost, the ledger says whether it was done; errNotCommitted if it was not.
func (d *DB) once(ctx context.Context, w work) error {
	var ledger []entries
	err := d.lend(ctx, func(conn *pgx.Conn) error {
		var err error
		ledger, err = d.transact(ctx, conn, w)
		return err
	})
	if lost := (*lostReply)(nil); errors.As(err, &lost) {
		return d.committed(ctx, w.locks, ledger)
	}
	return err
}

// lend lends a connection.
func (d *DB) lend(ctx context.Context, do func(conn *pgx.Conn) error) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error { return do(raw.(*stdlib.Conn).Conn()) })
}

// begin opens a transaction each of whose statements sees what was committed before it:
// what is read and deleted after a lock is what the one left who held it. The default of
// the server may be another. Redshift has one level only.
func (d *DB) begin(ctx context.Context, conn *pgx.Conn) (pgx.Tx, error) {
	if d.redshift {
		return conn.Begin(ctx)
	}
	return conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
}

func (d *DB) transact(ctx context.Context, conn *pgx.Conn, w work) ([]entries, error) {
	tx, err := d.begin(ctx, conn)
	if err != nil {
		return nil, err
	}
	defer rollback(ctx, tx)
	if err := d.take(ctx, conn, w.locks); err != nil {
		return nil, err
	}
	ledger, err := w.do(conn)
	if err != nil {
		return nil, err
	}
	for _, e := range ledger {
		if err := d.enter(ctx, conn, e); err != nil {
			return nil, err
		}
	}
	if err := tx.Commit(ctx); err != nil {
		if refused(err) || ctx.Err() != nil && conn.PgConn().TxStatus() == 'T' {
			return nil, err
		}
		return ledger, &lostReply{err}
	}
	return ledger, nil
}

// rollback ends a transaction unless it is ended. A server that does not answer has no
// more of it than of a client that is gone; the driver closes the connection then.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	tx.Rollback(ctx)
}

// refused reports whether the server answered a commit by no. One that is being
// stopped may have done it nevertheless.
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && !strings.HasPrefix(answer.Code, stoppedClass)
}

// enter writes rows into the ledger.
func (d *DB) enter(ctx context.Context, conn *pgx.Conn, e entries) error {
	if len(e.rows) == 0 {
		return nil
	}
	return d.insert(ctx, conn, identifier(warehouse.Table{Name: e.table}), e.columns, each(e.rows))
}

// run runs statements of ours.
func run(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// committed looks in the ledger whether a transaction is there. It waits for the locks
// that the lost one held, so its end is known before the ledger is read; but not for
// ever, since a server may keep the session of a client that is gone for hours.
func (d *DB) committed(ctx context.Context, locks []lock, ledger []entries) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*d.patience)
	defer cancel()
	err := d.lend(ctx, func(conn *pgx.Conn) error {
		tx, err := d.begin(ctx, conn)
		if err != nil {
			return err
		}
		defer rollback(ctx, tx)
		if !d.redshift { // which has no such setting
			if err := run(ctx, conn, fmt.Sprintf("set local lock_timeout = %d", d.patience.Milliseconds())); err != nil {
				return err
			}
		}
		if err := d.take(ctx, conn, locks); err != nil {
			return err
		}
		proof := errNotCommitted
		for _, e := range ledger {
			for _, row := range e.rows {
				if proof = look(ctx, conn, e, row); proof != nil {
					return proof
				}
			}
		}
		return proof
	})
	if err == nil || errors.Is(err, errNotCommitted) {
		return err
	}
	err = fmt.Errorf("the answer to the commit is lost, and the ledger cannot be asked; run it again: %v", err)
	return &warehouse.StorageError{Place: d.place(), Err: d.scrub(err), Down: true}
}

// look reports errNotCommitted unless the ledger has just this row.
func look(ctx context.Context, conn *pgx.Conn, e entries, row []any) error {
	query := "select count(*) from " + e.table + " where true"
	var args []any
	for i, column := range e.columns {
		if row[i] == nil {
			query += fmt.Sprintf(" and %q is null", column)
			continue
		}
		args = append(args, row[i])
		query += fmt.Sprintf(" and %q = $%d", column, len(args))
	}
	var n int
	if err := conn.QueryRow(ctx, query, args...).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return errNotCommitted
	}
	return nil
}

// lock keeps transactions apart that change the same days, or the same files, of a
// table.
type lock struct {
	of   string // days of likes
	keys []int32
}

func dayLock(table warehouse.Table, days []calendar.Day) lock {
	l := lock{of: "tearsheet " + table.Name}
	for _, day := range days {
		l.keys = append(l.keys, int32(day))
	}
	return l
}

func fileLock(table warehouse.Table, paths ...string) lock {
	l := lock{of: "tearsheet files " + table.Name}
	for _, path := range paths {
		l.keys = append(l.keys, int32(warehouse.FileID(table.Name, path)&(1<<31-1)))
	}
	return l
}

// The keys of the advisory locks: one for all of them, one for each day or file.
const (
	allKeys  = -1 << 31
	mostKeys = 500 // the server's table of locks is not large
)

// take waits for locks, which end with the transaction. Many keys are all keys.
func (d *DB) take(ctx context.Context, conn *pgx.Conn, locks []lock) error {
	if d.redshift {
		return lockLedger(ctx, conn)
	}
	for _, l := range locks {
		if len(l.keys) == 0 {
			continue
		}
		if len(l.keys) > mostKeys {
			if _, err := conn.Exec(ctx, "select pg_advisory_xact_lock(hashtext($1), $2)", l.of, int32(allKeys)); err != nil {
				return err
			}
			continue
		}
		if _, err := conn.Exec(ctx, "select pg_advisory_xact_lock_shared(hashtext($1), $2)", l.of, int32(allKeys)); err != nil {
			return err
		}
		keys := slices.Clone(l.keys)
		slices.Sort(keys) // in one order, so that no two transactions wait for each other
		_, err := conn.Exec(ctx, "select pg_advisory_xact_lock(hashtext($1), key) from unnest($2::integer[]) with ordinality as k(key, i) order by i", l.of, keys)
		if err != nil {
			return err
		}
	}
	return nil
}
