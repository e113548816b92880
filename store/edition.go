package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
)

// Edition is a sheet that was issued.
type Edition struct {
	Number      int          `json:"edition"` // from 1, without gaps
	Fingerprint string       `json:"fingerprint"`
	Week        calendar.Day `json:"week"` // on which the latest week ends
	AsOf        calendar.Day `json:"as_of"`
	IssuedAt    time.Time    `json:"issued_at"`
}

// Issue is what is kept of a new edition: its document, and its files as they were
// printed.
type Issue struct {
	Edition
	Document []byte
	Files    map[string][]byte // by name
	Cells    []Cell
}

// Cell is a figure that an edition printed.
type Cell struct {
	Metric               string
	Week                 calendar.Day
	Edition              int
	Actual               metrics.Value
	Plan                 metrics.Value
	ActualText, PlanText string // as printed
	Coverage             calendar.Coverage
	Figure               string // hash of how it was computed
	Loads                string // of what was loaded, or "" if nobody knows
}

// ErrNoEdition is returned for an edition that the store does not have.
var ErrNoEdition = errors.New("no such edition")

const editionColumns = `number, fingerprint, week, as_of, issued_at`

// Editions returns all editions, oldest first.
func (s *Store) Editions(ctx context.Context) ([]Edition, error) {
	rows, err := s.db.QueryContext(ctx, `select `+editionColumns+` from edition order by number`)
	if err != nil {
		return nil, fmt.Errorf("editions: %w", err)
	}
	defer rows.Close()
	var editions []Edition
	for rows.Next() {
		e, err := scanEdition(rows)
		if err != nil {
			return nil, fmt.Errorf("editions: %w", err)
		}
		editions = append(editions, e)
	}
	return editions, rows.Err()
}

// Find returns the edition with a fingerprint, or false if none was issued.
func (s *Store) Find(ctx context.Context, fingerprint string) (Edition, bool, error) {
	e, err := scanEdition(s.db.QueryRowContext(ctx, s.bind(
		`select `+editionColumns+` from edition where fingerprint = ?`), fingerprint))
	if errors.Is(err, sql.ErrNoRows) {
		return Edition{}, false, nil
	}
	if err != nil {
		return Edition{}, false, fmt.Errorf("edition: %w", err)
	}
	return e, true, nil
}

