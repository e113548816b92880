package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tearsheet/mail"
	"tearsheet/metrics"
	"tearsheet/store"
	"tearsheet/tearsheet/render/letter"
)

// letterEntry says by which server the sheet goes out, and from whom.
type letterEntry struct {
	From    string     `json:"from" jsonschema:"example=tearsheet@example.com" jsonschema_description:"The address that it comes from."`
	SMTP    string     `json:"smtp" jsonschema:"example=smtp://user:${SMTP_PASSWORD}@mail.example.com:587" jsonschema_description:"The server: smtp://… (with STARTTLS) or smtps://… . ${NAME} is replaced by an environment variable."`
	TLS     string     `json:"tls,omitempty" jsonschema:"enum=required,enum=none" jsonschema_description:"required (the default), or none: only for a server on this machine."`
	ReplyTo string     `json:"reply_to,omitempty" jsonschema:"example=data@example.com" jsonschema_description:"Who gets the answers. The sender if absent."`
	DKIM    *dkimEntry `json:"dkim,omitempty" jsonschema_description:"The key with which mail is signed, where the server does not do it."`
	Footer  string     `json:"footer,omitempty" jsonschema_description:"The last line of the mail: why one gets it, and whom to ask not to."`
	MaxSize string     `json:"max_size,omitempty" jsonschema:"example=10MB" jsonschema_description:"How large a mail with its PDF may be. 10MB if absent."`
}

type dkimEntry struct {
	Domain   string `json:"domain" jsonschema:"example=example.com"`
	Selector string `json:"selector" jsonschema:"example=tearsheet"`
	Key      string `json:"key" jsonschema:"example=dkim.pem" jsonschema_description:"The file of the private key: PEM, RSA or Ed25519."`
}

// letterConfig is an entry that is sound.
type letterConfig struct {
	letterEntry
	sender mail.Sender
}

const defaultMailSize = 10 << 20

func (r *configReader) readLetter(entry *letterEntry) {
	if entry == nil {
		return
	}
	l := &letterConfig{letterEntry: *entry, sender: mail.Sender{Limit: defaultMailSize}}
	r.add(mail.CheckAddress(entry.From), "mail", "from")
	if entry.ReplyTo != "" {
		r.add(mail.CheckAddress(entry.ReplyTo), "mail", "reply_to")
	}
	text, err := expand(entry.SMTP)
	if err == nil {
		l.sender.Server, err = mail.ParseServer(text, entry.TLS)
	}
	r.add(err, "mail", "smtp")
	if entry.MaxSize != "" {
		size, err := parseSize(entry.MaxSize)
		r.add(err, "mail", "max_size")
		l.sender.Limit = int(size)
	}
	if entry.DKIM != nil {
		l.sender.DKIM = mail.DKIM{Domain: entry.DKIM.Domain, Selector: entry.DKIM.Selector, Key: r.inProject(entry.DKIM.Key)}
		warnings, err := l.sender.DKIM.Check(entry.From)
		r.add(err, "mail", "dkim")
		if mail.CheckAddress(entry.From) != nil {
			warnings = nil // that it is another domain is the lesser worry
		}
		for _, text := range warnings {
			r.warnings = append(r.warnings, metrics.Fault{Place: placeIn(configName, r.tree.Value("mail", "dkim")), Text: "dkim: " + text})
		}
	}
	r.letter = l
}

// errLater is that of a wait which a slot does not sit out: others have their turn.
var errLater = errors.New("the mail server does not take it yet")

// slotWaits is the longest wait that a slot sits out.
const slotWaits = time.Minute

// post sends what lies in the outbox of a project, for a slot or for a person.
func (a *app) post(p *project, s *store.Store, slot string) *mail.Post {
	sender := p.config.letter.sender
	return &mail.Post{Outbox: s.Outbox(), Sender: &sender, Holder: runID(a.now()), Now: a.now,
		Sleep: func(ctx context.Context, d time.Duration) error {
			if slot != "" && d > slotWaits {
				return errLater
			}
			fmt.Fprintf(a.errOut, "mail: trying again in %s\n", roughly(d))
			timer := time.NewTimer(d)
			defer timer.Stop()
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-timer.C:
				return nil
			}
		}}
}

// mailSheet puts the sheet into the outbox, a mail of his own for each recipient, and
// sends what lies there. Who has had the sheet of this week gets it again only if that is
// asked for. What hindered the sheet on its way, the mail tells.
func (a *app) mailSheet(ctx context.Context, p *project, o sheetOptions, to delivered) ([]mail.Letter, error) {
	page, files, err := p.sheetLetter(ctx, o, to)
	if err != nil {
		return nil, err
	}
	about := sheetAbout(o, to.edition.Week.String())
	if o.delivery.resend {
		about += ", again " + runID(a.now())
	}
	return a.send(ctx, p, o, occasion{about, page, files})
}

