package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"tearsheet/pipeline"
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
	e, err := pipeline.Explain(ctx, r, p.graph, planner, asset, day)
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(e)
	}
	e.Asset = asset
	sayExplanation(a.out, e, p.config.clock(a.now()))
	return nil
}

func sayExplanation(w io.Writer, e *pipeline.Explanation, now time.Time) {
	name := e.Asset.Name
	if e.Day != warehouse.WholePart {
		name += "@" + e.Day.String()
	}
	fmt.Fprintf(w, "%s: %s\n", name, sayFreshness(e))
	if e.Asset.Description != "" {
		fmt.Fprintln(w, e.Asset.Description)
	}
	if l := e.Loaded; l != nil {
		fmt.Fprintf(w, "\n%s rows, %d/%d there, loaded %s by run %s\n", thousands(int(l.Rows)), l.Coverage.Have, l.Coverage.Of, since(now, l.At), l.RunID)
	}
	sayInputs(w, e)
	sayFiles(w, e)
	if e.Statement != "" {
		fmt.Fprintf(w, "\nmade by %s:\n\n%s\n", e.Asset.File, indented(e.Statement))
	}
	saySample(w, e)
	for _, t := range e.Attempts {
		line := fmt.Sprintf("\nrun %s, %s: %s", t.RunID, t.Started.Format("2006-01-02 15:04:05"), t.State)
		if t.Error != "" {
			line += ": " + t.Error
		}
		fmt.Fprint(w, line)
	}
	if len(e.Attempts) > 0 {
		fmt.Fprintln(w)
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
