// Package letter makes of a Document the mail with which the sheet is sent: its
// subject, and its body as text and as a page. It computes nothing and sends
// nothing.
package letter

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tearsheet/calendar"
	"tearsheet/tearsheet"
	"tearsheet/templates"
)

// Letter is a mail that is ready to be sent. The subject is one line without control
// characters. The text has lines of at most 76 columns, apart from addresses. The
// page needs no picture, no font, no script and nothing else from anywhere. However
// long the sheet is, it has fewer than 40,000 bytes, and whatever people typed, fewer
// than 80,000.
type Letter struct{ Subject, Text, HTML string }

// Options are what a letter tells beside its Document.
type Options struct {
	// Late says in a few words that the figures or the mail itself are not as they
	// should be: "late 3 h", "held", "data to 13 Nov". It stands in the subject and at
	// the head of the body. "" if all is well.
	Late   string
	Remark string   // sentences about that, or about anything else; at the head of the body
	Links  []Link   // to the sheet, wherever else it is
	Files  []string // names of the files that are attached
	Footer string   // of the sender: why one gets this mail and how to end it
}

// Link is a web address under words.
type Link struct{ Text, URL string }

// What a letter shows of each list, at most, and of each text. They keep it short, and
// small enough that no reader cuts it off.
const (
	mostBehind    = 20
	mostWatch     = 12
	mostStrip     = 8
	mostLinks     = 6
	mostLegend    = 6
	mostWorst     = 3 // in the line that an inbox shows
	mostName      = 72
	mostTeam      = 40
	mostFigure    = 16
	mostNote      = 144
	mostSentences = 400
	mostAddress   = 400
)

// New makes the letter of a sheet. A sheet without weeks is an error, and so is a link
// that is no web address or holds a password.
func New(doc *tearsheet.Document, o Options) (Letter, error) {
	if len(doc.Weeks) == 0 {
		return Letter{}, errors.New("mail of the sheet: it has no weeks")
	}
	v := newView(doc, o)
	for _, link := range first(o.Links, mostLinks) {
		address, err := webAddress(link)
		if err != nil {
			return Letter{}, fmt.Errorf("mail of the sheet: %w", err)
		}
		v.Links = append(v.Links, Link{plain(cmp.Or(link.Text, "The sheet"), mostName), address})
	}
	var text, page strings.Builder
	if err := templates.SheetMailText.Execute(&text, v); err != nil {
		return Letter{}, fmt.Errorf("mail of the sheet: %w", err)
	}
	if err := templates.SheetMail.Execute(&page, v); err != nil {
		return Letter{}, fmt.Errorf("mail of the sheet: %w", err)
	}
	return Letter{Subject: v.Subject, Text: text.String(), HTML: page.String()}, nil
}

// webAddress returns the address of a link as it is written in a mail. An error does
// not repeat it, since it may hold a password.
func webAddress(link Link) (string, error) {
	u, err := url.Parse(link.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", fmt.Errorf("link %q: its address is none of the web; it begins with https://", link.Text)
	}
	if u.User != nil {
		return "", fmt.Errorf("link %q: its address has a name or a password before @, which all who get the mail would read; take it out", link.Text)
	}
	address := u.String()
	if len(address) > mostAddress {
		return "", fmt.Errorf("link %q: its address has %d characters, more than %d", link.Text, len(address), mostAddress)
	}
	return address, nil
}

// view is a Document arranged for the templates, in texts without control characters.
type view struct {
	Subject, Preview         string
	Company, Title, Subtitle string
	Plan                     string
	Late, Remark             string
	Tally                    []tearsheet.Tally
	Behind, Watch            table
	Nothing                  string // stands there if nothing is off plan
	Strips                   []strip
	Links                    []Link
	Files                    []string
	Legend                   []tearsheet.LegendItem
	Imprint, Footer          string
}

// table is a list of rows with one mark.
type table struct {
	Mark  tearsheet.Mark
	Lines []line
	More  string // words about the rows that are not shown
}

type line struct {
	tearsheet.Line
	Actual, Planned string
	Note            string // what the signs of the actual say on the sheet, in words
}

type strip struct {
	Label string
	Items []string // each with what separates it from the next
}

