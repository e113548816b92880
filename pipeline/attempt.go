package pipeline

import (
	"context"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// ofLastRuns finds the attempts of the last run that worked on each table, and none of
// the runs before: a ledger of years costs no more than one of days.
const ofLastRuns = `select a.run_id, a.asset, a.from_part, a.to_part, a.state, a.error, a.rows_loaded, a.changed, a.started_at, a.ended_at
	from ` + warehouse.AttemptTable + ` as a join (
		select distinct b.asset, b.run_id from ` + warehouse.AttemptTable + ` as b join (
			select asset, max(started_at) as began from ` + warehouse.AttemptTable + ` group by asset
		) as latest on latest.asset = b.asset and latest.began = b.started_at
	) as last_run on last_run.asset = a.asset and last_run.run_id = a.run_id
	order by a.started_at, a.asset, a.from_part`

// lastAttempts returns, by table, the attempts of the last run that worked on it, the
// oldest first.
func lastAttempts(ctx context.Context, q warehouse.Querier) (map[string][]warehouse.Attempt, error) {
	rows, err := q.QueryContext(ctx, ofLastRuns)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	byTable := map[string][]warehouse.Attempt{}
	for rows.Next() {
		var a warehouse.Attempt
		var from, to time.Time
		if err := rows.Scan(&a.RunID, &a.Asset, &from, &to, &a.State, &a.Error, &a.Rows, &a.Changed, &a.Started, &a.Ended); err != nil {
			return nil, err
		}
		a.From, a.To = calendar.DayOn(from.Date()), calendar.DayOn(to.Date())
		byTable[a.Asset] = append(byTable[a.Asset], a)
	}
	return byTable, rows.Err()
}

// standing returns the failures that no later attempt has made good: a run that was
// interrupted may have tried the same days twice.
func standing(attempts []warehouse.Attempt) []warehouse.Attempt {
	var failed []warehouse.Attempt
	for _, a := range attempts {
		if a.State == warehouse.Failed && !madeGood(a, attempts) {
			failed = append(failed, a)
		}
	}
	return failed
}

// madeGood reports whether a failure was followed by a success at its days, or at
// any if all of a table had failed.
func madeGood(failed warehouse.Attempt, attempts []warehouse.Attempt) bool {
	for _, a := range attempts {
		if a.State == warehouse.Succeeded && a.Started.After(failed.Started) && (failed.From == warehouse.WholePart || a.From < failed.To && failed.From < a.To) {
			return true
		}
	}
	return false
}
