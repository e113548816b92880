package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tearsheet/warehouse"
)

// serverTable is a table as the server describes it.
type serverTable struct {
	schema, name string
	view         bool
	engine       string
	rows         int64  // that the server believes to be there
	next         uint64 // the next value of a column that counts by itself, or 0
	columns      []serverColumn
	indexed      []string // columns that lead an index
	unique       []string // columns that are unique by themselves, that of the primary key first
}

// serverColumn is a column as the server describes it.
type serverColumn struct {
	name      string
	kind      string // int, varchar, …
	spelled   string // int(10) unsigned
	nullable  bool
	precision int
	scale     int
	charset   string
}

func (c serverColumn) unsigned() bool { return strings.Contains(c.spelled, "unsigned") }

// String describes a column as the ledger remembers it.
func (c serverColumn) String() string {
	text := c.name + " " + c.spelled
	if !c.nullable {
		text += " not null"
	}
	return text
}

// isWhole reports whether a column holds whole numbers.
func (c serverColumn) isWhole() bool {
	return slices.Contains([]string{"tinyint", "smallint", "mediumint", "int", "bigint"}, c.kind)
}

// column finds a column, in whatever case.
func (t *serverTable) column(name string) (serverColumn, bool) {
	for _, c := range t.columns {
		if strings.EqualFold(c.name, name) {
			return c, true
		}
	}
	return serverColumn{}, false
}

// describe asks the server for a table. Its error is errNoTable if there is none, or
// none that we may see.
func (s *server) describe(ctx context.Context, from string) (*serverTable, error) {
	t := &serverTable{name: from}
	if schema, name, ok := strings.Cut(from, "."); ok {
		t.schema, t.name = schema, name
	} else if err := s.conn.QueryRowContext(ctx, "select database()").Scan(&t.schema); err != nil {
		return nil, err
	}
	var kind string
	var engine sql.NullString
	var rows, next sql.Null[uint64]
	err := s.conn.QueryRowContext(ctx, "select table_name, table_type, engine, table_rows, auto_increment from information_schema.tables"+
		" where table_schema = ? and table_name = ?", t.schema, t.name).Scan(&t.name, &kind, &engine, &rows, &next)
	if err == sql.ErrNoRows {
		return nil, errNoTable
	}
	if err != nil {
		return nil, err
	}
	t.view, t.engine, t.rows, t.next = kind == "VIEW", engine.String, int64(rows.V), next.V
	if err := s.describeColumns(ctx, t); err != nil {
		return nil, err
	}
	// A part of an index that is an expression has no column.
	const indexes = "from information_schema.statistics where table_schema = ? and table_name = ?"
	if t.indexed, err = s.names(ctx, "select distinct column_name "+indexes+" and seq_in_index = 1 and column_name is not null", t); err != nil {
		return nil, err
	}
	t.unique, err = s.names(ctx, "select max(column_name) "+indexes+" and non_unique = 0"+
		" group by index_name having count(*) = 1 and count(column_name) = 1 and max(coalesce(nullable, '')) <> 'YES' and max(coalesce(sub_part, 0)) = 0"+
		" order by index_name = 'PRIMARY' desc, index_name", t)
	return t, err
}

func (s *server) describeColumns(ctx context.Context, t *serverTable) error {
	rows, err := s.conn.QueryContext(ctx, "select column_name, lower(data_type), column_type, is_nullable, coalesce(numeric_precision, 0), coalesce(numeric_scale, 0),"+
		" coalesce(character_set_name, '') from information_schema.columns where table_schema = ? and table_name = ? order by ordinal_position", t.schema, t.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c serverColumn
		var nullable string
		if err := rows.Scan(&c.name, &c.kind, &c.spelled, &nullable, &c.precision, &c.scale, &c.charset); err != nil {
			return err
		}
		c.nullable = nullable == "YES"
		t.columns = append(t.columns, c)
	}
	return rows.Err()
}

