package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// mailTakes is how long telling of a failed run may take, also if the run itself was
// stopped.
const mailTakes = 3 * time.Minute

// sendStatus tells those who are named in status_mail of a run that failed or broke off.
// reports and broke are what it came to; of several reports the last one counts. That it
// could not be told hides nothing of the run: it is said, and no more.
func (a *app) sendStatus(ctx context.Context, p *project, o runOptions, reports []*pipeline.Report, broke error) {
	report := last(reports)
	reason := p.brokeOff(ctx, o, broke)
	if p.config.statusMail == nil || reason == "" && (report == nil || report.Good()) {
		return
	}
	if report == nil || reason != "" && !report.BrokeOff { // it broke off before it could report
		report = &pipeline.Report{RunID: runID(o.now), Started: o.now, Ended: o.now}
	}
	told := p.runReport(report)
	told.Broken = reason
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mailTakes)
	defer cancel()
	mailer, err := newMailer(p.config.statusMail)
	if err == nil {
		err = mailer.send(ctx, told, a.now())
	}
	if err != nil {
		fmt.Fprintln(a.errOut, "warning:", p.config.hide(err.Error()))
		return
	}
	fmt.Fprintf(a.errOut, "told %s by mail\n", strings.Join(p.config.statusMail.To, ", "))
}

// brokeOff says why a run broke off, without passwords, or nothing if there is nobody to
// be told: it was stopped, another one is active, or a name that was given to it is wrong.
func (p *project) brokeOff(ctx context.Context, o runOptions, broke error) string {
	named := len(o.accept)+len(o.forget) > 0
	if broke == nil || ctx.Err() != nil || exitCode(broke) == exitActive || named && exitCode(broke) == exitUsage {
		return ""
	}
	return p.config.hide(broke.Error())
}

// runReport makes of a run what the mail tells of it.
func (p *project) runReport(report *pipeline.Report) runReport {
	began := report.Started.In(p.config.calendar.Zone())
	host, _ := os.Hostname()
	r := runReport{Company: p.config.company, Run: report.RunID, ID: report.RunID, Host: host,
		Day: began.Format(time.DateOnly), Began: began.Format("15:04"), Took: report.Ended.Sub(report.Started)}
	owed := map[string][]string{}
	for _, node := range report.Nodes {
		r.Tables += len(node.Tables)
		r.Built += node.Built
		r.Rows += node.Rows
		r.Failed = append(r.Failed, failuresOf(node)...)
		if len(node.Skipped) > 0 && len(node.Failures) == 0 {
			r.Waiting = append(r.Waiting, node.Name)
		}
		for _, problem := range node.Problems {
			switch problem.Kind {
			case pipeline.Broken, pipeline.Held:
				r.Held = append(r.Held, heldFile{Path: problem.Place, Text: problem.Text, Commands: commandsOf(problem.Hint)})
			case pipeline.Missing:
				owed[problem.Place] = append(owed[problem.Place], problem.Text)
			}
		}
	}
	for host, hours := range owed {
		r.Missing = append(r.Missing, openHours{Host: host, Hours: strings.Join(hours, ", ")})
	}
	sort.Slice(r.Missing, func(i, j int) bool { return r.Missing[i].Host < r.Missing[j].Host })
	return r
}

func failuresOf(node pipeline.NodeReport) []failure {
	var list []failure
	for _, f := range node.Failures {
		tables := node.Tables
		if f.Table != "" {
			tables = []string{f.Table}
		}
		days, explain := "", "tearsheet explain "+tables[0]
		if f.From != warehouse.WholePart {
			days, explain = f.From.String(), explain+"@"+f.From.String()
			if f.To > f.From+1 {
				days += " to " + (f.To - 1).String()
			}
		}
		list = append(list, failure{Name: cmp.Or(f.Table, node.Name), Tables: tables, Days: days, Error: f.Error, Commands: []string{explain, "tearsheet run"}})
	}
	return list
}

func commandsOf(hint string) []string {
	if hint == "" {
		return nil
	}
	return []string{hint}
}
