package mysql

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// The defaults of a source.
const (
	defaultMaxLag    = 10 * time.Minute
	defaultTimeLimit = 5 * time.Minute
	defaultLockWait  = 15 * time.Second
	defaultMaxShrink = 0.05
)

// firstYear is the earliest from which a row may be unless Since says otherwise: what
// is from before, or from the first day of 1970, is a date that somebody left out.
const firstYear = 1970

// loader is one load of one source.
type loader struct {
	warehouse warehouse.Warehouse
	calendar  calendar.Calendar
	source    Source
	options   Options
	config    *mysql.Config
}

func newLoader(w warehouse.Warehouse, c calendar.Calendar, source Source, options Options) (*loader, error) {
	config, err := parseDSN(source.DSN)
	if err != nil {
		return nil, &SourceError{Place: "source", Err: err}
	}
	if source.MaxLag == 0 {
		source.MaxLag = defaultMaxLag
	}
	if source.TimeLimit == 0 {
		source.TimeLimit = defaultTimeLimit
	}
	if source.LockWait == 0 {
		source.LockWait = defaultLockWait
	}
	if options.Progress == nil {
		options.Progress = func(Progress) {}
	}
	source.Tables = slices.Clone(source.Tables)
	for i := range source.Tables {
		t := &source.Tables[i]
		if t.From == "" {
			_, t.From = t.table().Split()
		}
		if t.MaxShrink == nil {
			share := defaultMaxShrink
			t.MaxShrink = &share
		}
		if err := t.validate(); err != nil {
			return nil, err
		}
	}
	return &loader{w, c, source, options, config}, nil
}

// validate reports what is wrong with a table by itself.
func (t Table) validate() error {
	faults := []string{}
	if err := t.table().Validate(); err != nil {
		faults = append(faults, err.Error())
	}
	if t.At != "" && t.Day != "" {
		faults = append(faults, "has both at: and day:")
	}
	if len(t.Columns) == 0 {
		faults = append(faults, "names no columns")
	}
	if *t.MaxShrink < 0 || *t.MaxShrink > 1 {
		faults = append(faults, "max_shrink is a share from 0 to 1")
	}
	if len(faults) == 0 {
		return nil
	}
	return &SetupError{Table: t.Table, From: t.From, Faults: faults}
}

func (l *loader) load(ctx context.Context) (Report, error) {
	report := Report{Place: placeOf(l.config)}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	limited, end := context.WithTimeoutCause(ctx, l.source.TimeLimit, errTooLong)
	defer end()
	s, err := connect(limited, l.config, l.source)
	if err != nil {
		return report, err
	}
	defer s.close()
	report.Server = s.version
	if report.Lag, err = s.lag(limited, l.source.MaxLag); err != nil {
		return report, err
	}
	if err := s.begin(limited); err != nil {
		return report, err
	}
	for _, table := range l.source.Tables {
		if l.options.Select != nil && !slices.Contains(l.options.Select, table.Table) {
			continue
		}
		done := TableReport{Table: table.Table}
		err := asSetup(table, l.table(ctx, limited, s, table, &done))
		done.Err = err
		report.Tables = append(report.Tables, done)
		if ends(err) {
			return report, err
		}
	}
	return report, nil
}

// ends reports whether no further table can be loaded after an error of one.
func ends(err error) bool {
	var setup *SetupError
	var data *DataError
	var held *HeldError
	if err == nil || errors.As(err, &setup) || errors.As(err, &data) || errors.As(err, &held) {
		return false
	}
	// Somebody alters this table, or the server has something against it alone.
	return !hasNumber(err, append(theTables(), lockWaitTimeout)...)
}

// table brings one table up to date. Limited is the time of the snapshot, which the
// warehouse need not keep.
func (l *loader) table(ctx, limited context.Context, s *server, table Table, report *TableReport) error {
	if err := s.hold(limited); err != nil {
		return err
	}
	r, before, err := l.prepare(limited, s, table, report)
	if err != nil {
		return letGo(limited, s, err)
	}
	if err := l.warehouse.Ensure(ctx, r.to); err != nil {
		return err
	}
	refreshed, err := l.refresh(ctx, limited, r, before)
	if errors.Is(r.err, errEarlier) { // once more, from the day that the server names
		if report.From, err = r.oldest(limited); err != nil {
			return err
		}
		r.again()
		refreshed, err = l.refresh(ctx, limited, r, before)
	}
	if r.err != nil {
		return letGo(limited, s, r.err) // not that the warehouse gave up for it
	}
	if err != nil {
		return letGo(limited, s, asHeld(err))
	}
	report.Changed = refreshed.Changed
	for _, n := range r.nulled {
		if n.Count > 0 {
			report.Nulled = append(report.Nulled, n)
		}
	}
	if err := l.remember(ctx, r, before); err != nil {
		return err
	}
	return s.release(limited)
}

func (l *loader) refresh(ctx, limited context.Context, r *reading, before memory) (warehouse.Refreshed, error) {
	l.options.Progress(Progress{Table: r.to.Name, Of: r.from.rows})
	return l.warehouse.Refresh(ctx, warehouse.Refresh{
		Table: r.to, From: r.report.From, To: r.report.To, Batches: r.batches(limited),
		InputHash: before.definition, Guard: l.guard(r.table, before), RunID: l.options.RunID, At: l.options.Now,
	})
}

