package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/pipeline/source/logs"
	"tearsheet/warehouse"
)

// explainNode says how a day of a table came about.
func (a *app) explainNode(ctx context.Context, p *project, text string) error {
	asset, day, err := p.nodeDay(text)
	if err != nil {
		return err
	}
	r, err := openReader(ctx, p.config)
	if err != nil {
		return err
	}
	defer r.Close()
	state, err := warehouse.ReadState(ctx, r)
	if err != nil {
		return err
	}
	planner := &pipeline.Planner{State: state, Today: p.config.calendar.DayOf(p.config.clock(a.now()))}
	if !asset.Whole && day == warehouse.WholePart {
		day = lastLoaded(state[asset.Name], planner.Today-1)
	}
	made, err := pipeline.Explain(ctx, r, p.graph, planner, asset, day)
	if err != nil {
		return err
	}
	e := explained{Explanation: made}
	if e.MissingHours, err = p.missingHours(ctx, r, made, planner.Today); err != nil {
		return err
	}
	if a.json {
		return a.answer(e)
	}
	sayExplanation(a.out, e, p.config.clock(a.now()).In(p.config.calendar.Zone()))
	return nil
}

// explained is what explain says of a day of a table.
type explained struct {
	*pipeline.Explanation
	// MissingHours are the hours of which no log file is loaded: web-1: 2026-11-11 03 UTC.
	MissingHours []string `json:",omitempty"`
}

// lastLoaded returns the last of the loaded days of a table, or another day if there is
// none.
func lastLoaded(parts map[calendar.Day]warehouse.Partition, otherwise calendar.Day) calendar.Day {
	if len(parts) == 0 {
		return otherwise
	}
	return slices.Max(slices.Collect(maps.Keys(parts)))
}

// missingHours names the hours of logs that a day is made of in the end and that are not
// there, host by host, of the last five weeks of the day.
func (p *project) missingHours(ctx context.Context, q warehouse.Querier, e *pipeline.Explanation, today calendar.Day) ([]string, error) {
	var list []string
	for _, origin := range e.Origins {
		at := slices.IndexFunc(p.config.sources.logs, func(s logsSource) bool { return s.Table == origin.Table })
		if at < 0 {
			continue
		}
		source := p.config.sources.logs[at]
		files, err := warehouse.Files(ctx, q, source.Table)
		if err != nil {
			return nil, err
		}
		const weeks = 35 // days
		to := min(origin.To, today)
		from := max(origin.From, source.Since, to.Add(-weeks))
		begins, _ := p.config.calendar.Bounds(from)
		maps.DeleteFunc(files, func(_ string, f warehouse.File) bool { return f.Hour.Before(begins.Add(-time.Hour)) })
		for day := from; day < to; day++ {
			missing := map[string][]time.Time{}
			for _, cell := range source.Grid(p.config.calendar, files, day) {
				if !cell.There {
					missing[cell.Host] = append(missing[cell.Host], cell.Hour)
				}
			}
			for _, host := range slices.Sorted(maps.Keys(missing)) {
				text := logs.Hours{Host: host, Day: day, Hours: missing[host]}.String()
				if host != "" {
					text = host + ": " + text
				}
				list = append(list, text)
			}
		}
	}
	return list, nil
}

func sayExplanation(w io.Writer, e explained, now time.Time) {
	name := e.Asset.Name
	if e.Day != warehouse.WholePart {
		name += "@" + e.Day.String()
	}
	fmt.Fprintf(w, "%s: %s\n", name, sayFreshness(e.Explanation))
	if e.Asset.Description != "" {
		fmt.Fprintln(w, e.Asset.Description)
	}
	if l := e.Loaded; l != nil {
		fmt.Fprintf(w, "\n%s rows, %d/%d there, loaded %s by run %s\n", thousands(int(l.Rows)), l.Coverage.Have, l.Coverage.Of, since(now, l.At), l.RunID)
	}
	sayMissing(w, e.MissingHours)
	sayInputs(w, e.Explanation)
	sayFiles(w, e.Explanation)
	if e.Statement != "" {
		fmt.Fprintf(w, "\nmade by %s:\n\n%s\n", e.Asset.File, indented(e.Statement))
	}
	saySample(w, e.Explanation)
	for _, t := range e.Attempts {
		line := fmt.Sprintf("\nrun %s, %s: this table %s", t.RunID, t.Started.In(now.Location()).Format("2006-01-02 15:04:05 MST"), t.State)
		if t.Error != "" {
			line += ": " + t.Error
		}
		fmt.Fprint(w, line)
	}
	if len(e.Attempts) > 0 {
		fmt.Fprintln(w)
	}
}

