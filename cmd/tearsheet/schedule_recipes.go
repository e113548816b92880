package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"tearsheet/templates"
)

// recipeNames are the ways to let something else than `tearsheet serve` tell the time. All
// of them call `tearsheet schedule run`, which carries out what is due and was not done:
// that it is called too often does no harm, and a clock change skips and doubles nothing.
func recipeNames() []string { return []string{"systemd", "cron", "kubernetes", "github"} }

// recipeSlot is a slot as a recipe tells of it.
type recipeSlot struct {
	Name     string
	Calendar []string // for systemd
	Cron     string   // of five fields, in Zone
}

type recipeView struct {
	Dir, Program, Zone string
	Slots              []recipeSlot
	Secrets            []string // the environment variables that tearsheet.yaml names
}

// writeRecipe prints how something else runs the schedule.
func (p *project) writeRecipe(w io.Writer, name string) error {
	if !slices.Contains(recipeNames(), name) {
		return usageError(fmt.Errorf("--for: %q is none of %s", name, strings.Join(recipeNames(), ", ")))
	}
	dir, err := filepath.Abs(p.dir)
	if err != nil {
		return err
	}
	view := recipeView{Dir: dir, Program: "/usr/local/bin/tearsheet", Zone: p.config.calendar.Zone().String(), Secrets: p.config.variables}
	for _, slot := range p.config.slots {
		view.Slots = append(view.Slots, recipeSlot{Name: slot.name, Calendar: slot.schedule.OnCalendar(), Cron: slot.schedule.Cron()})
	}
	return templates.Recipes.ExecuteTemplate(w, name+".txt", view)
}
