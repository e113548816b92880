package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// sayRun tells what a run did: a line for each node that changed, failed or has to say
// something, and one for all that were as they should be.
func (a *app) sayRun(report *pipeline.Report) {
	if len(report.Nodes) == 0 {
		fmt.Fprintf(a.out, "nothing to load: %s names no sources, and %s/ holds no tables\n", configName, assetsDir)
		return
	}
	width := 0
	for _, node := range report.Nodes {
		if sayNode(node) != "" {
			width = max(width, len(node.Name))
		}
	}
	quiet, waiting := 0, map[string][]string{} // by what they wait for
	for _, node := range report.Nodes {
		text := sayNode(node)
		if text != "" {
			fmt.Fprintf(a.out, "%-*s  %s\n", width, node.Name, text)
		}
		switch {
		case node.Waiting != "":
			waiting[node.Waiting] = append(waiting[node.Waiting], node.Name)
		case text == "":
			quiet++
		}
	}
	for _, why := range slices.Sorted(maps.Keys(waiting)) {
		fmt.Fprintf(a.out, "%s not made, since %s: %s\n", count(len(waiting[why]), "table"), why, strings.Join(waiting[why], ", "))
	}
	a.sayProblems(report)
	a.sayFailures(report)
	took := report.Ended.Sub(report.Started).Round(time.Millisecond * 10)
	switch {
	case report.BrokeOff:
		fmt.Fprintf(a.out, "run %s broke off after %s; what was done is kept\n", report.RunID, took)
	case quiet == len(report.Nodes) && clean(report):
		fmt.Fprintf(a.out, "nothing to do: %s, all as they should be (%s)\n", count(quiet, "table"), took)
	case quiet == len(report.Nodes): // with something that was told
		fmt.Fprintf(a.out, "nothing new: %s as they were (%s)\n", count(quiet, "table"), took)
	case quiet > 0:
		fmt.Fprintf(a.out, "%s as they were; run %s took %s\n", count(quiet, "table"), report.RunID, took)
	default:
		fmt.Fprintf(a.out, "run %s took %s\n", report.RunID, took)
	}
}

// clean reports whether a run found everything as it should be: no failure, and no file
// that is broken, held or missing.
func clean(report *pipeline.Report) bool {
	for _, node := range report.Nodes {
		if slices.ContainsFunc(node.Problems, func(p pipeline.Problem) bool { return p.Kind != pipeline.Odd }) {
			return false
		}
	}
	return report.Good()
}

// sayNode says in a line what a run did to a node, or nothing.
func sayNode(node pipeline.NodeReport) string {
	var said []string
	if node.Built > 0 {
		text := fmt.Sprintf("%s made, %s", count(node.Built, "day"), count(int(node.Rows), "row"))
		if len(node.Tables) == 1 && node.Built == 1 && len(node.Changed) <= 1 {
			text = fmt.Sprintf("made, %s", count(int(node.Rows), "row"))
		}
		if len(node.Changed) < node.Built {
			text += fmt.Sprintf("; %d with other rows than before", len(node.Changed))
		}
		said = append(said, text)
	}
	if node.Gone > 0 {
		said = append(said, sayGoneDays(node.Gone))
	}
	for _, text := range []string{node.Said, node.Remark} {
		if text != "" {
			said = append(said, text)
		}
	}
	if n := len(node.Failures); n > 0 {
		said = append(said, "FAILED: "+sayFailed(node))
	}
	if n := len(node.Skipped); n > 0 {
		said = append(said, fmt.Sprintf("%s not tried, since what they are made of failed", count(n, "day")))
	}
	return strings.Join(said, "; ")
}

// sayGoneDays says that days were taken away; a whole table is one.
func sayGoneDays(n int) string {
	const why = "taken away, since nothing is loaded any more of what "
	if n == 1 {
		return why + "it was made of"
	}
	return count(n, "day") + " " + why + "they were made of"
}

// sayFailed names the days that failed.
func sayFailed(node pipeline.NodeReport) string {
	days := 0
	for _, f := range node.Failures {
		days += f.To.Sub(f.From)
	}
	first := node.Failures[0]
	switch {
	case first.Table != "":
		return sayFailedTables(node.Failures)
	case first.From == warehouse.WholePart:
		return "see below"
	case days == 1:
		return first.From.String()
	}
	return fmt.Sprintf("%s from %s on", count(days, "day"), first.From)
}

// sayFailedTables names the tables of a source that failed.
func sayFailedTables(failures []pipeline.Failure) string {
	var names []string
	for _, f := range failures {
		names = append(names, f.Table)
	}
	names = once(names)
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}

// mostSaid is how many problems of a kind are told one by one.
const mostSaid = 8

// sayProblems tells what sources found, kind by kind.
func (a *app) sayProblems(report *pipeline.Report) {
	for _, kind := range []pipeline.ProblemKind{pipeline.Broken, pipeline.Held, pipeline.Missing, pipeline.Odd} {
		var found []pipeline.Problem
		for _, node := range report.Nodes {
			for _, problem := range node.Problems {
				if problem.Kind == kind {
					found = append(found, problem)
				}
			}
		}
		counted := ""
		if kind == pipeline.Broken || kind == pipeline.Held {
			counted = "; `tearsheet status` counts them"
		}
		for _, problem := range found[:min(len(found), mostSaid)] {
			fmt.Fprintf(a.errOut, "%s: %s\n", kind, sayProblem(problem))
		}
		if more := len(found) - mostSaid; more > 0 {
			fmt.Fprintf(a.errOut, "%s: and %d more%s\n", kind, more, counted)
		}
	}
}

func sayProblem(p pipeline.Problem) string {
	text := p.Text
	if p.Place != "" {
		text = p.Place + ": " + text
	}
	if p.Hint != "" {
		text += "; " + p.Hint
	}
	return text
}

// sayFailures tells what was wrong with what failed.
func (a *app) sayFailures(report *pipeline.Report) {
	for _, node := range report.Nodes {
		for i, f := range node.Failures {
			if i == mostSaid {
				fmt.Fprintf(a.errOut, "%s: and %s more\n", node.Name, count(len(node.Failures)-i, "failure"))
				break
			}
			fmt.Fprintf(a.errOut, "%s: %s\n", nodeAt(cmp.Or(f.Table, node.Name), f.From, f.To), f.Error)
		}
	}
}

// nodeAt names days of a table as `tearsheet explain` takes them.
func nodeAt(name string, from, to calendar.Day) string {
	switch {
	case from == warehouse.WholePart:
		return name
	case to == from+1:
		return name + "@" + from.String()
	}
	return fmt.Sprintf("%s@%s to %s", name, from, to-1)
}

// since says how long ago something was, for people.
func since(now, then time.Time) string {
	if then.IsZero() {
		return "never"
	}
	switch ago := now.Sub(then); {
	case ago < time.Minute:
		return "just now"
	case ago < time.Hour:
		return fmt.Sprintf("%d min ago", int(ago.Minutes()))
	case ago < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(ago.Hours()))
	default:
		return fmt.Sprintf("%d days ago", int(ago.Hours()/24))
	}
}
