package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/plan"
	"tearsheet/warehouse"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE|FOLDER]...",
		Short: "Do the files agree with each other, and with the warehouse?",
		Long: "Without arguments the project folder is checked: tearsheet.yaml, metrics.yaml and\n" +
			"the plan, and every statement is prepared in the warehouse. With arguments, files are\n" +
			"checked alone: YAML as registries, CSV and XLSX as plans against the metrics.yaml\n" +
			"beside them; folders with all that is in them. Every fault is printed.",
		Example: "  tearsheet check\n  tearsheet check drafts/metrics.yaml",
		RunE:    func(c *cobra.Command, args []string) error { return a.check(c.Context(), args) },
	}
}

// checked is what a check found.
type checked struct {
	Checked  []string       `json:"checked"`
	Faults   metrics.Faults `json:"faults"`
	Warnings metrics.Faults `json:"warnings"`
}

func (a *app) check(ctx context.Context, paths []string) error {
	var found checked
	var err error
	if len(paths) == 0 {
		err = found.project(ctx, a.dir, a.now())
	}
	for _, path := range paths {
		err = errors.Join(err, found.path(ctx, path, a.now()))
	}
	if err != nil && len(found.Faults) == 0 {
		return err
	}
	return a.sayChecked(&found)
}

func (a *app) sayChecked(found *checked) error {
	if a.json {
		if err := a.answer(found); err != nil {
			return err
		}
	} else {
		for _, w := range found.Warnings {
			fmt.Fprintln(a.out, w.Place+": warning: "+w.Text)
		}
		for _, f := range found.Faults {
			fmt.Fprintln(a.out, f)
		}
	}
	if len(found.Faults) > 0 {
		return usageError(fmt.Errorf("%s in %s", count(len(found.Faults), "fault"), count(len(found.Checked), "file")))
	}
	if !a.json {
		fmt.Fprintf(a.out, "%s: no fault\n", strings.Join(found.Checked, ", "))
	}
	return nil
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// project checks a project folder, and its warehouse if the files are sound.
func (c *checked) project(ctx context.Context, dir string, now time.Time) error {
	p, err := openProject(dir)
	c.Checked = append(c.Checked, configName, registryName)
	faults, err := asFaults(err)
	if err != nil {
		return err
	}
	c.Faults = append(c.Faults, faults...)
	if p == nil {
		return nil
	}
	c.Warnings = append(c.Warnings, p.warnings...)
	if p.config.plan != nil {
		c.Checked = append(c.Checked, filepath.Base(p.config.plan.File))
	}
	if len(faults) > 0 {
		return nil
	}
	return c.warehouse(ctx, p, now)
}

// warehouse prepares every statement. A warehouse that does not exist yet is only
// worth a warning if Tearsheet is to fill it.
func (c *checked) warehouse(ctx context.Context, p *project, now time.Time) error {
	if path, ok := strings.CutPrefix(p.config.warehouse, "duckdb:"); ok && !p.config.others {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			c.Warnings = append(c.Warnings, metrics.Fault{Place: configName,
				Text: "the warehouse does not exist yet, so no statement was tried; `tearsheet run` makes it"})
			return nil
		}
	}
	r, err := openReader(ctx, p.config)
	if err != nil {
		return err
	}
	defer r.Close()
	c.Checked = append(c.Checked, "the warehouse")
	if p.config.others {
		if _, err := completeThrough(ctx, p.config, r, p.config.calendar.DayOf(now)); err != nil {
			c.Faults = append(c.Faults, metrics.Fault{Place: configName, Text: "warehouse: " + err.Error()})
		}
	}
	for _, m := range p.registry.Metrics() {
		if m.Roll == metrics.Ratio {
			continue
		}
		if _, err := r.Describe(ctx, m.Statement()); err != nil {
			c.Faults = append(c.Faults, statementFault(m, err))
		}
	}
	return nil
}

// statementFault places what an engine says of a statement in the registry.
func statementFault(m *metrics.Metric, err error) metrics.Fault {
	line := m.Line
	var syntax *warehouse.SyntaxError
	text := err.Error()
	if errors.As(err, &syntax) {
		text = syntax.Message
	}
	text, _, _ = strings.Cut(text, "\n")
	return metrics.Fault{Place: fmt.Sprintf("%s:%d:1", registryName, line),
		Text: fmt.Sprintf("metric %q: the warehouse refuses its statement: %s", m.Name, text)}
}

// path checks a file alone, or what a folder holds.
func (c *checked) path(ctx context.Context, path string, now time.Time) error {
	info, err := os.Stat(path)
	if err != nil {
		return usageError(err)
	}
	if !info.IsDir() {
		return c.file(path)
	}
	if _, err := os.Stat(filepath.Join(path, configName)); err == nil {
		return c.project(ctx, path, now)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	var problems []error
	for _, entry := range entries {
		inside := filepath.Join(path, entry.Name())
		if entry.IsDir() || slices.Contains([]string{".yaml", ".yml", ".csv", ".xlsx"}, filepath.Ext(inside)) {
			problems = append(problems, c.path(ctx, inside, now))
		}
	}
	return errors.Join(problems...)
}

// file checks a registry or a plan by itself. Its name is printed as it was given.
func (c *checked) file(path string) error {
	c.Checked = append(c.Checked, path)
	switch filepath.Ext(path) {
	case ".yaml", ".yml":
		_, found, err := readRegistry(path)
		if err != nil {
			return err
		}
		c.add(path, found)
		return nil
	case ".csv", ".xlsx":
		return c.planFile(path)
	}
	return usageError(fmt.Errorf("%s: neither a registry (.yaml) nor a plan (.csv, .xlsx)", path))
}

// add notes findings whose places begin with the base name of path.
func (c *checked) add(path string, found findings) {
	place := func(list metrics.Faults) metrics.Faults {
		placed := make(metrics.Faults, len(list))
		for i, f := range list {
			placed[i] = metrics.Fault{Place: filepath.Join(filepath.Dir(path), f.Place), Text: f.Text}
		}
		return placed
	}
	c.Faults = append(c.Faults, place(found.faults)...)
	c.Warnings = append(c.Warnings, place(found.warnings)...)
}

// planFile checks a plan against the registry beside it, in weeks from Monday.
func (c *checked) planFile(path string) error {
	registry, found, err := readRegistry(filepath.Join(filepath.Dir(path), registryName))
	if err != nil {
		return fmt.Errorf("%s: a plan is checked against the %s beside it: %w", path, registryName, err)
	}
	if registry == nil || len(found.faults) > 0 {
		return usageError(fmt.Errorf("%s: the %s beside it has faults; mend those first", path, registryName))
	}
	monday, err := calendar.New("UTC", time.Monday)
	if err != nil {
		return err
	}
	p, err := plan.ReadFile(path, plan.Options{Registry: registry, Calendar: monday})
	faults, err := asFaults(err)
	if err != nil {
		c.Faults = append(c.Faults, metrics.Fault{Place: path, Text: err.Error()})
		return nil
	}
	c.add(path, findings{faults, p.Warnings()})
	return nil
}