// names asks for names that have to do with a table.
func (s *server) names(ctx context.Context, query string, t *serverTable) ([]string, error) {
	rows, err := s.conn.QueryContext(ctx, query, t.schema, t.name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// key returns the column by which rows are told apart, and whether it is a unique whole
// number, by which the table can be read in pages.
func (t *serverTable) key(wanted string) (column string, paged bool) {
	if wanted == "" && len(t.unique) > 0 {
		wanted = t.unique[0]
	}
	c, ok := t.column(wanted)
	if !ok {
		return "", false
	}
	unique := slices.ContainsFunc(t.unique, func(name string) bool { return strings.EqualFold(name, c.name) })
	return c.name, unique && c.isWhole()
}

// transactional reports whether the table takes part in a snapshot.
func (t *serverTable) transactional() bool {
	return t.view || !slices.Contains([]string{"MyISAM", "Aria", "MEMORY", "CSV", "ARCHIVE", "MRG_MyISAM"}, t.engine)
}

// remember lists the columns as the ledger keeps them.
func (t *serverTable) remember() []string {
	list := make([]string, len(t.columns))
	for i, c := range t.columns {
		list[i] = c.String()
	}
	return list
}

// missing says that a column is gone, and what may have become of it. before are the
// columns as they were the last time.
func (t *serverTable) missing(column Column, before []string) string {
	text := fmt.Sprintf("%s.%s gone", t.name, column.source())
	at, was := remembered(before, column.source())
	for i, c := range t.columns {
		if _, known := remembered(before, c.name); at < 0 || known != "" {
			continue
		}
		same := strings.TrimPrefix(c.String(), c.name) == strings.TrimPrefix(was, was[:strings.IndexByte(was, ' ')])
		switch {
		case same && i == at:
			return fmt.Sprintf("%s; %s is new: same type, same position: if it was renamed, write %s: {type: %s, from: %s}", text, c.name, column.target(), column.Type, c.name)
		case same:
			return fmt.Sprintf("%s; %s is new: same type, another position: if it was renamed, write %s: {type: %s, from: %s}", text, c.name, column.target(), column.Type, c.name)
		}
	}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return text + "; there are " + strings.Join(names, ", ")
}

// remembered finds a column among those of the last time: its place, or -1, and its
// description.
func remembered(before []string, name string) (int, string) {
	for i, text := range before {
		if known, _, _ := strings.Cut(text, " "); strings.EqualFold(known, name) {
			return i, text
		}
	}
	return -1, ""
}

// changes notes how the columns differ from those of the last time.
func (t *serverTable) changes(taken []Column, before []string) []Note {
	if len(before) == 0 {
		return nil
	}
	var notes []Note
	for _, c := range t.columns {
		_, was := remembered(before, c.name)
		uses := slices.ContainsFunc(taken, func(column Column) bool { return strings.EqualFold(column.source(), c.name) })
		switch {
		case was == "":
			notes = append(notes, Note{Column: c.name, Text: fmt.Sprintf("%s is new (%s) and is not taken", c.name, c.spelled)})
		case was != c.String() && uses:
			notes = append(notes, c.changed(was))
		}
	}
	return notes
}

// changed says how a column differs from what it was.
func (c serverColumn) changed(was string) Note {
	_, typ, _ := strings.Cut(was, " ")
	for _, kind := range []string{"enum(", "set("} {
		before, ok := strings.CutPrefix(typ, kind)
		now, still := strings.CutPrefix(c.spelled, kind)
		if !ok || !still {
			continue
		}
		known := members(before)
		var added []string
		for _, member := range members(now) {
			if !slices.Contains(known, member) {
				added = append(added, member)
			}
		}
		if len(added) > 0 {
			return Note{Column: c.name, Warn: true, Text: fmt.Sprintf("%s may now be %s: do the definitions know?", c.name, strings.Join(added, ", "))}
		}
	}
	_, now, _ := strings.Cut(c.String(), " ")
	return Note{Column: c.name, Warn: true, Text: fmt.Sprintf("%s was %s and is %s", c.name, typ, now)}
}

// members reads the values of an enum, up to the parenthesis that closes it.
func members(text string) []string {
	var list []string
	for len(text) > 0 && text[0] == '\'' {
		end := 1
		for end < len(text) && (text[end] != '\'' || end+1 < len(text) && text[end+1] == '\'') {
			if text[end] == '\'' {
				end++
			}
			end++
		}
		list = append(list, strings.ReplaceAll(text[1:min(end, len(text))], "''", "'"))
		text = strings.TrimPrefix(text[min(end+1, len(text)):], ",")
	}
	return list
}

// source returns the name of a column on the server.
func (c Column) source() string {
	if c.From != "" {
		return c.From
	}
	return c.Name
}

// target returns the name of a column in the warehouse.
func (c Column) target() string { return strings.ToLower(c.Name) }

// isDay reports whether a column is the day, which the table of the warehouse has by
// itself.
func (t Table) isDay(c Column) bool {
	return t.Day != "" && c.target() == warehouse.DayColumn && strings.EqualFold(c.source(), t.Day)
}

// table returns the table of the warehouse.
func (t Table) table() warehouse.Table {
	table := warehouse.Table{Name: t.Table, Whole: t.At == "" && t.Day == ""}
	for _, c := range t.Columns {
		if !t.isDay(c) {
			table.Columns = append(table.Columns, warehouse.Column{Name: c.target(), Type: c.Type})
		}
	}
	return table
}
