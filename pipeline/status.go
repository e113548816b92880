package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// NodeState says in a word how a table is.
type NodeState string

// The states, from good to bad.
const (
	Fresh  NodeState = "fresh"  // everything is made of what its parents are now
	Open   NodeState = "open"   // something that was expected is not there yet
	Behind NodeState = "stale"  // days have to be made or loaded
	Never  NodeState = "never"  // nothing was ever loaded
	Failed NodeState = "failed" // the last attempt at some of its days failed
)

// stripDays is the number of days of which Status.Strip tells the coverage.
const stripDays = 35

// Status is how a table stands.
type Status struct {
	Asset *Asset
	State NodeState
	// Why is what keeps it from being fresh, or "".
	Why string
	// First and Last are the first and the last loaded day; of a whole table they
	// are WholePart. Days is the number of loaded days.
	First, Last calendar.Day
	Days        int
	Rows        int64 // of all loaded days
	Rejected    int64
	LoadedAt    time.Time // of the part that was loaded last
	Stale       []calendar.Day
	Incomplete  []Incomplete
	// Strip is the coverage of the last 35 days before today, oldest first; the
	// zero Coverage is a day that is not loaded. It is empty for a whole table.
	Strip []calendar.Coverage
	// Took is how long the last work on the table took, of all its batches.
	Took    time.Duration
	LastRun string
	// Error is that of the last attempts, if one of them failed and none made it good,
	// and FailedAt the first day of that attempt.
	Error    string
	FailedAt calendar.Day
	// BrokenFiles and HeldFiles count the files of a source of which nothing is loaded.
	BrokenFiles, HeldFiles int
}

// Incomplete is a day of which not everything is there.
type Incomplete struct {
	Day calendar.Day
	calendar.Coverage
}

// Survey returns how all tables of a graph stand before a day that is not over yet,
// in the graph's order. It reads the ledger and no rows.
func Survey(ctx context.Context, q warehouse.Querier, g *Graph, today calendar.Day) ([]Status, error) {
	state, err := warehouse.ReadState(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	attempts, err := lastAttempts(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	files, err := unloadedFiles(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	planner := &Planner{State: state, Today: today}
	var all []Status
	for _, asset := range g.Assets() {
		s := Status{Asset: asset, State: Fresh}
		s.loaded(state[asset.Name], today)
		s.attempted(attempts[asset.Name])
		s.BrokenFiles, s.HeldFiles = files[asset.Name][warehouse.FileBroken], files[asset.Name][warehouse.FileHeld]
		s.judge(planner, today)
		all = append(all, s)
	}
	return all, nil
}

// loaded takes over what the ledger says of a table.
func (s *Status) loaded(parts map[calendar.Day]warehouse.Partition, today calendar.Day) {
	days := slices.Sorted(maps.Keys(parts))
	if len(days) == 0 {
		return
	}
	s.First, s.Last, s.Days = days[0], days[len(days)-1], len(days)
	for _, day := range days {
		part := parts[day]
		s.Rows += part.Rows
		s.Rejected += part.Rejected
		if part.At.After(s.LoadedAt) {
			s.LoadedAt = part.At
		}
		if day < today && !part.Coverage.Complete() {
			s.Incomplete = append(s.Incomplete, Incomplete{day, part.Coverage})
		}
	}
	if s.Asset.Whole {
		return
	}
	for day := today.Add(-stripDays); day < today; day++ {
		s.Strip = append(s.Strip, parts[day].Coverage)
	}
}

// unloadedFiles counts the files of which nothing is loaded, by table and state.
func unloadedFiles(ctx context.Context, q warehouse.Querier) (map[string]map[warehouse.FileState]int, error) {
	rows, err := q.QueryContext(ctx, "select asset, state, count(*) from "+warehouse.FileTable+" where state <> $1 group by asset, state", string(warehouse.FileLoaded))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[string]map[warehouse.FileState]int{}
	for rows.Next() {
		var table string
		var state warehouse.FileState
		var n int
		if err := rows.Scan(&table, &state, &n); err != nil {
			return nil, err
		}
		if counts[table] == nil {
			counts[table] = map[warehouse.FileState]int{}
		}
		counts[table][state] = n
	}
	return counts, rows.Err()
}

// attempted takes over what the last run that worked on a table did.
func (s *Status) attempted(attempts []warehouse.Attempt) {
	for _, a := range attempts {
		s.LastRun = a.RunID
		s.Took += a.Ended.Sub(a.Started)
	}
	if failed := standing(attempts); len(failed) > 0 {
		s.Error, s.FailedAt = failed[0].Error, failed[0].From
	}
}

// judge finds the state, the worst that holds.
func (s *Status) judge(planner *Planner, today calendar.Day) {
	set := func(state NodeState, why string) { s.State, s.Why = state, why }
	nothing := "nothing was ever loaded"
	if len(s.Incomplete) > 0 {
		last := s.Incomplete[len(s.Incomplete)-1]
		set(Open, fmt.Sprintf("%d of %d hours or parts of %s are there", last.Have, last.Of, last.Day))
	}
	if s.Asset.SQL != "" {
		plan := planner.Plan(s.Asset)
		for _, stale := range plan.Stale {
			s.Stale = append(s.Stale, stale.Day)
		}
		switch n := len(plan.Forget); {
		case len(plan.Stale) > 0:
			set(Behind, plan.Stale[0].Why)
		case plan.Waiting != "":
			set(Behind, plan.Waiting)
			nothing = plan.Waiting
		case n > 0:
			set(Behind, fmt.Sprintf("of %d of its days a parent has nothing any more", n))
		}
	} else if s.Days > 0 && !s.Asset.Whole && s.Last < today-1 {
		set(Behind, fmt.Sprintf("the last day is %s", s.Last))
	}
	if s.Days == 0 {
		set(Never, nothing)
	}
	if s.Error != "" && (s.Asset.SQL == "" || len(s.Stale) > 0 || s.Days == 0) {
		set(Failed, s.Error)
	}
}
