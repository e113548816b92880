package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// firstDay returns the first day for which the snapshot speaks: of its own rows or, for
// these may be gone, of those that are loaded. Without an index the server would have
// to look at all rows for it; then it is that of the first row by the key, which mostly
// is the oldest, and if it is not, the reading begins again.
func (l *loader) firstDay(ctx context.Context, r *reading) (calendar.Day, error) {
	if r.day.since != nil {
		return *r.day.since, nil
	}
	first := l.options.Today
	parts, err := warehouse.Partitions(ctx, l.warehouse, r.to.Name, r.day.earliest, first)
	if err != nil {
		return 0, err
	}
	for day := range parts {
		if day != warehouse.WholePart {
			first = min(first, day)
		}
	}
	guess := r.oldest
	if r.paged && !slices.ContainsFunc(r.from.indexed, func(name string) bool { return strings.EqualFold(name, r.day.name) }) {
		guess = r.lowest
	}
	day, err := guess(ctx)
	return min(first, day), err
}

// lowest asks the server for the day of the row with the lowest key.
func (r *reading) lowest(ctx context.Context) (calendar.Day, error) {
	query := fmt.Sprintf("select cast(%s as char) from %s%s order by %s limit 1", quote(r.day.name), r.from.quoted(), r.condition(), quote(r.key))
	var text sql.NullString
	err := r.server.conn.QueryRowContext(ctx, query).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return r.today, nil
	}
	if err != nil {
		return 0, r.server.failed(ctx, err)
	}
	day, reason := r.dayOf([]byte(text.String))
	if reason != "" {
		return r.today, nil
	}
	return day, nil
}

// oldest asks the server for the day of the first row that has one.
func (r *reading) oldest(ctx context.Context) (calendar.Day, error) {
	after := ">= '" + r.day.earliest.String() + "'"
	if !r.day.isDate {
		from, _ := r.calendar.Bounds(r.day.earliest)
		after = ">= '" + from.UTC().Format(time.DateTime) + "'"
	}
	for range mostReject {
		query := fmt.Sprintf("select cast(min(%s) as char) from %s%s", quote(r.day.name), r.from.quoted(), r.condition(quote(r.day.name)+" "+after))
		var text sql.NullString
		if err := r.server.conn.QueryRowContext(ctx, query).Scan(&text); err != nil {
			return 0, r.server.failed(ctx, err)
		}
		if !text.Valid {
			return r.today, nil
		}
		day, reason := r.dayOf([]byte(text.String))
		if reason == "" {
			return day, nil
		}
		after = "> '" + text.String + "'"
		if next, ok := nextDate([]byte(text.String)); ok { // MySQL compares nothing with a date that does not exist
			after = ">= '" + next.String() + "'"
		}
	}
	return r.day.earliest, nil
}
