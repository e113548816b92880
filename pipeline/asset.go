// Package pipeline fills a warehouse: it knows the tables and what each is made of,
// finds out from the ledger which days of which table are stale, and makes these
// anew, parents first. What a row means is said by SQL, one file per table; how rows
// come from outside is left to the sources; that a run happens at all is left to
// package workflow. It knows no metric.
package pipeline

import "tearsheet/warehouse"

// Asset is a table of the warehouse and how its rows come about: by SQL over other
// tables, or from a source outside.
type Asset struct {
	Name        string // of the table: likes, or staging.events
	File        string // where it is written down, for faults: etl/likes.sql
	Line        int    // of its name in File
	Description string
	Owner       string
	Tags        []string
	Depends     []Depend
	Columns     []Column // all of them, day among them unless the table is whole
	Whole       bool     // not cut into days
	// SQL is the SELECT that makes it, without the header; "" if a source fills it.
	// SQLLine and SQLColumn are where in File it begins.
	SQL       string
	SQLLine   int
	SQLColumn int
	// Source says in a line where the rows of a table without SQL come from.
	Source string
	Checks []warehouse.Check // of the header, in its order

	bares   map[string]string // its statements for the hash, by what they were made of
	foreign []fault           // what Redshift does not understand of the custom checks
	checked []checkRead       // the tables that its custom checks read
	faulty  bool              // its file has faults: only its name can be relied on
}

// Column is a column of an asset.
type Column struct {
	Name        string
	Type        warehouse.Type
	Description string
	Categorical bool     // its values are worth listing
	Allowed     []string // the values that it may have, or nil
	PrimaryKey  bool
	Line        int // of File
}

// Mapping says which partitions of a parent a partition of a child is made of.
type Mapping string

// The mappings.
const (
	Same      Mapping = "same"       // the same day, or the whole of a whole table
	Previous  Mapping = "previous"   // the day before
	Lookback  Mapping = "lookback"   // the day and the Days before it
	AllBefore Mapping = "all_before" // the day and all days before it
	Latest    Mapping = "latest"     // as it is when the child is made; a later change does not make the child stale
)

// Depend is a parent of an asset.
type Depend struct {
	Asset   string
	Mapping Mapping
	Days    int // of Lookback
	Line    int // of File
	Column  int
}

// Table returns the table of the asset.
func (a *Asset) Table() warehouse.Table {
	t := warehouse.Table{Name: a.Name, Whole: a.Whole}
	for _, c := range a.Columns {
		if c.Name != warehouse.DayColumn || a.Whole {
			t.Columns = append(t.Columns, warehouse.Column{Name: c.Name, Type: c.Type})
		}
	}
	return t
}
