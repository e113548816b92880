package main

import (
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

// sendStatus tells those who are named in status_mail of a run that failed. That it
// could not be told hides nothing of the run: it is said, and no more.
func (a *app) sendStatus(ctx context.Context, p *project, report *pipeline.Report) {
	if p.config.statusMail == nil || report.Good() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mailTakes)
	defer cancel()
	mailer, err := newMailer(p.config.statusMail)
	if err == nil {
		err = mailer.send(ctx, p.runReport(report), a.now())
	}
	if err != nil {
		fmt.Fprintln(a.errOut, "warning:", err)
		return
	}
	fmt.Fprintf(a.errOut, "told %s by mail\n", strings.Join(p.config.statusMail.To, ", "))
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
		days, explain := "", "tearsheet explain "+node.Tables[0]
		if f.From != warehouse.WholePart {
			days, explain = f.From.String(), explain+"@"+f.From.String()
			if f.To > f.From+1 {
				days += " to " + (f.To - 1).String()
			}
		}
		list = append(list, failure{Name: node.Name, Days: days, Error: f.Error, Commands: []string{explain, "tearsheet run"}})
	}
	return list
}

func commandsOf(hint string) []string {
	if hint == "" {
		return nil
	}
	return []string{hint}
}