// sayMissing names the hours that are not there, the latest ones if there are many.
func sayMissing(w io.Writer, hours []string) {
	if len(hours) == 0 {
		return
	}
	fmt.Fprintln(w, "\nnot there:")
	more := max(len(hours)-mostFiles, 0)
	if more > 0 {
		fmt.Fprintf(w, "  %d earlier, and\n", more)
	}
	for _, text := range hours[more:] {
		fmt.Fprintln(w, "  "+text)
	}
}

func sayFreshness(e *pipeline.Explanation) string {
	switch {
	case e.Fresh && e.Loaded != nil && !e.Loaded.Coverage.Complete():
		return "as it should be, of what is there; not everything is"
	case e.Fresh:
		return "fresh"
	case e.Loaded == nil && e.Asset.SQL == "":
		return "not loaded"
	case e.Loaded == nil && e.Cannot != "":
		return "not made: " + e.Cannot
	case e.Asset.SQL == "":
		return "open: " + e.Why
	}
	return "stale: " + e.Why
}

func sayInputs(w io.Writer, e *pipeline.Explanation) {
	if len(e.Inputs) == 0 {
		return
	}
	fmt.Fprintln(w, "\nmade of:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, in := range e.Inputs {
		mapping := string(in.Mapping)
		if in.Mapping == pipeline.Lookback {
			mapping = fmt.Sprintf("lookback %d", in.Days)
		}
		said := ""
		if in.Changed {
			said = "changed since"
		}
		if in.MayHaveChanged {
			said = "this or another one with these words has changed since"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s rows\t%d/%d\t%s\n", in.Asset, mapping, thousands(int(in.Rows)), in.Coverage.Have, in.Coverage.Of, said)
	}
	t.Flush()
}

// mostFiles is how many files are told one by one.
const mostFiles = 12

func sayFiles(w io.Writer, e *pipeline.Explanation) {
	if len(e.Files) == 0 {
		return
	}
	var lines, rejected int64
	for _, f := range e.Files {
		lines, rejected = lines+f.Lines, rejected+f.Rejected
	}
	fmt.Fprintf(w, "\nfrom %s, %s lines, %s refused:\n", count(len(e.Files), "file"), thousands(int(lines)), thousands(int(rejected)))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	told := 0
	for _, f := range e.Files {
		if told == mostFiles && f.State == warehouse.FileLoaded {
			continue
		}
		told++
		fmt.Fprintf(t, "  %s\t%s\t%s lines\t%s loaded\t%s\n", f.Path, f.State, thousands(int(f.Lines)), thousands(int(f.Loaded)), saidOf(f.File))
	}
	t.Flush()
	if more := len(e.Files) - told; more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
}

func saidOf(f warehouse.File) string {
	switch {
	case f.State != warehouse.FileLoaded && f.Reason != "":
		return f.Reason
	case f.Rejected > 0:
		return fmt.Sprintf("%d refused, the first in line %d", f.Rejected, f.FirstError)
	}
	return ""
}

func saySample(w io.Writer, e *pipeline.Explanation) {
	if len(e.Rows) == 0 {
		return
	}
	fmt.Fprintln(w, "\nits first rows:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  "+strings.Join(e.Columns, "\t"))
	for _, row := range e.Rows {
		fmt.Fprintln(t, "  "+strings.Join(row, "\t"))
	}
	t.Flush()
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}