// letGo releases a table with which something was wrong, and returns what it was.
func letGo(ctx context.Context, s *server, err error) error {
	if ends(err) {
		return err // the connection is of no more use
	}
	if lost := s.release(ctx); lost != nil {
		return lost
	}
	return err
}

// asSetup tells what the server has against a statement as a fault of the table's entry.
func asSetup(table Table, err error) error {
	var answer *mysql.MySQLError
	if errors.As(err, &answer) && hasNumber(err, theTables()...) {
		return &SetupError{table.Table, table.From, []string{answer.Message}}
	}
	return err
}

// asHeld takes the refusal of the guard out of what the warehouse says around it.
func asHeld(err error) error {
	var held *HeldError
	if errors.As(err, &held) {
		return held
	}
	return err
}

// prepare checks a table against its description and against the last time, before
// anything is read.
func (l *loader) prepare(ctx context.Context, s *server, table Table, report *TableReport) (*reading, memory, error) {
	before, err := l.recall(ctx, table)
	if err != nil {
		return nil, before, err
	}
	from, err := s.describe(ctx, table.From)
	if errors.Is(err, errNoTable) {
		return nil, before, &SetupError{table.Table, table.From, []string{"the server has no such table, or the user may not see it"}}
	}
	if err != nil {
		return nil, before, s.failed(ctx, err)
	}
	if faults := check(table, from, before.Columns); len(faults) > 0 {
		return nil, before, &SetupError{table.Table, table.From, faults}
	}
	report.Notes = from.changes(table.Columns, before.Columns)
	if !from.transactional() {
		report.Notes = append(report.Notes, Note{Warn: true, Text: fmt.Sprintf("its engine is %s, which keeps no snapshots: it may not fit the other tables", from.engine)})
	}
	r := l.reading(s, table, from, report)
	if err := l.older(ctx, r, &before); err != nil {
		return nil, before, err
	}
	if r.day == nil {
		report.From, report.To = warehouse.WholePart, warehouse.WholePart+1
		return r, before, nil
	}
	report.From, err = l.firstDay(ctx, r)
	report.To = max(l.options.Today, report.From)
	return r, before, err
}

// check compares the columns that are wanted with those that are there.
func check(table Table, from *serverTable, before []string) []string {
	var faults []string
	for _, column := range table.Columns {
		c, ok := from.column(column.source())
		if !ok {
			faults = append(faults, from.missing(column, before))
			continue
		}
		if fault := misfit(c, column.Type); fault != "" {
			faults = append(faults, from.name+"."+fault)
		}
	}
	for name, typ := range map[string]warehouse.Kind{table.At: warehouse.Timestamp, table.Day: warehouse.Date} {
		if name == "" || slices.ContainsFunc(table.Columns, func(c Column) bool { return strings.EqualFold(c.source(), name) && c.Type.Kind == typ }) {
			continue
		}
		c, ok := from.column(name)
		if !ok {
			faults = append(faults, from.missing(Column{Name: name, Type: warehouse.Type{Kind: typ}}, before))
		} else if fault := misfit(c, warehouse.Type{Kind: typ}); fault != "" {
			faults = append(faults, from.name+"."+fault)
		}
	}
	if _, ok := from.column(table.Key); table.Key != "" && !ok {
		faults = append(faults, from.name+"."+table.Key+" gone: it is the key")
	}
	return faults
}

func (l *loader) reading(s *server, table Table, from *serverTable, report *TableReport) *reading {
	r := &reading{server: s, table: table, from: from, to: table.table(), calendar: l.calendar, today: l.options.Today, progress: l.options.Progress, report: report}
	r.key, r.paged = from.key(table.Key)
	for _, column := range table.Columns {
		if table.isDay(column) {
			continue
		}
		r.fields = append(r.fields, field{column.source(), column.Type, taker(column.Type)})
	}
	r.nulled = make([]Nulled, len(r.fields))
	if !r.to.Whole {
		r.day = &dayField{name: table.At + table.Day, isDate: table.Day != "", since: table.Since, earliest: calendar.DayOn(firstYear, time.January, 2)}
		if table.Since != nil {
			r.day.earliest = min(r.day.earliest, *table.Since)
		}
	}
	return r
}

// guard keeps what is loaded if much of it would be gone.
func (l *loader) guard(table Table, before memory) func(before, after int64) error {
	if slices.Contains(l.options.Accept, table.Table) || before.otherRules {
		return nil
	}
	most := *table.MaxShrink
	return func(had, has int64) error {
		gone := had - has
		if float64(gone) <= most*float64(had) {
			return nil
		}
		reason := fmt.Sprintf("it has %d rows where it had %d: %d are gone, more than %g %%", has, had, gone, most*100)
		if has == 0 {
			reason = fmt.Sprintf("it is empty, and had %d rows", had)
		}
		return &HeldError{table.Table, table.From, reason}
	}
}

// definition is the hash of the rules by which a table is read.
func definition(t Table, c calendar.Calendar) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %s\n", t.From, t.At, t.Day, t.Where, c.Zone())
	if t.Since != nil {
		fmt.Fprintf(h, "since %s\n", t.Since)
	}
	for _, column := range t.Columns {
		fmt.Fprintf(h, "%q %q %s\n", column.target(), column.source(), column.Type)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
