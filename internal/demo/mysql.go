package demo

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
)

// rowsAtOnce is the number of rows of an INSERT.
const rowsAtOnce = 500

// Statements yields what fills an empty MySQL database with the production tables, one
// statement after the other: they make a table and insert its rows. They drop nothing,
// so a table that is there makes them fail.
func Statements(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		c := newCompany()
		if err := c.history(ctx, nil, func(hour) {}); err != nil {
			yield("", err)
			return
		}
		for _, e := range c.extracts() {
			for statement := range e.statements() {
				if !yield(statement, nil) {
					return
				}
			}
		}
	}
}

// SQL writes the production tables as a dump that a MySQL client reads.
func SQL(ctx context.Context, w io.Writer) error {
	if _, err := io.WriteString(w, "set names utf8mb4;\n"); err != nil {
		return err
	}
	for statement, err := range Statements(ctx) {
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, statement+";\n"); err != nil {
			return err
		}
	}
	return nil
}

func (e extract) statements() iter.Seq[string] {
	return func(yield func(string) bool) {
		var columns []string
		for _, c := range e.columns {
			columns = append(columns, c.name+" "+c.mysql)
		}
		if !yield(fmt.Sprintf("create table %s (\n  %s\n) engine=InnoDB default charset=utf8mb4", e.name, strings.Join(columns, ",\n  "))) {
			return
		}
		for from := 0; from < len(e.rows); from += rowsAtOnce {
			if !yield(e.insert(e.rows[from:min(len(e.rows), from+rowsAtOnce)])) {
				return
			}
		}
	}
}

func (e extract) insert(rows [][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "insert into %s (%s) values", e.name, strings.Join(e.names(), ", "))
	for i, row := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n(")
		for k, value := range row {
			if k > 0 {
				b.WriteString(", ")
			}
			b.WriteString(e.columns[k].literal(value))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// literal writes a value for a statement.
func (c column) literal(value string) string {
	if value == "" && !strings.Contains(c.mysql, "not null") {
		return "null"
	}
	for _, plain := range []string{"bigint", "integer", "decimal", "boolean"} {
		if strings.HasPrefix(c.mysql, plain) {
			return value
		}
	}
	return "'" + strings.NewReplacer(`\`, `\\`, "'", "''").Replace(value) + "'"
}
