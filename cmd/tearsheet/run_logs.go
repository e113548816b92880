package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/pipeline/source/logs"
	"tearsheet/warehouse"
)

// logSource is a kind of log files as the pipeline takes it.
type logSource struct {
	project *project
	source  logsSource
	run     runInput
	show    progress
}

func (s logSource) Name() string     { return s.source.Table }
func (s logSource) Tables() []string { return []string{s.source.Table} }

func (s logSource) Load(ctx context.Context, w warehouse.Warehouse, run pipeline.Context) (node pipeline.NodeReport, err error) {
	source, err := s.source.open(ctx)
	if err != nil {
		return node, err
	}
	defer func() { err = errors.Join(err, source.Bucket.Close()) }()
	report, err := logs.Load(ctx, w, s.project.config.calendar, source, logs.Options{RunID: run.RunID, Now: run.At, Accept: s.run.Accept, Forget: s.run.Forget,
		Workers: runtime.GOMAXPROCS(0), Progress: func(done, total int, name string) { s.show.step("loading logs", done, total) }})
	if err != nil {
		return node, err
	}
	node = pipeline.NodeReport{Said: sayLogs(report), Loads: []pipeline.TableLoad{{Table: source.Table, Rows: report.Rows, Changed: report.Changed}}}
	for _, kind := range []struct {
		kind  pipeline.ProblemKind
		found []logs.Problem
	}{{pipeline.Broken, report.Broken}, {pipeline.Held, report.Held}, {pipeline.Odd, report.Odd}} {
		for _, p := range kind.found {
			node.Problems = append(node.Problems, pipeline.Problem{Kind: kind.kind, Table: source.Table, Place: p.Name, Text: p.Text, Hint: p.Hint})
		}
	}
	missing := untold(recent(report.Missing, run.Today), append(report.Broken, report.Held...))
	if last := report.Last; !last.IsZero() && last.Before(run.At.Add(-36*time.Hour)) {
		missing = slices.DeleteFunc(missing, func(h logs.Hours) bool { return h.Hours[0].After(last) })
		node.Problems = append(node.Problems, pipeline.Problem{Kind: pipeline.Missing, Table: source.Table, Place: source.Place,
			Text: fmt.Sprintf("no host has delivered anything since %s UTC", last.Add(time.Hour).Format("2006-01-02 15:04"))})
	}
	for _, h := range missing {
		text := h.String() + " are missing"
		if h.Silent {
			text += ", while other hosts delivered theirs"
		}
		node.Problems = append(node.Problems, pipeline.Problem{Kind: pipeline.Missing, Table: source.Table, Place: h.Host, Text: text, Days: []calendar.Day{h.Day}})
	}
	return node, nil
}

// untold returns the missing hours of which no file is there: what is the matter with a
// file that is there has been told.
func untold(missing []logs.Hours, told []logs.Problem) []logs.Hours {
	var list []logs.Hours
	for _, h := range missing {
		h.Hours = slices.DeleteFunc(slices.Clone(h.Hours), func(hour time.Time) bool {
			return slices.ContainsFunc(told, func(p logs.Problem) bool { return p.Host == h.Host && p.Hour.Equal(hour) })
		})
		if len(h.Hours) > 0 {
			list = append(list, h)
		}
	}
	return list
}

// recent returns the missing hours of the last five weeks: those that a sheet shows.
func recent(missing []logs.Hours, today calendar.Day) []logs.Hours {
	const days = 35
	var list []logs.Hours
	for _, h := range missing {
		if h.Day >= today.Add(-days) {
			list = append(list, h)
		}
	}
	return list
}

// sayLogs says in a line what a load of log files did, or nothing if it did nothing.
func sayLogs(r logs.Report) string {
	var said []string
	if r.Forgotten > 0 {
		said = append(said, count(r.Forgotten, "file")+" taken out")
	}
	if r.Loaded > 0 {
		text := fmt.Sprintf("%s, %s loaded: %s", count(r.Found, "file"), thousands(r.Loaded), count(int(r.Rows), "row"))
		if r.Rejected > 0 {
			text += fmt.Sprintf(", %s refused", count(int(r.Rejected), "line"))
		}
		if r.Filtered > 0 {
			text += fmt.Sprintf(", %s left out", thousands(int(r.Filtered)))
		}
		said = append(said, text)
	}
	if r.Growing > 0 {
		said = append(said, count(r.Growing, "file")+" may still grow and will be read later")
	}
	return strings.Join(said, "; ")
}
