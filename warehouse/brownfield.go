package warehouse

import (
	"context"

	"tearsheet/calendar"
)

// Brownfield is a warehouse that others fill. There is no ledger in it, so what is
// loaded is a matter of trust: every day from CompleteFrom to CompleteThrough. The
// versions of its days are unknown. It writes nothing.
type Brownfield struct {
	Querier
	// FirstDay returns the first day that a table holds, or false if it holds
	// none. It is asked where CompleteFrom is nil.
	FirstDay func(ctx context.Context, table string) (calendar.Day, bool, error)
	// CompleteFrom is the first day that is complete in every table.
	CompleteFrom *calendar.Day
	// CompleteThrough is the last day that is complete.
	CompleteThrough calendar.Day
}

// Loaded returns a whole day, of unknown version, for each day that is taken as
// loaded.
func (b Brownfield) Loaded(ctx context.Context, table string, from, to calendar.Day) (map[calendar.Day]calendar.Load, error) {
	loads := map[calendar.Day]calendar.Load{}
	first, ok, err := b.first(ctx, table)
	if err != nil || !ok {
		return loads, err
	}
	for day := max(from, first); day < min(to, b.CompleteThrough+1); day++ {
		loads[day] = calendar.Load{Coverage: calendar.Whole()}
	}
	return loads, nil
}

func (b Brownfield) first(ctx context.Context, table string) (calendar.Day, bool, error) {
	if b.CompleteFrom != nil {
		return *b.CompleteFrom, true, nil
	}
	return b.FirstDay(ctx, table)
}