func newView(doc *tearsheet.Document, o Options) view {
	v := view{Company: plain(doc.Company, mostName), Title: plain(doc.Title, mostName), Subtitle: plain(doc.Subtitle, mostSentences),
		Plan: plain(doc.Plan.Text, mostName), Late: plain(o.Late, mostName), Remark: plain(o.Remark, mostSentences),
		Tally:  doc.Counts.Tallies(),
		Behind: newTable(doc, tearsheet.Behind, mostBehind), Watch: newTable(doc, tearsheet.Watch, mostWatch),
		Legend: legend(doc), Imprint: imprint(doc), Footer: plain(o.Footer, mostSentences)}
	v.Subject = subject(doc, v)
	v.Preview = preview(v)
	strips := doc.Strips() // the first is what is off plan
	v.Nothing = strips[0].None
	for _, s := range strips[1:] {
		v.Strips = append(v.Strips, newStrip(s))
	}
	for _, name := range first(o.Files, mostLinks) {
		v.Files = append(v.Files, plain(name, mostName))
	}
	return v
}

// subject says the week, the counts that matter and whatever makes them less than
// final: "Lumen & Lark: week to 15 Nov (late 3 h): 7 off plan, 5 watch, provisional".
func subject(doc *tearsheet.Document, v view) string {
	week := "week to " + plain(doc.Weeks[len(doc.Weeks)-1].Label, mostName)
	if v.Late != "" {
		week += " (" + v.Late + ")"
	}
	var parts []string
	for _, tally := range v.Tally {
		if tally.Text == tearsheet.Behind.Verdict() || tally.Text == tearsheet.Watch.Verdict() || tally.Text == tearsheet.NoValue.Verdict() {
			parts = append(parts, count(tally))
		}
	}
	if doc.Provisional {
		parts = append(parts, "provisional")
	}
	if doc.Edition == 0 {
		parts = append(parts, "draft")
	}
	return cmp.Or(v.Company, v.Title) + ": " + week + ": " + strings.Join(parts, ", ")
}

func count(tally tearsheet.Tally) string { return fmt.Sprintf("%d %s", tally.Count, tally.Text) }

// Counts returns all counts in one line.
func (v view) Counts() string {
	var counts []string
	for _, tally := range v.Tally {
		counts = append(counts, count(tally))
	}
	return strings.Join(counts, ", ")
}

// preview is what an inbox shows beside the subject: all counts, and the worst rows.
func preview(v view) string {
	var worst []string
	for _, l := range first(v.Behind.Lines, mostWorst) {
		worst = append(worst, l.Title+" "+l.Off)
	}
	text := v.Counts() + "."
	if len(worst) > 0 {
		text += " " + strings.Join(worst, ", ")
	}
	return text
}

func newTable(doc *tearsheet.Document, mark tearsheet.Mark, most int) table {
	marked := doc.Marked(mark)
	t := table{Mark: mark}
	for _, l := range first(marked, most) {
		cell := l.Latest()
		l.Title, l.Team, l.UnitLabel, l.Off = plain(l.Title, mostName), plain(l.Team, mostTeam), plain(l.UnitLabel, mostFigure), plain(l.Off, mostFigure)
		t.Lines = append(t.Lines, line{Line: l, Actual: plain(cell.ActualText, mostFigure), Planned: plain(cell.PlanText, mostFigure),
			Note: plain(cell.Note(), mostNote)})
	}
	if more := len(marked) - len(t.Lines); more > 0 {
		t.More = fmt.Sprintf("and %d more, on the sheet", more)
	}
	return t
}

func newStrip(s tearsheet.Strip) strip {
	items, more := s.First(mostStrip)
	view := strip{Label: s.Label}
	for _, item := range items {
		view.Items = append(view.Items, plain(item.String(), mostNote))
	}
	if more != "" {
		view.Items = append(view.Items, more)
	}
	for i := range max(len(view.Items)-1, 0) {
		view.Items[i] += s.Separator
	}
	if len(view.Items) == 0 {
		view.Items = []string{s.None}
	}
	return view
}

// legend explains the marks. There are no signs in a letter: it has their words.
func legend(doc *tearsheet.Document) []tearsheet.LegendItem {
	var items []tearsheet.LegendItem
	for _, item := range doc.Legend {
		if item.Sign == "" && !item.OpenDot {
			item.Text = plain(item.Text, mostName)
			items = append(items, item)
		}
	}
	return first(items, mostLegend)
}

func imprint(doc *tearsheet.Document) string {
	return plain(fmt.Sprintf("%s. As of %s, %s.", doc.EditionText(), longDate(doc.AsOf), doc.Timezone), mostSentences)
}

func longDate(d calendar.Day) string { return d.Format("2 January 2006") }

func first[T any](list []T, most int) []T { return slices.Clip(list[:min(most, len(list))]) }
