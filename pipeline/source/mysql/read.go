package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

const (
	pageRows   = 250_000 // of a statement, if a table has a key to go on from
	batchRows  = 8192
	batchBytes = 8 << 20 // of texts, of which a few rows may have very much
	mostFaults = 20
	mostReject = 1000 // rejected rows that are kept
)

// reading is a table on its way from the server to the warehouse.
type reading struct {
	server   *server
	table    Table
	from     *serverTable
	to       warehouse.Table
	calendar calendar.Calendar
	today    calendar.Day
	progress func(Progress)

	key    string // by which rows are told apart, or ""
	paged  bool   // by key
	fields []field
	keyAt  int       // the key's place in a row
	day    *dayField // nil for a whole table

	report *TableReport
	faults []Fault
	nulled []Nulled     // by field
	err    error        // of the server or the data, once the reading has ended
	last   driver.Value // of the key
	row    []driver.Value
	bytes  int              // of the texts of the batch
	batch  *warehouse.Batch // that is being filled
	full   chan *warehouse.Batch
	empty  chan *warehouse.Batch
	stop   chan struct{} // closed when the warehouse takes no more
}

// field is a column on its way.
type field struct {
	source string
	typ    warehouse.Type
	take   take
}

// dayField finds out the day of a row.
type dayField struct {
	name     string
	at       int // its place in a row
	isDate   bool
	dates    dates
	earliest calendar.Day // no row is from before it
	since    *calendar.Day
	from, to int64 // the bounds, in microseconds, of the last day
	last     calendar.Day
}

// statement returns the SELECT of the next page.
func (r *reading) statement(expressions []string) string {
	after := []string{}
	if r.last != nil {
		after = append(after, quote(r.key)+" > "+fmt.Sprint(r.last))
	}
	text := "select " + strings.Join(expressions, ", ") + " from " + r.from.quoted() + r.condition(after...)
	if r.paged {
		text += " order by " + quote(r.key) + " limit " + strconv.Itoa(pageRows)
	}
	return text
}

// condition returns the WHERE clause of the table with further conditions.
func (r *reading) condition(further ...string) string {
	if r.table.Where != "" {
		further = append(further, "("+r.table.Where+")")
	}
	if len(further) == 0 {
		return ""
	}
	return " where " + strings.Join(further, " and ")
}

// again makes everything ready to read the table once more.
func (r *reading) again() {
	t := r.report
	t.Read, t.Loaded, t.Rejected, t.Filtered, t.Rejects = 0, 0, 0, 0, nil
	r.faults, r.nulled, r.err, r.last = nil, make([]Nulled, len(r.fields)), nil, nil
}

// expressions are what is selected: the fields, and behind them the key and the column
// of the day if they are not among the fields as they are.
func (r *reading) expressions() []string {
	var list []string
	for _, f := range r.fields {
		column, _ := r.from.column(f.source)
		list = append(list, expression(column))
	}
	place := func(name string) int {
		if at := slices.Index(list, name); at >= 0 {
			return at
		}
		list = append(list, name)
		return len(list) - 1
	}
	key := "null"
	if r.key != "" {
		key = quote(r.key)
	}
	r.keyAt = place(key)
	if r.day != nil {
		column, _ := r.from.column(r.day.name)
		r.day.at = place(quote(column.name))
	}
	return list
}

// batches returns the rows. They are read and converted while the warehouse takes those
// before, in memory that is used again and again.
func (r *reading) batches(ctx context.Context) iter.Seq2[*warehouse.Batch, error] {
	return func(yield func(*warehouse.Batch, error) bool) {
		const inUse = 3
		r.full, r.empty, r.stop = make(chan *warehouse.Batch, inUse), make(chan *warehouse.Batch, inUse), make(chan struct{})
		for range inUse {
			r.empty <- &warehouse.Batch{}
		}
		go func() {
			defer close(r.full)
			if err := r.read(ctx); !errors.Is(err, errStopped) {
				r.err = err
			}
		}()
		var rows int64
		for batch := range r.full {
			rows += int64(batch.Rows)
			r.progress(Progress{Table: r.table.Table, Rows: rows, Of: r.from.rows})
			if !yield(batch, nil) {
				close(r.stop)
				for range r.full { // until the reading has ended
				}
				return
			}
			r.empty <- batch
		}
		if r.err != nil {
			yield(nil, r.err)
		}
	}
}

var (
	errStopped = errors.New("the warehouse takes no more rows")
	errEarlier = errors.New("a row is from before the day that was taken for the first")
)

// read hands all rows over. It returns when nothing more is read from the server.
func (r *reading) read(ctx context.Context) error {
	expressions := r.expressions()
	r.row = make([]driver.Value, len(expressions))
	if err := r.fresh(); err != nil {
		return err
	}
	for more := true; more; {
		before := r.report.Read
		if err := r.page(ctx, r.statement(expressions)); err != nil {
			return err
		}
		more = r.paged && r.report.Read-before == pageRows
	}
	if len(r.faults) > 0 {
		return &DataError{Table: r.table.Table, From: r.from.name, Faults: r.faults}
	}
	return r.hand()
}

// fresh begins an empty batch.
func (r *reading) fresh() error {
	select {
	case <-r.stop:
		return errStopped
	case r.batch = <-r.empty:
	}
	r.batch.Reset(len(r.fields))
	r.bytes = 0
	return nil
}

