package warehouse

import (
	"fmt"

	"tearsheet/calendar"
)

// Standing says how the table that a warehouse has under a name goes with the one that
// is to be filled. One of the other kind, whole where days are to be filled or cut into
// days where it is to be whole, stays as it is until the first Build, Refresh or Replace
// of the new kind, and gives way in the transaction that fills the new one.
type Standing struct {
	Turns  bool // it is of the other kind
	Strays bool // it is not, but the ledger has entries of the other kind beside its own
}

// Standing asks how a table stands. Columns is what follows "select count(*)" to count
// its columns by the engine's catalog; number runs a statement that returns one number.
// A table of the other kind that must not give way is an error.
func (t Table) Standing(columns string, number func(query string) (int64, error)) (Standing, error) {
	entries := "select count(*) from " + PartitionTable + " where asset = " + Literal(t.Name) + " and part"
	one := InDays([]calendar.Day{WholePart})
	var counts [4]int64
	for i, query := range []string{"select count(*) " + columns, "select count(*) " + columns + " and column_name = " + Literal(DayColumn), entries + one, entries + " not" + one} {
		var err error
		if counts[i], err = number(query); err != nil {
			return Standing{}, err
		}
	}
	_, ownDay := t.Column(DayColumn)
	is, hasDay, whole, days := counts[0] > 0, counts[1] > 0, counts[2] > 0, counts[3] > 0
	other := is && (t.Whole && hasDay && !ownDay || !t.Whole && !hasDay)
	strays, own := whole, days
	if t.Whole {
		strays, own = days, whole
	}
	if _, byFile := t.Column(FileColumn); byFile {
		if other {
			return Standing{}, fmt.Errorf("table %s: the warehouse has it %s: drop it, delete its entries in %s, and load it again", t.Name, t.otherKind(), PartitionTable)
		}
		return Standing{}, nil
	}
	if other && !strays && !own {
		return t.unknown(number)
	}
	turns := other || strays && !own
	return Standing{Turns: turns, Strays: strays && !turns}, nil
}

// unknown is about a table of the other kind that the ledger does not know: it may be
// somebody else's, and gives way if it is empty.
func (t Table) unknown(number func(query string) (int64, error)) (Standing, error) {
	rows, err := number("select count(*) from (select 1 as one from " + t.Quoted() + " limit 1) as first_row")
	if err == nil && rows > 0 {
		err = fmt.Errorf("table %s: the warehouse has it %s, with rows that the ledger does not know: drop it, or take another name", t.Name, t.otherKind())
	}
	return Standing{Turns: true}, err
}

// otherKind says how a table of the other kind than this one is made.
func (t Table) otherKind() string {
	if t.Whole {
		return "cut into days"
	}
	return "as a whole, without a column " + DayColumn
}

// Turning returns the statements by which what stands gives way to a table.
func (t Table) Turning(s Standing, spell func(Type) string) []string {
	asset := " where asset = " + Literal(t.Name)
	switch {
	case s.Turns:
		statements := []string{"drop table if exists " + t.Quoted(), t.Create(spell)}
		for _, table := range []string{PartitionTable, FileTable, FileDayTable, RejectTable} {
			statements = append(statements, "delete from "+table+asset)
		}
		return statements
	case s.Strays && t.Whole:
		return []string{"delete from " + PartitionTable + asset + " and part not" + InDays([]calendar.Day{WholePart})}
	case s.Strays:
		return []string{"delete from " + PartitionTable + asset + " and part" + InDays([]calendar.Day{WholePart})}
	}
	return nil
}
