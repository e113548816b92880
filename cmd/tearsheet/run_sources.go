package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tearsheet/pipeline"
	"tearsheet/pipeline/source/files"
	"tearsheet/pipeline/source/mysql"
	"tearsheet/warehouse"
)

// pipelineSources returns the sources of the project as the pipeline takes them.
func (p *project) pipelineSources(in runInput, show progress) []pipeline.Source {
	var list []pipeline.Source
	for _, source := range p.config.sources.logs {
		list = append(list, logSource{p, source, in, show})
	}
	for _, source := range p.config.sources.mysql {
		list = append(list, mysqlSource{p, source, in, show})
	}
	for _, source := range p.config.sources.files {
		list = append(list, fileSource{p, source, in, show})
	}
	return list
}

// fileSource is a CSV or Parquet source as the pipeline takes it.
type fileSource struct {
	project *project
	source  files.Source
	run     runInput
	show    progress
}

func (s fileSource) Name() string     { return s.source.Table }
func (s fileSource) Tables() []string { return []string{s.source.Table} }

func (s fileSource) Load(ctx context.Context, w warehouse.Warehouse, run pipeline.Context) (pipeline.NodeReport, error) {
	report, err := files.Load(ctx, w, s.project.config.calendar, s.source, files.Options{
		Dir: s.project.dir, RunID: run.RunID, Now: run.At, Accept: s.run.Accept, Progress: s.show.file})
	if err != nil {
		return pipeline.NodeReport{}, acceptable(s.source.Table, err)
	}
	load := pipeline.TableLoad{Table: report.Table, Rows: report.Rows, Changed: slices.Concat(report.Replaced, report.Forgotten)}
	return pipeline.NodeReport{Said: sayLoaded(report), Remark: sayGone(report), Loads: []pipeline.TableLoad{load}, Problems: s.problems(report)}, nil
}

// problems are what has to be told every night, whether something changed or not.
func (s fileSource) problems(r files.Report) []pipeline.Problem {
	var list []pipeline.Problem
	if r.Files == 0 {
		list = append(list, pipeline.Problem{Kind: pipeline.Missing, Table: r.Table, Place: s.source.Path, Text: "no file is there any more; what was loaded stays"})
	}
	for _, group := range r.Alike {
		last, others := group[len(group)-1], group[:len(group)-1]
		text := "the same bytes as " + others[0]
		if more := len(others) - 1; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		list = append(list, pipeline.Problem{Kind: pipeline.Odd, Table: r.Table, Place: last, Text: text + ": is it another day's file under this name?"})
	}
	return list
}

// acceptable says how a table that is held can be accepted.
func acceptable(table string, err error) error {
	var fromFiles *files.HeldError
	var fromMySQL *mysql.HeldError
	if errors.As(err, &fromFiles) || errors.As(err, &fromMySQL) {
		return fmt.Errorf("%w: `tearsheet run --accept %s`", err, table)
	}
	return err
}

// sayLoaded says in a line what a load of files did, or nothing if it did nothing.
func sayLoaded(r files.Report) string {
	var said []string
	switch {
	case r.Files == 0:
		said = append(said, "no file found")
	case r.Whole && (r.Unchanged < r.Files || len(r.Replaced) > 0):
		said = append(said, fmt.Sprintf("%s, %d changed: %s loaded", count(r.Files, "file"), r.Files-r.Unchanged, count(int(r.Rows), "row")))
	case r.Unchanged < r.Files || len(r.Replaced) > 0:
		said = append(said, fmt.Sprintf("%s, %d changed: %s and %s loaded", count(r.Files, "file"), r.Files-r.Unchanged,
			count(len(r.Replaced), "day"), count(int(r.Rows), "row")))
	}
	return strings.Join(said, "; ")
}

// sayGone says what became of days whose files are gone, or nothing.
func sayGone(r files.Report) string {
	var said []string
	if len(r.Forgotten) > 0 {
		said = append(said, count(len(r.Forgotten), "day")+" taken away")
	}
	if len(r.Superseded) > 0 {
		said = append(said, gone(r.Superseded)+": the days come from the files that are there")
	}
	if len(r.Kept) > 0 {
		said = append(said, sayKept(r))
	}
	return strings.Join(said, "; ")
}

// sayKept says that files are gone of which days stay.
func sayKept(r files.Report) string {
	const until = " as last loaded, until a file is back or path: no longer means it"
	switch {
	case len(r.KeptDays) == 0:
		return gone(r.Kept)
	case r.Whole:
		return gone(r.Kept) + ": the table stays" + until
	case len(r.KeptDays) == 1:
		return fmt.Sprintf("%s: %s stays%s", gone(r.Kept), r.KeptDays[0], until)
	}
	return fmt.Sprintf("%s: %s from %s on stay%s", gone(r.Kept), count(len(r.KeptDays), "day"), r.KeptDays[0], until)
}

// gone says that files are gone.
func gone(names []string) string {
	if len(names) == 1 {
		return names[0] + " is gone"
	}
	return fmt.Sprintf("%s and %d more are gone", names[0], len(names)-1)
}
