package schemadoc

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// sampleRows is how many rows are looked at before a column is counted: one that has
// too many values among them is none with few.
const sampleRows = 10_000

// rowsRead are the rows of a table that are counted: what follows from in a statement,
// and its arguments.
type rowsRead struct {
	from  string
	where string
	args  []any
}

// count finds the NULLs of all columns of a table in one scan, and the values of the
// categorical ones in one scan each.
func (r *reader) count(a *pipeline.Asset, t *Table) error {
	t.Counted = r.span(a, t.Fresh)
	in := rowsRead{from: a.Table().Quoted()}
	switch {
	case !a.Whole:
		in.where = " where day >= cast($1 as date) and day < cast($2 as date)"
		in.args = []any{t.Counted.From.String(), t.Counted.To.String()}
	case t.Counted.Of > 0:
		in.from = fmt.Sprintf("(select * from %s limit %d) bounded", in.from, t.Counted.Rows)
	}
	if err := r.nulls(a, t, in); err != nil {
		return err
	}
	if t.Counted.Rows == 0 {
		return nil
	}
	for i := range t.Columns {
		if err := r.values(a.Columns[i], t, &t.Columns[i], in); err != nil {
			return fmt.Errorf("column %s: %w", t.Columns[i].Name, err)
		}
	}
	return nil
}

// span chooses the rows that are counted: the last days as long as they are few enough.
func (r *reader) span(a *pipeline.Asset, f Freshness) Counted {
	if a.Whole {
		if f.Rows > r.options.MostRows {
			return Counted{Rows: r.options.MostRows, Of: f.Rows}
		}
		return Counted{Rows: f.Rows}
	}
	c := Counted{From: f.Last, To: f.Last + 1}
	rows := r.state[a.Name][f.Last].Rows
	for _, day := range slices.Backward(slices.Sorted(maps.Keys(r.state[a.Name]))) {
		if day == f.Last {
			continue
		}
		rows += r.state[a.Name][day].Rows
		if rows > r.options.MostRows || f.Last.Sub(day) >= r.options.MostDays {
			break
		}
		c.From = day
	}
	return c
}

// nulls counts the rows and the NULLs of every column that stands in the warehouse.
func (r *reader) nulls(a *pipeline.Asset, t *Table, in rowsRead) error {
	counts := []string{"count(*)"}
	var columns []*Column
	for i := range t.Columns {
		if r.column(a.Name, t.Columns[i].Name) {
			columns = append(columns, &t.Columns[i])
			counts = append(counts, "count("+quoted(t.Columns[i].Name)+")")
		}
	}
	found := make([]int64, len(counts))
	into := make([]any, len(counts))
	for i := range found {
		into[i] = &found[i]
	}
	if err := r.one("select "+strings.Join(counts, ", ")+" from "+in.from+in.where, in.args, into...); err != nil {
		return err
	}
	t.Counted.Rows = found[0]
	for i, c := range columns {
		c.Nulls = found[0] - found[i+1]
	}
	return nil
}

// column reports whether a column stands in the warehouse.
func (r *reader) column(table, name string) bool {
	return slices.ContainsFunc(r.stands[table], func(c warehouse.ResultColumn) bool { return c.Name == name })
}

// values lists the values of a column that is called categorical, or has few.
func (r *reader) values(a pipeline.Column, t *Table, c *Column, in rowsRead) error {
	text, ok := asText(a)
	if !ok || !r.column(t.Name, a.Name) || !a.Categorical && a.PrimaryKey {
		return nil
	}
	if !a.Categorical {
		few, err := r.few(text, in)
		if err != nil || !few {
			return err
		}
	}
	values, distinct, err := r.frequent(text, in)
	if err != nil {
		return err
	}
	if !a.Categorical && (distinct > int64(r.options.MostValues) || 2*distinct > t.Counted.Rows-c.Nulls) {
		return nil // such as names, of which a small table has few
	}
	c.Values, c.More = judged(values, a), distinct-int64(len(values))
	if c.Nulls > 0 && len(c.Values) > 0 {
		c.Values = append(c.Values, Value{Null: true, Rows: c.Nulls})
	}
	slices.SortStableFunc(c.Values, func(x, y Value) int {
		return cmp.Or(cmp.Compare(y.Rows, x.Rows), strings.Compare(x.Text, y.Text))
	})
	return nil
}

// judged marks the values that are not allowed, and adds allowed ones that were not
// seen. Numbers are compared as such: 1 allows 1.0.
func judged(values []Value, a pipeline.Column) []Value {
	if a.Allowed == nil {
		return values
	}
	allowed, seen := map[string]bool{}, map[string]bool{}
	for _, text := range a.Allowed {
		allowed[plainNumber(text, a.Type.Kind)] = true
	}
	for i, v := range values {
		plain := plainNumber(v.Text, a.Type.Kind)
		values[i].Stray = !allowed[plain]
		seen[plain] = true
	}
	for _, text := range a.Allowed {
		if plain := plainNumber(text, a.Type.Kind); !seen[plain] {
			values = append(values, Value{Text: text})
			seen[plain] = true
		}
	}
	return values
}

// plainNumber returns a number in the one form that all its spellings have, and what is
// no number as it is.
func plainNumber(text string, kind warehouse.Kind) string {
	switch kind {
	case warehouse.Bigint, warehouse.Double, warehouse.Decimal:
		if number, ok := new(big.Rat).SetString(text); ok {
			return number.RatString()
		}
	}
	return text
}

// few reports whether a column has few values in some rows. If not, it has many in all.
func (r *reader) few(text string, in rowsRead) (bool, error) {
	var distinct int64
	err := r.one(fmt.Sprintf("select count(distinct v) from (select %s as v from %s%s limit %d) sample", text, in.from, in.where, sampleRows), in.args, &distinct)
	return distinct <= int64(r.options.MostValues), err
}

// frequent returns the most frequent values of a column and the number of all.
func (r *reader) frequent(text string, in rowsRead) ([]Value, int64, error) {
	rows, err := r.q.QueryContext(r.ctx, fmt.Sprintf(`select v, n, count(*) over () from (select %s as v, count(*) as n from %s%s group by 1) counted
		where v is not null order by n desc, v limit %d`, text, in.from, in.where, r.options.MostValues), in.args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var values []Value
	var distinct int64
	for rows.Next() {
		var v Value
		if err := rows.Scan(&v.Text, &v.Rows, &distinct); err != nil {
			return nil, 0, err
		}
		values = append(values, v)
	}
	return values, distinct, rows.Err()
}

// one reads the only row of a statement.
func (r *reader) one(query string, args []any, into ...any) error {
	rows, err := r.q.QueryContext(r.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return cmp.Or(rows.Err(), sql.ErrNoRows)
	}
	if err := rows.Scan(into...); err != nil {
		return err
	}
	return rows.Err()
}

// asText returns an expression for a column whose values may be listed. Not every
// engine can cast a truth value.
func asText(c pipeline.Column) (string, bool) {
	name := quoted(c.Name)
	switch {
	case c.Type.Kind == warehouse.Boolean:
		return "case when " + name + " then 'true' when not " + name + " then 'false' end", true
	case c.Type.Kind == warehouse.Text:
		return name, true
	case c.Categorical:
		return "cast(" + name + " as varchar(200))", true
	}
	return "", false
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