// sheetLetter is the mail of a sheet, and the PDF that goes with it.
func (p *project) sheetLetter(ctx context.Context, o sheetOptions, to delivered) (letter.Letter, []mail.File, error) {
	content, err := p.attachment(ctx, to.issued)
	if err != nil {
		return letter.Letter{}, nil, err
	}
	name := "tearsheet-" + to.edition.Week.String() + ".pdf"
	options := letter.Options{Late: lateness(o.delivery.late), Files: []string{name}, Footer: p.config.letter.Footer}
	if to.sheets != nil && to.sheets.URL != "" {
		options.Links = []letter.Link{{Text: "The sheet in Google Sheets", URL: to.sheets.URL}}
	}
	if to.wrong != nil {
		options.Remark = "The sheet in Google Sheets could not be brought up to date: it may show an earlier week."
	}
	page, err := letter.New(to.doc, options)
	return page, []mail.File{{Name: name, Type: "application/pdf", Content: content}}, err
}

// attachment is the PDF of an edition, which is made if it was not asked for.
func (p *project) attachment(ctx context.Context, made *issued) ([]byte, error) {
	if content, ok := made.files["pdf"]; ok {
		return content, nil
	}
	s, err := p.openStore(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	files, _, err := p.editionFiles(ctx, s, made.edition.Number, []string{"pdf"})
	return files["pdf"], err
}

// mailHeld tells those who wait for the sheet that it does not come, and why. It returns
// an error only of its own.
func (a *app) mailHeld(ctx context.Context, p *project, o sheetOptions, why error) error {
	passes := slotAgain().If(why)
	if len(o.delivery.mail) == 0 || ctx.Err() != nil || passes && (o.delivery.again || o.delivery.slot == "") {
		return nil // it may be there within the hour
	}
	week := o.last.Last()
	about := sheetAbout(o, week.String())
	if had, err := p.wasMailed(ctx, about, o.delivery.mail); had || err != nil {
		return err
	}
	lines := []string{
		fmt.Sprintf("The sheet of the week to %s could not be made.", week.Format("Monday 2 January 2006")),
		"No figures are sent rather than wrong ones. It comes when that is mended.",
		"What is missing: " + firstLines(p.config.hide(why.Error())),
	}
	page := letter.Letter{Subject: line(fmt.Sprintf("%s: the sheet of the week to %s is held", p.config.company, week.Format("2 Jan"))),
		Text: strings.Join(lines, "\n\n") + "\n"}
	_, err := a.send(ctx, p, o, occasion{about: about + " held", page: page})
	return err
}

// sheetAbout is by what the mail of a sheet is known.
func sheetAbout(o sheetOptions, week string) string {
	return cmp.Or(o.delivery.slot, "sheet") + " " + week
}

// wasMailed reports whether the mail of an occasion is in the outbox: who has a sheet is
// not told later that there is none.
func (p *project) wasMailed(ctx context.Context, about string, to []string) (bool, error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return false, err
	}
	defer s.Close()
	letters, err := lettersAbout(ctx, s, about, to)
	return len(letters) > 0, err
}

// occasion is what a mail is of.
type occasion struct {
	about string // by which a mail is known, with its recipient: tuesday 2026-11-15
	page  letter.Letter
	files []mail.File
}

// send puts a mail to all recipients into the outbox and sends what lies there.
func (a *app) send(ctx context.Context, p *project, o sheetOptions, of occasion) ([]mail.Letter, error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	post := a.post(p, s, o.delivery.slot)
	message := mail.Message{From: p.config.letter.From, FromName: p.config.company, ReplyTo: p.config.letter.ReplyTo,
		Subject: of.page.Subject, Text: of.page.Text, HTML: of.page.HTML, Files: of.files, Date: a.now().In(p.config.calendar.Zone())}
	added, err := post.Put(ctx, message, o.delivery.mail, of.about)
	if err != nil {
		return nil, err
	}
	report, err := post.Deliver(ctx)
	a.sayLetters(report.Letters)
	if errors.Is(err, errLater) { // how its own letters stand decides
		err = nil
	}
	letters, looked := lettersAbout(context.WithoutCancel(ctx), s, of.about, o.delivery.mail)
	if added == 0 && len(mail.Report{Letters: letters}.Unsent()) == 0 {
		fmt.Fprintf(a.errOut, "mail: %s was sent before; --resend sends it again\n", of.about)
	}
	return letters, errors.Join(err, looked, unsent(mail.Report{Letters: letters}))
}

// lettersAbout returns the letters of an occasion to some people, also those that an
// earlier attempt dealt with: what was refused then has not arrived since.
func lettersAbout(ctx context.Context, s *store.Store, about string, to []string) ([]mail.Letter, error) {
	letters, err := s.Outbox().Letters(ctx)
	return slices.DeleteFunc(letters, func(l mail.Letter) bool {
		return l.About != about || !slices.ContainsFunc(to, func(address string) bool { return strings.EqualFold(address, l.To) })
	}), err
}

// sayLetters says what became of mails.
func (a *app) sayLetters(letters []mail.Letter) {
	for _, l := range letters {
		fmt.Fprintf(a.errOut, "mail: %s: %s\n", l.About, l)
	}
}

// unsent is the error of mails that were not taken.
func unsent(report mail.Report) error {
	letters := report.Unsent()
	if len(letters) == 0 {
		return nil
	}
	var names []string
	code := exitHeld
	for _, l := range letters {
		names = append(names, l.To)
		if l.State == mail.Waiting { // the server may take it later
			code = exitSource
		}
	}
	return &exitError{code: code, err: fmt.Errorf("not everybody has the mail: %s", strings.Join(names, ", ")),
		hint: "`tearsheet outbox` says why, and `tearsheet outbox resend` sends one again"}
}
