package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/internal/spelling"
	"tearsheet/mail"
	"tearsheet/workflow"
)

// slotEntry is an entry of schedule: when something is done, and what.
type slotEntry struct {
	On   oneOrMore `json:"on,omitempty" jsonschema:"example=tuesday" jsonschema_description:"The weekdays: tuesday, or [monday, thursday]. Every day if absent."`
	At   string    `json:"at,omitempty" jsonschema:"example=07:00" jsonschema_description:"The time of day in the zone of the company: 07:00."`
	Cron string    `json:"cron,omitempty" jsonschema:"example=30 6 * * 1-5" jsonschema_description:"Instead of on and at: a cron expression of five fields, in the zone of the company."`
	Run  oneOrMore `json:"run" jsonschema:"minItems=1" jsonschema_description:"What is done: pipeline (load and make what is stale), values (compute the daily values), sheet (both, and issue the sheet of the last complete week)."`
	To   oneOrMore `json:"to,omitempty" jsonschema_description:"What the sheet is made into: pdf, xlsx, html, csv, json, sheets. outputs.formats if absent."`
	Mail oneOrMore `json:"mail,omitempty" jsonschema:"example=execs@example.com" jsonschema_description:"Who gets the sheet by mail, with the PDF attached; each gets a mail of his own."`
}

// slotConfig is an entry of schedule that is sound.
type slotConfig struct {
	name     string
	schedule workflow.Schedule
	run      []string
	formats  []string // nil: outputs.formats
	mail     []string
}

// What a slot can do.
const (
	runPipeline = "pipeline"
	runValues   = "values"
	runSheet    = "sheet"
)

func slotWork() []string { return []string{runPipeline, runValues, runSheet} }

func (s slotConfig) does(work string) bool { return slices.Contains(s.run, work) }

var slotName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// readSchedule reads the slots, in the order of the file.
func (r *configReader) readSchedule(entries map[string]slotEntry) {
	for _, name := range r.tree.Keys("schedule") {
		entry, ok := entries[name]
		if !ok {
			continue // its shape has a fault
		}
		path := []string{"schedule", name}
		if !slotName.MatchString(name) {
			r.addAt(r.tree.Key(path...), fmt.Sprintf("schedule: %q is no name: use small letters, digits, - and _", name))
		}
		slot := slotConfig{name: name, schedule: r.slotTimes(entry, path), run: once(entry.Run)}
		r.oneOf(entry.Run, slotWork(), append(path, "run"))
		if slot.does(runSheet) {
			r.oneOf(entry.To, targets(), append(path, "to"))
			slot.formats, slot.mail = r.sheetFormats(entry.To, append(path, "to")), entry.Mail
			r.recipients(entry.Mail, append(path, "mail"))
		} else if len(entry.To)+len(entry.Mail) > 0 {
			r.addAt(r.tree.Key(path...), "schedule: to: and mail: are about the sheet: add sheet to run:, or leave them out")
		}
		r.slots = append(r.slots, slot)
	}
}

// slotTimes reads when a slot is.
func (r *configReader) slotTimes(entry slotEntry, path []string) workflow.Schedule {
	at := func(key string) []string { return append(slices.Clone(path), key) }
	switch {
	case entry.Cron != "" && (entry.At != "" || len(entry.On) > 0):
		r.addAt(r.tree.Value(at("cron")...), "cron: says when by itself: leave out on: and at:")
		return workflow.Schedule{}
	case entry.Cron != "":
		schedule, err := workflow.ParseCron(entry.Cron, r.zone())
		if err != nil {
			r.add(errors.New(strings.TrimPrefix(err.Error(), "cron ")), at("cron")...) // its key says so
		}
		return schedule
	case entry.At == "":
		r.addAt(r.tree.Key(path...), `schedule: when? Write at: "07:00", with on: tuesday for some weekdays, or cron:`)
		return workflow.Schedule{}
	}
	schedule := workflow.Schedule{Zone: r.zone()}
	var err error
	schedule.Hour, schedule.Minute, err = timeOfDay(entry.At)
	r.add(err, at("at")...)
	for i, day := range entry.On {
		weekday, err := calendar.ParseWeekday(strings.ToLower(day))
		if err != nil {
			err = fmt.Errorf("%w%s", err, spelling.DidYouMean(day, weekdays()))
		}
		r.addItem(err, i, at("on"))
		schedule.Days = append(schedule.Days, weekday)
	}
	return schedule
}

// zone is that of the company, or UTC where it has a fault of its own.
func (r *configReader) zone() *time.Location {
	if r.calendar == (calendar.Calendar{}) {
		return time.UTC
	}
	return r.calendar.Zone()
}

func weekdays() []string {
	var names []string
	for day := time.Sunday; day <= time.Saturday; day++ {
		names = append(names, strings.ToLower(day.String()))
	}
	return names
}

var clockTime = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):([0-5][0-9])$`)

func timeOfDay(text string) (hour, minute int, err error) {
	match := clockTime.FindStringSubmatch(text)
	if match == nil {
		return 0, 0, fmt.Errorf(`%q is no time of day such as "07:00"`, text)
	}
	hour, _ = strconv.Atoi(match[1])
	minute, _ = strconv.Atoi(match[2])
	return hour, minute, nil
}

// oneOf notes what of list is none of known.
func (r *configReader) oneOf(list, known []string, path []string) {
	for i, item := range list {
		if !slices.Contains(known, item) {
			r.addItem(fmt.Errorf("%q is none of %s", item, strings.Join(known, ", ")), i, path)
		}
	}
}

// addItem notes a fault of an item of a list, which may stand there alone.
func (r *configReader) addItem(err error, i int, path []string) {
	if err == nil {
		return
	}
	item := append(slices.Clone(path), strconv.Itoa(i))
	if !r.tree.Has(item...) {
		item = path
	}
	r.addAt(r.tree.Value(item...), path[len(path)-1]+": "+err.Error())
}

// sheetFormats reads what a sheet is made into; nil is what outputs.formats says.
func (r *configReader) sheetFormats(to []string, path []string) []string {
	if slices.Contains(to, toSheets) && r.sheets == nil {
		r.addItem(errNoSpreadsheet, slices.Index(to, toSheets), path)
	}
	return once(to)
}

var errNoSpreadsheet = errors.New("which spreadsheet? Write outputs: {sheets: {spreadsheet: ID}}")

// recipients checks who gets mail.
func (r *configReader) recipients(to []string, path []string) {
	if len(to) > 0 && r.letter == nil {
		r.addAt(r.tree.Key(path...), "mail: by which server, and from whom? Write mail: {from: tearsheet@example.com, smtp: smtp://…}")
	}
	for i, address := range to {
		r.addItem(mail.CheckAddress(address), i, path)
		if slices.ContainsFunc(to[:i], func(other string) bool { return strings.EqualFold(other, address) }) {
			r.addItem(fmt.Errorf("%s is named twice", address), i, path)
		}
	}
}
