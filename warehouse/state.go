package warehouse

import (
	"context"
	"time"

	"tearsheet/calendar"
)

// State is what the ledger knows of all tables: their partitions by day, or by
// WholePart.
type State map[string]map[calendar.Day]Partition

// ReadState reads the ledger of all tables at once. Its memory grows with tables
// times days.
func ReadState(ctx context.Context, q Querier) (State, error) {
	rows, err := q.QueryContext(ctx, "select asset, part, have, expected, input_hash, data_version, rows_loaded, rejected, run_id, loaded_at from "+PartitionTable)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	state := State{}
	for rows.Next() {
		var table string
		var day time.Time
		var p Partition
		if err := rows.Scan(&table, &day, &p.Coverage.Have, &p.Coverage.Of, &p.InputHash, &p.Version, &p.Rows, &p.Rejected, &p.RunID, &p.At); err != nil {
			return nil, err
		}
		p.Day, p.At = calendar.DayOn(day.Date()), p.At.UTC()
		if state[table] == nil {
			state[table] = map[calendar.Day]Partition{}
		}
		state[table][p.Day] = p
	}
	return state, rows.Err()
}
