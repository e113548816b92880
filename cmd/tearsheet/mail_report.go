package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"tearsheet/templates"
)

// runReport is a run that failed, as the status mail tells it: in texts that are ready
// to be read.
type runReport struct {
	Company string
	Run     string // its number: 812; or its ID, if it has none
	ID      string
	Day     string // 2026-11-17, on which it began
	Host    string
	Began   string // 02:00, of the company's day
	Took    time.Duration
	Tables  int         // all of them
	Failed  []failure   // what failed; a table may stand there for several days
	Waiting []string    // tables that were not tried, since what they are made of failed
	Held    []heldFile  // files that were not loaded, or not for good
	Missing []openHours // by host
	Built   int         // days that were made
	Rows    int64
	Broken  string // why the run broke off, or ""
}

// failure is a table that failed, or a source with all of its tables.
type failure struct {
	Name     string
	Tables   []string // nil: Name is one
	Days     string   // 2026-11-11, or 2026-11-11 to 2026-11-13; "" for a whole table
	Error    string   // may have several lines
	Commands []string
}

// heldFile is a file that somebody should look at.
type heldFile struct {
	Path, Text string
	Commands   []string
}

// openHours are the files that a host owes.
type openHours struct {
	Host  string
	Hours string // 2026-11-11 03–05, 07 UTC
}

// mailPage is a mail, ready to be sent.
type mailPage struct{ subject, text, html string }

// What a mail holds of each list, at most, so that it stays short and no reader cuts
// it off.
const (
	mostEntries = 20
	mostLines   = 6
	mostRunes   = 300
)

// mail makes the mail of a run.
func (r runReport) mail() (mailPage, error) {
	page := mailPage{subject: r.subject()}
	view := r.view()
	var text, html strings.Builder
	if err := templates.RunMailText.Execute(&text, view); err != nil {
		return page, err
	}
	if err := templates.RunMail.Execute(&html, view); err != nil {
		return page, err
	}
	page.text, page.html = text.String(), html.String()
	return page, nil
}

// subject says in a line which run it was and what failed.
func (r runReport) subject() string {
	return line(fmt.Sprintf("Tearsheet: run %s of %s: %s%s", r.Run, r.Day, r.verdict(), r.example()))
}

// verdict says what became of the run.
func (r runReport) verdict() string {
	switch {
	case r.Broken != "":
		return "broke off"
	case len(r.Failed) > 0:
		return fmt.Sprintf("%d of %s failed", len(r.failedTables()), count(r.Tables, "table"))
	case len(r.Held) > 0:
		return count(len(r.Held), "file") + " held"
	case len(r.Missing) > 0:
		return "files are missing"
	}
	return "done"
}

// example names the first of what failed.
func (r runReport) example() string {
	switch {
	case r.Broken != "" || len(r.Failed) == 0:
		return ""
	}
	text := r.Failed[0].place()
	first := r.Failed[0].tables()
	if len(r.Failed) > 1 && slices.Equal(r.Failed[1].tables(), first) {
		text += " and other days"
	}
	if more := len(r.failedTables()) - len(first); more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return " (" + text + ")"
}

// failedTables returns the tables that failed, each once.
func (r runReport) failedTables() []string {
	var tables []string
	for _, f := range r.Failed {
		tables = append(tables, f.tables()...)
	}
	return once(tables)
}

func (f failure) tables() []string {
	if f.Tables == nil {
		return []string{f.Name}
	}
	return f.Tables
}

func (f failure) place() string {
	if f.Days == "" {
		return f.Name
	}
	return f.Name + ", " + f.Days
}

// mailView is what the templates show.
type mailView struct {
	runReport
	Verdict  string
	Summary  string // what went well
	Duration string
	More     map[string]int // how many of a list are not shown
}

// view cuts a report to what a mail can hold.
func (r runReport) view() mailView {
	v := mailView{Verdict: r.verdict(), Summary: r.summary(), Duration: duration(r.Took), More: map[string]int{}}
	v.runReport = r
	v.Failed = slices.Clone(shown(v.More, "failed", r.Failed))
	for i := range v.Failed {
		v.Failed[i].Error = firstLines(v.Failed[i].Error)
	}
	v.Held = slices.Clone(shown(v.More, "held", r.Held))
	for i := range v.Held {
		v.Held[i].Text = firstLines(v.Held[i].Text)
	}
	v.Missing = shown(v.More, "missing", r.Missing)
	v.Waiting = shown(v.More, "waiting", r.Waiting)
	v.Broken = firstLines(r.Broken)
	return v
}

func shown[T any](more map[string]int, name string, list []T) []T {
	if len(list) <= mostEntries {
		return list
	}
	more[name] = len(list) - mostEntries
	return list[:mostEntries]
}

// summary says what went well.
func (r runReport) summary() string {
	good := r.Tables - len(r.failedTables()) - len(r.Waiting)
	if r.Broken != "" || good < 0 {
		return "What was made before stays made: the next run goes on from there."
	}
	made := "nothing had to be made"
	if r.Built > 0 {
		made = fmt.Sprintf("%s made, %s", count(r.Built, "day"), count(int(r.Rows), "row"))
	}
	if len(r.Failed)+len(r.Waiting) == 0 {
		return fmt.Sprintf("All %s are up to date: %s.", count(r.Tables, "table"), made)
	}
	return fmt.Sprintf("The other %s went well: %s.", count(good, "table"), made)
}

// count says how many there are: 1 table, 1,234 rows.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return thousands(n) + " " + noun
}

func thousands(n int) string {
	digits := fmt.Sprint(n)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// duration is a length of time as one says it: 3 min 12 s.
func duration(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// firstLines is the beginning of a text, without what could disturb a reader.
func firstLines(text string) string {
	var lines []string
	for l := range strings.Lines(text) {
		if l = line(l); l != "" {
			lines = append(lines, l)
		}
	}
	if len(lines) > mostLines {
		lines = append(lines[:mostLines], "…")
	}
	return strings.Join(lines, "\n")
}

// line is a text in one line, without control characters, cut where it is too long.
func line(text string) string {
	text = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case !unicode.IsGraphic(c):
			return -1
		}
		return c
	}, strings.TrimRight(strings.ToValidUTF8(text, "�"), " \t\r\n"))
	if runes := []rune(text); len(runes) > mostRunes {
		text = string(runes[:mostRunes]) + "…"
	}
	return text
}
