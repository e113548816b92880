// Package demo invents a photo company, Lumen & Lark: 26 weeks of facts as the
// files that a pipeline would deliver, and the plan that its finance team made. It
// computes no metric; whoever reads its files does.
//
// Whatever it writes depends on nothing but this package, so that two folders
// are the same byte for byte. Three stories are told in the facts: a release
// breaks the web signup form, an autumn campaign brings the marketplace ahead of
// its plan, and one day of likes was never delivered.
package demo

import (
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"time"

	"tearsheet/calendar"
)

// weeks is the length of the history.
const weeks = 26

// Today is the day on which the history is read: the Tuesday after its last week.
func Today() calendar.Day { return calendar.DayOn(2026, time.November, 17) }

// First is the first day of the history, a Monday.
func First() calendar.Day { return Last() - weeks*calendar.DaysPerWeek + 1 }

// Last is the last day of the history, a Sunday.
func Last() calendar.Day { return calendar.DayOn(2026, time.November, 15) }

// Zone is the time zone of the company.
const Zone = "America/Toronto"

// WriteData makes data/TABLE/DAY.csv.gz in dir: one file for each fact table and
// local day, but for the one that was never delivered. It overwrites no file. After
// each day it calls progress, unless that is nil, with the number of days written
// and of all days.
func WriteData(ctx context.Context, dir string, progress func(done, total int)) error {
	cal, err := calendar.New(Zone, time.Monday)
	if err != nil {
		return err
	}
	total := Last().Sub(First()) + 1
	company := newCompany()
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		return err
	}
	for done := range total {
		if err := ctx.Err(); err != nil {
			return err
		}
		today := First().Add(done)
		facts := company.live(today, cal)
		for _, t := range facts.tables() {
			if undelivered(t.name, today) {
				continue
			}
			if err := writeNew(filepath.Join(dir, "data", t.name, today.String()+".csv.gz"), t.zipped(z)); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(done+1, total)
		}
	}
	return nil
}

// writeNew writes a file that must not be there yet, and its folder.
func writeNew(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := file.Write(text); err != nil {
		_ = file.Close() // the write's error says more
		return err
	}
	return file.Close()
}
