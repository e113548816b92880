package mysql

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// memory is what the ledger remembers of a table: where the server stood, and what its
// columns were. It is the Reason of the table's entry among the files of the ledger, in
// JSON.
type memory struct {
	position
	Greatest string   `json:",omitempty"` // value of the key, if that is a whole number
	Columns  []string `json:",omitempty"` // as the server described them

	definition string // of the rules by which the table is read now
	otherRules bool   // the table was read by other rules
	entry      warehouse.File
	now        position
	greatest   string
}

// mostMemory is the longest text that the ledger takes.
const mostMemory = 4000

// path names a table of the server in the ledger. The host is no part of it, so that a
// server that took the place of another is compared with it.
func (l *loader) path(table Table) string { return "mysql:" + l.config.DBName + "." + table.From }

// recall reads the memory of a table.
func (l *loader) recall(ctx context.Context, table Table) (memory, error) {
	m := memory{definition: definition(table, l.calendar)}
	files, err := warehouse.Files(ctx, l.warehouse, table.Table)
	if err != nil {
		return m, fmt.Errorf("ledger: %w", err)
	}
	entry, known := files[l.path(table)]
	if !known {
		return m, nil
	}
	m.entry = entry
	m.otherRules = entry.Definition != m.definition
	if err := json.Unmarshal([]byte(entry.Reason), &m); err != nil {
		return m, fmt.Errorf("ledger: what is remembered of %s: %w", entry.Path, err)
	}
	return m, nil
}

// older holds a table if the server has older data than it had: a replica that was left
// behind took over, or a backup was restored. That the newest rows were deleted is no
// sign of it; they were if the key counts by itself and has not gone back, or does not.
func (l *loader) older(ctx context.Context, r *reading, m *memory) error {
	m.now = r.server.position
	if r.paged {
		query := fmt.Sprintf("select coalesce(cast(max(%s) as char), '') from %s", quote(r.key), r.from.quoted())
		if err := r.server.conn.QueryRowContext(ctx, query).Scan(&m.greatest); err != nil {
			return r.server.failed(ctx, err)
		}
	}
	if slices.Contains(l.options.Accept, r.table.Table) {
		return nil
	}
	back, err := r.server.wentBack(ctx, m.position)
	if err != nil {
		return err
	}
	if back {
		return &HeldError{r.table.Table, r.from.name, fmt.Sprintf("the server has older data: it stands at transaction %q and stood at %q%s", m.now.GTID, m.GTID, m.moved())}
	}
	greatest, known := strconv.ParseUint(m.Greatest, 10, 64)
	now, some := strconv.ParseUint(m.greatest, 10, 64)
	fell := known == nil && (some != nil || now < greatest)
	switch {
	case fell && (m.moved() != "" || r.from.next > 0 && r.from.next <= greatest):
		return &HeldError{r.table.Table, r.from.name, fmt.Sprintf("the server has older data: the greatest %s is %s and was %s%s", r.key, orNone(m.greatest), m.Greatest, m.moved())}
	case fell:
		r.report.Notes = append(r.report.Notes, Note{Column: r.key, Text: fmt.Sprintf("the greatest %s is %s and was %s: the newest rows were deleted", r.key, orNone(m.greatest), m.Greatest)})
	case m.moved() != "":
		r.report.Notes = append(r.report.Notes, Note{Text: "it is read from another server than before" + m.moved()})
	}
	return nil
}

// moved says that the server is another one, or nothing.
func (m *memory) moved() string {
	if m.ServerID == "" || m.ServerID == m.now.ServerID {
		return ""
	}
	return fmt.Sprintf(" (server id %s, before %s)", m.now.ServerID, m.ServerID)
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// remember writes into the ledger what was read, unless it says so already. It comes
// after the rows: what is remembered is never newer than they are.
func (l *loader) remember(ctx context.Context, r *reading, before memory) error {
	text, err := text(memory{position: before.now, Greatest: before.greatest, Columns: r.from.remember()})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	entry := warehouse.File{
		Path: l.path(r.table), Checksum: hex.EncodeToString(sum[:16]), Definition: before.definition, From: r.report.From, To: r.report.To,
		Lines: r.report.Read, Loaded: r.report.Loaded, Rejected: r.report.Rejected, Filtered: r.report.Filtered,
		State: warehouse.FileLoaded, Reason: string(text),
	}
	if len(r.report.Rejects) > 0 {
		entry.FirstError = r.report.Rejects[0].Line
	}
	known := before.entry
	known.RunID, known.At = "", entry.At
	if known == entry {
		return nil
	}
	if r.report.Forgotten, err = l.outside(ctx, r); err != nil {
		return err
	}
	none := func(func(warehouse.Row, error) bool) {}
	err = l.warehouse.Replace(ctx, warehouse.Change{Table: r.to, Rows: none, Forget: r.report.Forgotten, Files: []warehouse.File{entry}, RunID: l.options.RunID, At: l.options.Now})
	if err != nil || entry.Rejected == 0 && known.Rejected == 0 {
		return err
	}
	return l.keepRejects(ctx, r)
}

// outside returns the loaded days from before Since.
func (l *loader) outside(ctx context.Context, r *reading) ([]calendar.Day, error) {
	if r.day == nil || r.day.since == nil {
		return nil, nil
	}
	parts, err := warehouse.Partitions(ctx, l.warehouse, r.to.Name, warehouse.WholePart+1, *r.day.since)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return slices.Sorted(maps.Keys(parts)), nil
}

// text writes a memory that fits into the ledger: columns matter less than the position.
func text(m memory) ([]byte, error) {
	text, err := json.Marshal(m)
	if err == nil && len(text) > mostMemory {
		m.Columns = nil
		text, err = json.Marshal(m)
	}
	if err == nil && len(text) > mostMemory {
		m.GTID = ""
		text, err = json.Marshal(m)
	}
	return text, err
}

// keepRejects puts the rejected rows into the place of those of the last time.
func (l *loader) keepRejects(ctx context.Context, r *reading) error {
	path := l.path(r.table)
	if _, err := l.warehouse.ExecContext(ctx, "delete from "+warehouse.RejectTable+" where asset = $1 and path = $2", r.to.Name, path); err != nil {
		return err
	}
	for _, reject := range r.report.Rejects {
		_, err := l.warehouse.ExecContext(ctx, "insert into "+warehouse.RejectTable+" (asset, path, line_no, byte_offset, line, reason) values ($1, $2, $3, $4, $5, $6)",
			r.to.Name, path, reject.Line, int64(0), string(reject.Text), reject.Reason)
		if err != nil {
			return err
		}
	}
	return nil
}
