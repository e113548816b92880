// Package example invents a photo company: 26 weeks of what its users did, as the
// files that a pipeline would deliver, and the plan that its finance team made. The
// same bytes come out every time. It knows nothing of how Tearsheet computes.
package example

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tearsheet/calendar"
)

// The invented history: its first and last day, and the Tuesday on which its sheet
// is made.
var (
	First = calendar.DayOn(2026, time.May, 18)
	Last  = calendar.DayOn(2026, time.November, 15)
	Today = calendar.DayOn(2026, time.November, 17)
)

// Zone is the company's time zone. Its clocks change within the history.
const Zone = "America/Toronto"

// lost is the one file that never arrived.
var lost = struct {
	table string
	day   calendar.Day
}{"likes", calendar.DayOn(2026, time.November, 11)}

// WriteData writes the files of all fact tables below dir, one for each table and
// local day, except the one that was lost. progress may be nil.
func WriteData(ctx context.Context, dir string, progress func(done, total int)) error {
	w, err := newWorld(true)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := os.MkdirAll(filepath.Join(dir, "data", t.name), 0o750); err != nil {
			return err
		}
	}
	total := Last.Sub(First) + 1
	for day := First; day <= Last; day++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if progress != nil {
			progress(day.Sub(First), total)
		}
		events := w.events(day)
		for _, t := range tables {
			if t.name == lost.table && day == lost.day {
				continue
			}
			content, err := t.file(events)
			if err != nil {
				return fmt.Errorf("%s of %s: %w", t.name, day, err)
			}
			path := filepath.Join(dir, "data", t.name, day.String()+".csv.gz")
			if err := os.WriteFile(path, content, 0o640); err != nil {
				return err
			}
		}
	}
	return nil
}

// table is a fact table as it is delivered.
type table struct {
	name   string
	header []string
	rows   func(*dayEvents) [][]string
}

// file returns the compressed CSV of a day, without a time stamp of its own.
func (t table) file(events *dayEvents) ([]byte, error) {
	var b bytes.Buffer
	zip, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	out := csv.NewWriter(zip)
	if err := out.Write(t.header); err != nil {
		return nil, err
	}
	if err := out.WriteAll(t.rows(events)); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
