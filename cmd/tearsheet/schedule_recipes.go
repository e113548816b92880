package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tearsheet/templates"
)

// recipeNames are the ways to let something else than `tearsheet serve` tell the time. All
// of them call `tearsheet schedule run --all`, which carries out what is due and was not
// done: that it is called too often does no harm, and a clock change skips and doubles
// nothing.
func recipeNames() []string { return []string{"systemd", "cron", "kubernetes", "github"} }

// recipeSlot is a slot as a recipe tells of it.
type recipeSlot struct {
	Name     string
	Calendar []string // for systemd
	Cron     string   // of five fields, in the zone
}

// recipeObject is a CronJob of Kubernetes.
type recipeObject struct{ Name, Cron string }

type recipeView struct {
	Dir, Program, Zone string
	Slots              []recipeSlot
	Objects            []recipeObject // the first comes every hour
	UTC                []string       // all slots as cron expressions in UTC; none if one has none
	Secrets            []string       // the environment variables that tearsheet.yaml names
}

// writeRecipe prints how something else runs the schedule in the year after now.
func (p *project) writeRecipe(w io.Writer, name string, now time.Time) error {
	if !slices.Contains(recipeNames(), name) {
		return usageError(fmt.Errorf("--for: %q is none of %s", name, strings.Join(recipeNames(), ", ")))
	}
	dir, err := filepath.Abs(p.dir)
	if err != nil {
		return err
	}
	view := recipeView{Dir: dir, Program: "/usr/local/bin/tearsheet", Zone: p.config.calendar.Zone().String(),
		Objects: []recipeObject{{"tearsheet-hourly", "50 * * * *"}}, UTC: p.config.slotsInUTC(now), Secrets: p.config.variables}
	for _, slot := range p.config.slots {
		cron := slot.schedule.Cron()
		view.Slots = append(view.Slots, recipeSlot{Name: slot.name, Calendar: slot.schedule.OnCalendar(), Cron: cron})
		view.Objects = append(view.Objects, recipeObject{objectName(slot.name, view.Objects), cron})
	}
	return templates.Recipes.ExecuteTemplate(w, name+".txt", view)
}

// slotsInUTC returns cron expressions in UTC of all slots, with each offset that the zone
// has in the year after now, or none if a slot has none.
func (c *config) slotsInUTC(now time.Time) []string {
	var all []string
	for _, slot := range c.slots {
		for month := range 12 {
			expressions, ok := slot.schedule.UTC(now.AddDate(0, month, 0))
			if !ok {
				return nil
			}
			all = append(all, expressions...)
		}
	}
	return once(all)
}

// objectName is the name of a slot in Kubernetes, unlike those of others: of small letters,
// digits and -, and 52 characters at most.
func objectName(slot string, others []recipeObject) string {
	const most = 48 // which leaves room for a number
	name := "tearsheet-" + strings.ReplaceAll(slot, "_", "-")
	name = strings.TrimRight(name[:min(len(name), most)], "-")
	free := name
	for n := 2; slices.ContainsFunc(others, func(o recipeObject) bool { return o.Name == free }); n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free
}