// Edition returns an edition with its document and its files, or ErrNoEdition.
func (s *Store) Edition(ctx context.Context, number int) (Issue, error) {
	issue := Issue{Files: map[string][]byte{}}
	e, err := scanEdition(s.db.QueryRowContext(ctx, s.bind(
		`select `+editionColumns+` from edition where number = ?`), number))
	if errors.Is(err, sql.ErrNoRows) {
		return issue, fmt.Errorf("edition %d: %w", number, ErrNoEdition)
	}
	if err != nil {
		return issue, fmt.Errorf("edition %d: %w", number, err)
	}
	issue.Edition = e
	if err := s.db.QueryRowContext(ctx, s.bind(`select document from edition where number = ?`), number).Scan(&issue.Document); err != nil {
		return issue, fmt.Errorf("edition %d: %w", number, err)
	}
	rows, err := s.db.QueryContext(ctx, s.bind(`select name, content from edition_file where edition = ?`), number)
	if err != nil {
		return issue, fmt.Errorf("edition %d: %w", number, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var content []byte
		if err := rows.Scan(&name, &content); err != nil {
			return issue, fmt.Errorf("edition %d: %w", number, err)
		}
		if content == nil { // an empty file is a file
			content = []byte{}
		}
		issue.Files[name] = content
	}
	return issue, rows.Err()
}

// Draft makes an issue for the number that its edition will have.
type Draft func(number int) (Issue, error)

// Add issues the next edition: it makes the issue for the next number and keeps it
// whole, or not at all. If an edition with the same fingerprint was issued in the
// meantime, that one is returned and nothing is added.
func (s *Store) Add(ctx context.Context, fingerprint string, draft Draft) (Edition, error) {
	var added Edition
	err := s.change(ctx, func(tx *sql.Tx) error {
		if s.postgres {
			if _, err := tx.ExecContext(ctx, `lock table edition in exclusive mode`); err != nil {
				return err
			}
		}
		found, err := scanEdition(tx.QueryRowContext(ctx, s.bind(
			`select `+editionColumns+` from edition where fingerprint = ?`), fingerprint))
		if err == nil {
			added = found
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var last sql.NullInt64
		if err := tx.QueryRowContext(ctx, `select max(number) from edition`).Scan(&last); err != nil {
			return err
		}
		issue, err := draft(int(last.Int64) + 1)
		if err != nil {
			return err
		}
		issue.Number, issue.Fingerprint = int(last.Int64)+1, fingerprint
		issue.IssuedAt = issue.IssuedAt.UTC().Truncate(time.Second) // as it is kept
		added = issue.Edition
		return s.insert(ctx, tx, issue)
	})
	if err != nil {
		return Edition{}, fmt.Errorf("issue an edition: %w", err)
	}
	return added, nil
}

func (s *Store) insert(ctx context.Context, tx *sql.Tx, issue Issue) error {
	e := issue.Edition
	if _, err := tx.ExecContext(ctx, s.bind(
		`insert into edition (number, fingerprint, week, as_of, issued_at, document) values (?, ?, ?, ?, ?, ?)`),
		e.Number, e.Fingerprint, e.Week.String(), e.AsOf.String(), e.IssuedAt.UTC().Format(time.RFC3339), string(issue.Document)); err != nil {
		return err
	}
	for name, content := range issue.Files {
		if _, err := tx.ExecContext(ctx, s.bind(
			`insert into edition_file (edition, name, content) values (?, ?, ?)`), e.Number, name, content); err != nil {
			return err
		}
	}
	for _, c := range issue.Cells {
		if _, err := tx.ExecContext(ctx, s.bind(
			`insert into printed_cell (metric, week, edition, actual, plan, actual_text, plan_text, have, expected, figure, loads)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
			c.Metric, c.Week.String(), e.Number, text(c.Actual), text(c.Plan), c.ActualText, c.PlanText, c.Coverage.Have, c.Coverage.Of, c.Figure, c.Loads); err != nil {
			return err
		}
	}
	return nil
}

// AddFiles keeps further files of an edition that was issued before; a file that
// it has already is left as it is.
func (s *Store) AddFiles(ctx context.Context, number int, files map[string][]byte) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		for name, content := range files {
			if _, err := tx.ExecContext(ctx, s.bind(
				`insert into edition_file (edition, name, content) values (?, ?, ?) on conflict (edition, name) do nothing`),
				number, name, content); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("edition %d: %w", number, err)
	}
	return nil
}

// Printed returns the cells of weeks that end from ≤ d ≤ to as they were first
// printed.
func (s *Store) Printed(ctx context.Context, from, to calendar.Day) ([]Cell, error) {
	rows, err := s.db.QueryContext(ctx, s.bind(
		`select metric, week, edition, actual, plan, actual_text, plan_text, have, expected, figure, loads from printed_cell as cell
		where week >= ? and week <= ? and edition = (
			select min(edition) from printed_cell as first where first.metric = cell.metric and first.week = cell.week)`),
		from.String(), to.String())
	if err != nil {
		return nil, fmt.Errorf("printed cells: %w", err)
	}
	defer rows.Close()
	var cells []Cell
	for rows.Next() {
		var c Cell
		var week, actual, plan string
		if err := rows.Scan(&c.Metric, &week, &c.Edition, &actual, &plan, &c.ActualText, &c.PlanText, &c.Coverage.Have, &c.Coverage.Of, &c.Figure, &c.Loads); err != nil {
			return nil, fmt.Errorf("printed cells: %w", err)
		}
		if c.Week, err = calendar.ParseDay(week); err != nil {
			return nil, fmt.Errorf("printed cells: %w", err)
		}
		var actualErr, planErr error
		c.Actual, actualErr = parse(actual)
		c.Plan, planErr = parse(plan)
		if err := errors.Join(actualErr, planErr); err != nil {
			return nil, fmt.Errorf("printed cells: %w", err)
		}
		cells = append(cells, c)
	}
	return cells, rows.Err()
}

func scanEdition(row interface{ Scan(...any) error }) (Edition, error) {
	var e Edition
	var week, asOf, issued string
	if err := row.Scan(&e.Number, &e.Fingerprint, &week, &asOf, &issued); err != nil {
		return e, err
	}
	var weekErr, asOfErr, issuedErr error
	e.Week, weekErr = calendar.ParseDay(week)
	e.AsOf, asOfErr = calendar.ParseDay(asOf)
	e.IssuedAt, issuedErr = time.Parse(time.RFC3339, issued)
	return e, errors.Join(weekErr, asOfErr, issuedErr)
}
