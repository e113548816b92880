// Package demo invents a photo company, Lumen & Lark: the hourly logs of its servers,
// its production tables, and the plan that its finance team made. It computes no
// metric; whoever reads its files does.
//
// Whatever it writes depends on nothing but this package, so that two folders are the
// same byte for byte. Three stories are told in it: a release breaks the web signup
// form, a social network shows links to fewer people, and an autumn campaign brings
// the marketplace ahead of its plan. What goes wrong with the files, on purpose, is
// listed by Accidents. Files come in two deliveries, as they do in life: WriteData and,
// for what was late or broken, DeliverRest.
package demo

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tearsheet/calendar"
)

// Lengths of the history, in weeks.
const (
	weeks     = 26 // of the production tables
	weeksLogs = 13 // of the logs, which are kept no longer
)

// Today is the day on which the history is read: the Tuesday after its last week.
func Today() calendar.Day { return calendar.DayOn(2026, time.November, 17) }

// Yesterday is the last day of which there is anything, a Monday.
func Yesterday() calendar.Day { return Today() - 1 }

// Last is the last day of the last week, a Sunday.
func Last() calendar.Day { return calendar.DayOn(2026, time.November, 15) }

// First is the first day of the history, a Monday.
func First() calendar.Day { return Last() - weeks*calendar.DaysPerWeek + 1 }

// LogsFrom is the first day of which there are logs, a Monday.
func LogsFrom() calendar.Day { return Last() - weeksLogs*calendar.DaysPerWeek + 1 }

// Zone is the time zone of the company.
const Zone = "America/Toronto"

// WriteData makes the first delivery in dir: logs/HOST/DAY-HOUR.log.gz, in UTC, and
// production/TABLE.csv.gz. It overwrites no file. After each day it calls progress,
// unless that is nil, with the number of days lived and of all days.
func WriteData(ctx context.Context, dir string, progress func(done, total int)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, w := newCompany(), startWriters(dir, cancel)
	err := c.history(ctx, progress, func(h hour) { w.hours <- h })
	if writeErr := w.finish(); writeErr != nil {
		return writeErr
	}
	if err != nil {
		return err
	}
	return c.writeProduction(dir)
}

// DeliverRest makes the second delivery in a folder that WriteData filled: it repairs
// the file that was cut off, and brings those that were late. A second call changes
// nothing.
func DeliverRest(ctx context.Context, dir string) error {
	var failed error
	z := newZipper()
	damaged := damagedHours()
	err := newCompany().history(ctx, nil, func(h hour) {
		if failed != nil || !h.late() && !h.cut() {
			return
		}
		h.damage(damaged)
		var file bytes.Buffer
		if failed = h.zip(z, &file); failed == nil {
			failed = put(filepath.Join(dir, filepath.FromSlash(h.name())), file.Bytes(), Today().Time().Add(14*time.Hour))
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

// history lets the company live through all days and hands over the logs of each hour.
func (c *company) history(ctx context.Context, progress func(done, total int), take func(hour)) error {
	cal, err := calendar.New(Zone, time.Monday)
	if err != nil {
		return err
	}
	total := Yesterday().Sub(First()) + 1
	for done := range total {
		if err := ctx.Err(); err != nil {
			return err
		}
		today := First().Add(done)
		written := c.live(today, cal)
		if today >= LogsFrom() {
			for _, h := range written.hours(cal.Bounds(today)) {
				take(h)
			}
		}
		if progress != nil {
			progress(done+1, total)
		}
	}
	return nil
}

func (c *company) writeProduction(dir string) error {
	folder := filepath.Join(dir, "production")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	z := newZipper()
	for _, e := range c.extracts() {
		var file bytes.Buffer
		if err := e.zip(z, &file); err != nil {
			return fmt.Errorf("table %s: %w", e.name, err)
		}
		if err := writeNew(filepath.Join(folder, e.name+".csv.gz"), file.Bytes(), Today().Time()); err != nil {
			return err
		}
	}
	return nil
}

func newZipper() *gzip.Writer {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is one that there is
	return z
}
