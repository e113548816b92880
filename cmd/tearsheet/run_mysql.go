package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tearsheet/pipeline"
	"tearsheet/pipeline/source/mysql"
	"tearsheet/warehouse"
)

// mysqlSource is a MySQL server as the pipeline takes it.
type mysqlSource struct {
	project *project
	source  mysql.Source
	run     runInput
	show    progress
}

func (s mysqlSource) Name() string {
	if len(s.source.Tables) == 1 {
		return s.source.Tables[0].Table
	}
	return fmt.Sprintf("%s and %d more", s.source.Tables[0].Table, len(s.source.Tables)-1)
}

func (s mysqlSource) Tables() []string {
	var names []string
	for _, t := range s.source.Tables {
		names = append(names, t.Table)
	}
	return names
}

func (s mysqlSource) Load(ctx context.Context, w warehouse.Warehouse, run pipeline.Context) (pipeline.NodeReport, error) {
	report, err := mysql.Load(ctx, w, s.project.config.calendar, s.source, mysql.Options{RunID: run.RunID, Now: run.At, Today: run.Today,
		Accept:   s.run.Accept,
		Progress: func(p mysql.Progress) { s.show.show("reading "+p.Table, p.Rows, max(p.Of, p.Rows)) }})
	var node pipeline.NodeReport
	changed := 0
	for _, t := range report.Tables {
		if len(t.Changed) > 0 {
			changed++
			node.Loads = append(node.Loads, pipeline.TableLoad{Table: t.Table, Rows: t.Loaded, Changed: t.Changed})
		}
		node.Failures = append(node.Failures, mysqlFailures(t)...)
		node.Problems = append(node.Problems, mysqlProblems(t)...)
	}
	if changed > 0 {
		node.Said = fmt.Sprintf("%s read, %d with other rows than before", count(len(report.Tables), "table"), changed)
	}
	return node, err
}

// mysqlFailures says that a table was not loaded, if it was not.
func mysqlFailures(t mysql.TableReport) []pipeline.Failure {
	if t.Err == nil {
		return nil
	}
	return []pipeline.Failure{{Table: t.Table, From: warehouse.WholePart, To: warehouse.WholePart + 1, Error: acceptable(t.Table, t.Err).Error(), Kind: failureKind(t.Err)}}
}

// mysqlProblems says what is odd in a table that was loaded.
func mysqlProblems(t mysql.TableReport) []pipeline.Problem {
	var list []pipeline.Problem
	odd := func(column, format string, args ...any) {
		list = append(list, pipeline.Problem{Kind: pipeline.Odd, Table: t.Table, Place: strings.Trim(t.Table+"."+column, "."), Text: fmt.Sprintf(format, args...)})
	}
	for _, n := range t.Nulled {
		odd(n.Column, "%d dates do not exist and are NULL, the first is %q (%s)", n.Count, n.Text, n.Key)
	}
	if t.Rejected > 0 {
		odd("", "%s without a day: etl.reject has them", count(int(t.Rejected), "row"))
	}
	for _, n := range t.Notes {
		if n.Warn {
			odd(n.Column, "%s", n.Text)
		}
	}
	return list
}

// mysqlExit returns the exit code of an error of a MySQL source, or false.
func mysqlExit(err error) (int, bool) {
	var source *mysql.SourceError
	var setup *mysql.SetupError
	switch {
	case errors.As(err, &source) && source.Temporary:
		return exitSource, true
	case source != nil, errors.As(err, &setup):
		return exitUsage, true
	}
	return 0, false
}
