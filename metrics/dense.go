package metrics

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// DistinctCounter writes the expression by which an engine counts, exactly, the
// distinct integers of an expression that all lie in low ≤ x ≤ high, in one pass
// and with a bit for each; NULLs do not count, and no row gives 0.
type DistinctCounter func(expression string, low, high int64) string

// denseKeys are the distinct counts that are made by bitsets, and how.
type denseKeys map[*Metric]func(expression string) string

// Bitsets pay where a key's values lie close together. These bounds keep them
// small: bits for each row of a day, and bytes in all.
const (
	mostBitsForEachRow = 256
	mostBitsetBytes    = 512 << 20
	bitsetsAtATime     = 4 // copies that an engine's threads may hold
)

// denseKeysOf finds which of the metrics count the distinct values of an integer
// column whose values lie close together over s. It reads each such column once.
func (r *refreshRun) denseKeysOf(ctx context.Context, metrics []*Metric, s span) denseKeys {
	dense := denseKeys{}
	if r.Distinct == nil {
		return dense
	}
	byColumn := map[string][]*Metric{}
	for _, m := range metrics {
		if key, ok := DistinctKey(m.Measure); ok {
			id := m.place() + "\x00" + key
			byColumn[id] = append(byColumn[id], m)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(byColumn)) {
		counted := byColumn[id]
		key, _ := DistinctKey(counted[0].Measure)
		low, high, ok := r.bounds(ctx, counted[0], key, s)
		if !ok || int64(len(counted)*r.DaysAtOnce*bitsetsAtATime)*((high-low)/8+1) > mostBitsetBytes {
			continue
		}
		for _, m := range counted {
			dense[m] = func(expression string) string { return r.Distinct(expression, low, high) }
		}
	}
	return dense
}

// bounds returns the least and the greatest value of an integer column over s, or
// false if the column is none or its values lie far apart. An error is false as
// well: the statement itself will tell.
func (r *refreshRun) bounds(ctx context.Context, m *Metric, key string, s span) (low, high int64, ok bool) {
	r.work.Statements++
	rows, err := r.Source.QueryContext(ctx, fmt.Sprintf("select min(%s), max(%s), count(%s) from %s where %s",
		key, key, key, m.From, m.within(r.Calendar, s)))
	if err != nil {
		return 0, 0, false
	}
	defer rows.Close()
	var least, greatest any
	var count int64
	if !rows.Next() || rows.Scan(&least, &greatest, &count) != nil || rows.Err() != nil {
		return 0, 0, false
	}
	low, isLow := integer(least)
	high, isHigh := integer(greatest)
	if !isLow || !isHigh || high-low < 0 {
		return 0, 0, false
	}
	return low, high, (high-low)/mostBitsForEachRow <= count/int64(s.days())
}

func integer(cell any) (int64, bool) {
	switch v := cell.(type) {
	case int64:
		return v, true
	case int32:
		return int64(v), true
	case int16:
		return int64(v), true
	}
	return 0, false
}