// hand gives the batch to the warehouse.
func (r *reading) hand() error {
	finish(r.batch)
	select {
	case <-r.stop:
		return errStopped
	case r.full <- r.batch:
		return nil
	}
}

// page reads the rows of one statement below database/sql, which would copy each value.
func (r *reading) page(ctx context.Context, statement string) error {
	var own error // what is wrong with a row, or with the warehouse
	err := r.server.conn.Raw(func(conn any) error {
		rows, err := conn.(driver.QueryerContext).QueryContext(ctx, statement, nil)
		if err != nil {
			return err
		}
		for err == nil && own == nil {
			if err = rows.Next(r.row); err == nil {
				own = r.took()
			}
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return errors.Join(err, rows.Close())
	})
	if own != nil {
		return own
	}
	return r.server.failed(ctx, err)
}

// took takes the row that was just read, and hands the batch over when it is full.
func (r *reading) took() error {
	if err := r.take(r.batch); err != nil {
		return err
	}
	if r.batch.Rows < batchRows && r.bytes < batchBytes {
		return nil
	}
	if err := r.hand(); err != nil {
		return err
	}
	return r.fresh()
}

// take converts the row that was just read, unless it is left out.
func (r *reading) take(batch *warehouse.Batch) error {
	r.report.Read++
	if r.paged {
		r.last = r.row[r.keyAt]
	}
	if r.day != nil {
		day, reason := r.dayOf(r.row[r.day.at])
		switch {
		case reason != "":
			r.reject(reason)
			return nil
		case day >= r.today || r.day.since != nil && day < *r.day.since:
			r.report.Filtered++
			return nil
		case day < r.report.From:
			return errEarlier
		}
		batch.Days = append(batch.Days, day)
	}
	for i := range r.fields {
		if err := r.cell(i, &batch.Columns[i], batch.Rows); err != nil {
			return err
		}
	}
	batch.Rows++
	r.report.Loaded++
	return nil
}

// cell converts one value of the row.
func (r *reading) cell(i int, into *warehouse.Vector, row int) error {
	f := &r.fields[i]
	value := r.row[i]
	if value == nil {
		appendNull(f.typ, into, row)
		return nil
	}
	if text, ok := value.([]byte); ok {
		r.bytes += len(text)
	}
	err := f.take(value, into)
	if err == nil {
		return nil
	}
	if errors.Is(err, errNoDate) {
		nulled := &r.nulled[i]
		if nulled.Count++; nulled.Count == 1 {
			nulled.Column, nulled.Key, nulled.Text = f.source, r.keyOfRow(), fmt.Sprintf("%s", value)
		}
		appendNull(f.typ, into, row)
		return nil
	}
	r.faults = append(r.faults, Fault{Column: f.source, Key: r.keyOfRow(), Text: err.Error()})
	if len(r.faults) >= mostFaults {
		return &DataError{Table: r.table.Table, From: r.from.name, Faults: r.faults}
	}
	appendNull(f.typ, into, row)
	return nil
}

// finish makes the NULLs of a batch as long as the batch.
func finish(batch *warehouse.Batch) {
	for i := range batch.Columns {
		v := &batch.Columns[i]
		for len(v.Null) > 0 && len(v.Null) < batch.Rows {
			v.Null = append(v.Null, false)
		}
	}
}

// keyOfRow names the row that was just read.
func (r *reading) keyOfRow() string {
	switch key := r.row[r.keyAt].(type) {
	case nil:
		return fmt.Sprintf("row %d", r.report.Read)
	case []byte:
		return r.key + " " + string(key)
	default:
		return fmt.Sprintf("%s %v", r.key, key)
	}
}

// reject counts a row that has no day.
func (r *reading) reject(reason string) {
	r.report.Rejected++
	if len(r.report.Rejects) >= mostReject {
		return
	}
	line := r.report.Read
	if key, ok := r.row[r.keyAt].(int64); ok {
		line = key
	}
	r.report.Rejects = append(r.report.Rejects, warehouse.Reject{Line: line, Text: []byte(r.keyOfRow()), Reason: reason})
}

// dayOf returns the day of a row, or why it has none.
func (r *reading) dayOf(value driver.Value) (day calendar.Day, reason string) {
	d := r.day
	text, ok := value.([]byte)
	if !ok {
		return 0, d.name + " is NULL"
	}
	var err error
	if d.isDate {
		day, err = d.dates.date(text)
	} else {
		var at int64
		if at, err = d.dates.instant(text); err == nil {
			day = r.localDay(at)
		}
	}
	switch {
	case err != nil:
		return 0, fmt.Sprintf("%s is %s, which does not exist", d.name, text)
	case day < d.earliest:
		return 0, fmt.Sprintf("%s is %s, before %s", d.name, text, d.earliest)
	}
	return day, ""
}

// localDay returns the local day of an instant.
func (r *reading) localDay(at int64) calendar.Day {
	d := r.day
	if at >= d.from && at < d.to {
		return d.last
	}
	d.last = r.calendar.DayOf(time.UnixMicro(at))
	from, to := r.calendar.Bounds(d.last)
	d.from, d.to = from.UnixMicro(), to.UnixMicro()
	return d.last
}
