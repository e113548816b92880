package schemadoc

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// Options bound what Read does. A zero number stands for its default.
type Options struct {
	Company  string
	Calendar calendar.Calendar
	AsOf     calendar.Day // the last day that is over
	// MostValues is how many values of a column are listed, 25. A column of text or
	// truth values with no more than that, which repeat, is taken as categorical.
	MostValues int
	// MostDays and MostRows bound what is counted of a table: the last days that are
	// loaded, 28, with as many rows, 10 million, and one day at least.
	MostDays int
	MostRows int64
}

func (o Options) withDefaults() Options {
	o.MostValues = cmp.Or(o.MostValues, 25)
	o.MostDays = cmp.Or(o.MostDays, 28)
	o.MostRows = cmp.Or(o.MostRows, 10_000_000)
	return o
}

// Read makes the document of the assets, of the ledger, and of tables that stand in the
// warehouse besides. It reads the ledger and counts values in a bounded number of rows;
// in a warehouse without a ledger it counts nothing.
func Read(ctx context.Context, q warehouse.Querier, assets []*pipeline.Asset, o Options) (*Document, error) {
	r := &reader{ctx: ctx, q: q, options: o.withDefaults(), assets: assets, usedBy: map[string][]string{}, byName: map[string]*pipeline.Asset{}}
	if err := r.look(); err != nil {
		return nil, fmt.Errorf("schema document: %w", err)
	}
	for _, a := range assets {
		r.byName[a.Name] = a
		for _, d := range a.Depends {
			r.usedBy[d.Asset] = append(r.usedBy[d.Asset], a.Name)
		}
	}
	tables := map[string][]Table{}
	for _, a := range slices.SortedFunc(slices.Values(assets), func(a, b *pipeline.Asset) int { return cmp.Compare(a.Name, b.Name) }) {
		table, err := r.table(a)
		if err != nil {
			return nil, fmt.Errorf("schema document: table %s: %w", a.Name, err)
		}
		tables[kindOf(a)] = append(tables[kindOf(a)], table)
	}
	tables[kindLedger] = r.ledgerTables()
	tables[kindOther] = r.others()
	doc := &Document{Company: o.Company, AsOf: o.AsOf, Timezone: o.Calendar.Zone().String(), Missing: r.missing}
	for _, g := range groups() {
		if g.Tables = tables[g.Title]; len(g.Tables) > 0 {
			doc.Groups = append(doc.Groups, g)
		}
	}
	slices.SortStableFunc(doc.Missing, func(a, b Missing) int { return cmp.Compare(doc.place(a.Table), doc.place(b.Table)) })
	return doc, nil
}

// place returns where a table stands in the document.
func (d *Document) place(name string) int {
	at := 0
	for _, g := range d.Groups {
		for _, t := range g.Tables {
			if t.Name == name {
				return at
			}
			at++
		}
	}
	return at
}

// reader is a document that is being read.
type reader struct {
	ctx     context.Context
	q       warehouse.Querier
	options Options
	assets  []*pipeline.Asset
	byName  map[string]*pipeline.Asset
	usedBy  map[string][]string
	stands  map[string][]warehouse.ResultColumn // the tables in the warehouse
	state   warehouse.State
	missing []Missing
}

// look reads which tables there are, and the ledger if there is one. Tables of the
// schema that statements mean by default have no schema in their names.
func (r *reader) look() error {
	rows, err := r.q.QueryContext(r.ctx, `select case when table_schema = current_schema() then '' else table_schema || '.' end || table_name, column_name, data_type
		from information_schema.columns
		where table_catalog = current_database() and table_schema not in ('information_schema', 'pg_catalog')
		order by table_schema, table_name, ordinal_position`)
	if err != nil {
		return err
	}
	defer rows.Close()
	r.stands = map[string][]warehouse.ResultColumn{}
	for rows.Next() {
		var table string
		var c warehouse.ResultColumn
		if err := rows.Scan(&table, &c.Name, &c.Type); err != nil {
			return err
		}
		r.stands[table] = append(r.stands[table], c)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if r.stands[warehouse.PartitionTable] != nil {
		r.state, err = warehouse.ReadState(r.ctx, r.q)
	}
	return err
}

// table tells what is known of an asset's table.
func (r *reader) table(a *pipeline.Asset) (Table, error) {
	t := Table{Name: a.Name, Description: a.Description, Grain: grainOf(a), Partition: partitionOf(a), Owner: a.Owner,
		Source: sourceOf(a), UsedBy: slices.Compact(slices.Sorted(slices.Values(r.usedBy[a.Name]))), Fresh: r.freshness(a)}
	for _, d := range a.Depends {
		t.MadeOf = append(t.MadeOf, Parent{d.Asset, mappingText(d, r.byName[d.Asset])})
	}
	for _, c := range a.Columns {
		t.Columns = append(t.Columns, Column{Name: c.Name, Type: c.Type.String(), Description: c.Description, Key: c.PrimaryKey, NeverNull: neverNull(a, c)})
	}
	if t.Fresh.Loaded && r.stands[a.Name] != nil {
		if err := r.count(a, &t); err != nil {
			return Table{}, err
		}
	}
	r.lint(a, t)
	return t, nil
}

func neverNull(a *pipeline.Asset, c pipeline.Column) bool {
	if c.Name == warehouse.DayColumn && !a.Whole {
		return true
	}
	return slices.ContainsFunc(a.Checks, func(check warehouse.Check) bool { return check.Name == c.Name+" not_null" })
}

// freshness tells what the ledger says of a table.
func (r *reader) freshness(a *pipeline.Asset) Freshness {
	parts := r.state[a.Name]
	days := slices.Sorted(maps.Keys(parts))
	if len(days) == 0 {
		return Freshness{Known: r.state != nil}
	}
	f := Freshness{Known: true, Loaded: true, Whole: a.Whole, First: days[0], Last: days[len(days)-1], Days: len(days)}
	f.Coverage = parts[f.Last].Coverage
	if f.Coverage == (calendar.Coverage{}) {
		f.Coverage = calendar.Whole()
	}
	for _, part := range parts {
		f.Rows += part.Rows
		if part.At.After(f.LoadedAt) {
			f.LoadedAt = part.At
		}
	}
	f.LoadedAt = f.LoadedAt.In(r.options.Calendar.Zone())
	return f
}

// others are tables that stand in the warehouse and are nobody's.
func (r *reader) others() []Table {
	var tables []Table
	for _, name := range slices.Sorted(maps.Keys(r.stands)) {
		if r.byName[name] != nil || slices.Contains(ledgerNames(), name) {
			continue
		}
		t := Table{Name: name}
		for _, c := range r.stands[name] {
			t.Columns = append(t.Columns, Column{Name: c.Name, Type: typeWord(c.Type)})
		}
		tables = append(tables, t)
		r.missing = append(r.missing, Missing{Table: name, Text: "stands in the warehouse, and no file and no source makes it"})
	}
	return tables
}
