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
	"unicode/utf8"

	"github.com/spf13/cobra"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/pipeline"
	"tearsheet/plan"
	"tearsheet/warehouse"
)

func (a *app) checkCommand() *cobra.Command {
	online := false
	c := &cobra.Command{
		Use:   "check [FILE|FOLDER]...",
		Short: "Do the files agree with each other, and with the warehouse?",
		Long: "Without arguments the project folder is checked: tearsheet.yaml, metrics.yaml, the\n" +
			"plan and etl/, and every statement is prepared in the warehouse. With arguments, files are\n" +
			"checked alone: YAML as registries, CSV and XLSX as plans against the metrics.yaml\n" +
			"beside them; folders with all that is in them. Every fault is printed. With --online\n" +
			"Google is asked for the spreadsheet, and the mail server whether it takes mail to each\n" +
			"recipient; nothing is written or sent.",
		Example: "  tearsheet check\n  tearsheet check --online\n  tearsheet check drafts/metrics.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if online && len(args) > 0 {
				return errors.New("--online: is about the project, and no file alone")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return a.check(c.Context(), args, online) },
	}
	c.Flags().BoolVar(&online, "online", false, "ask Google and the mail server, too")
	return c
}

// checked is what a check found.
type checked struct {
	Checked  []string       `json:"checked"`
	Faults   metrics.Faults `json:"faults"`
	Warnings metrics.Faults `json:"warnings"`

	plans planReader
}

func (a *app) check(ctx context.Context, paths []string, online bool) error {
	found := checked{Checked: []string{}, Faults: metrics.Faults{}, Warnings: metrics.Faults{}, plans: a.plans}
	var err error
	if len(paths) == 0 {
		err = found.project(ctx, a.dir, "", a.now())
	}
	for _, path := range paths {
		err = errors.Join(err, found.path(ctx, path, a.now()))
	}
	if online && err == nil && len(found.Faults) == 0 {
		err = a.online(ctx, &found)
	}
	if err != nil && len(found.Faults) == 0 {
		return err
	}
	return errors.Join(a.sayChecked(&found), err)
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

// project checks a project folder, and its warehouse if the files are sound. Places
// are printed with the prefix.
func (c *checked) project(ctx context.Context, dir, prefix string, now time.Time) error {
	p, err := openProject(ctx, dir, c.plans)
	c.Checked = append(c.Checked, prefix+configName, prefix+registryName)
	faults, err := asFaults(err)
	if err != nil {
		return err
	}
	found := findings{faults: faults, warnings: append(p.warnings, p.config.openKeys()...)}
	if len(faults) == 0 {
		found.faults = append(found.faults, p.config.keyFaults(ctx, now)...)
	}
	if p.config.plan != nil {
		c.Checked = append(c.Checked, p.config.plan.name(prefix))
	}
	if p.graph != nil {
		if slices.ContainsFunc(p.graph.Assets(), func(a *pipeline.Asset) bool { return a.SQL != "" }) {
			c.Checked = append(c.Checked, prefix+assetsDir)
		}
		linted := p.lint()
		found.faults = append(found.faults, linted.faults...)
		if len(faults) == 0 { // else they are the lesser worry
			found.warnings = append(found.warnings, linted.warnings...)
		}
	}
	if len(faults) == 0 {
		err = c.warehouse(ctx, p, &found, now)
	}
	for _, list := range []metrics.Faults{found.faults, found.warnings} {
		for i := range list {
			list[i].Text = p.config.hide(list[i].Text)
		}
	}
	c.add(prefix, found)
	return p.config.discreet(err)
}

// warehouse prepares every statement. A warehouse that does not exist yet is only
// worth a warning if Tearsheet is to fill it.
func (c *checked) warehouse(ctx context.Context, p *project, found *findings, now time.Time) error {
	if path, ok := strings.CutPrefix(p.config.warehouse, "duckdb:"); ok && !p.config.others {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			found.warnings = append(found.warnings, metrics.Fault{Place: configName,
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
		if _, err := completeThrough(ctx, p.config, r, p.config.calendar.DayOf(p.config.clock(now))); isPlace(err) {
			return err
		} else if err != nil {
			found.faults = append(found.faults, metrics.Fault{Place: p.config.completeThroughAt, Text: refusal(err, p.config.completeThrough)})
		}
	}
	if !p.config.others {
		assets, err := checkAssets(ctx, p, r, p.config.calendar.DayOf(p.config.clock(now)))
		if err != nil {
			return err
		}
		found.faults, found.warnings = append(found.faults, assets.faults...), append(found.warnings, assets.warnings...)
	}
	for _, m := range p.registry.Metrics() {
		if m.Roll == metrics.Ratio {
			continue
		}
		fault, err := statementFault(ctx, r, m)
		if err != nil {
			return err
		}
		place := fmt.Sprintf("%s:%d:%d", registryName, m.Line, m.Column)
		if fault != "" {
			found.faults = append(found.faults, metrics.Fault{Place: place, Text: fmt.Sprintf("metric %q: %s", m.Name, fault)})
			continue
		}
	}
	return nil
}

// statementFault returns what is wrong with the statement of m in the warehouse, or "".
func statementFault(ctx context.Context, r reader, m *metrics.Metric) (string, error) {
	columns, err := r.Describe(ctx, m.Statement())
	if isPlace(err) {
		return "", err
	}
	if err != nil {
		return "the warehouse refuses its statement: " + refusal(err, m.Statement()), nil
	}
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Name
	}
	if err := m.CheckColumns(names); err != nil {
		return err.Error(), nil
	}
	return "", nil
}

// isPlace reports whether err is about where the warehouse lies, and not about a
// statement.
func isPlace(err error) bool {
	var storage *warehouse.StorageError
	var active *warehouse.ActiveError
	var access *warehouse.AccessError
	return errors.As(err, &storage) || errors.As(err, &active) || errors.As(err, &access) || errors.Is(err, context.Canceled)
}

// refusal writes on one line what an engine has against a statement, and where.
func refusal(err error, statement string) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	var syntax *warehouse.SyntaxError
	if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(statement) {
		return text
	}
	before := statement[:syntax.Offset]
	line := strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return fmt.Sprintf("%s (line %d, column %d of the statement)", text, line+1, column+1)
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
		return c.project(ctx, path, filepath.Clean(path)+string(filepath.Separator), now)
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
	folder := strings.TrimSuffix(path, filepath.Base(path))
	switch filepath.Ext(path) {
	case ".yaml", ".yml":
		_, found := readRegistry(path)
		c.add(folder, found)
	case ".csv", ".xlsx":
		c.add(folder, checkPlan(path))
	default:
		return usageError(fmt.Errorf("%s: neither a registry (.yaml) nor a plan (.csv, .xlsx)", path))
	}
	c.Checked = append(c.Checked, path)
	return nil
}

// add notes findings, whose places are printed with the prefix.
func (c *checked) add(prefix string, found findings) {
	for _, f := range found.faults {
		c.Faults = append(c.Faults, metrics.Fault{Place: prefix + f.Place, Text: f.Text})
	}
	for _, w := range found.warnings {
		c.Warnings = append(c.Warnings, metrics.Fault{Place: prefix + w.Place, Text: w.Text})
	}
}

// checkPlan checks a plan against the registry beside it. Where a tearsheet.yaml
// stands beside it, its weeks count; otherwise weeks start on Monday.
func checkPlan(path string) findings {
	name, dir := filepath.Base(path), filepath.Dir(path)
	registry, found := readRegistry(filepath.Join(dir, registryName))
	if registry == nil {
		return findings{faults: metrics.Faults{{Place: name, Text: fmt.Sprintf(
			"a plan is checked against the %s beside it, which cannot be read: %s", registryName, found.faults[0])}}}
	}
	beside, _ := readConfig(dir)
	if beside == nil {
		beside = &config{}
	}
	if beside.calendar == (calendar.Calendar{}) {
		beside.calendar, _ = calendar.New("UTC", time.Monday)
	}
	if beside.plan == nil || filepath.Clean(beside.plan.File) != filepath.Clean(path) {
		beside.plan = &planEntry{File: path}
	}
	p, err := plan.ReadFile(beside.plan.File, beside.planOptions(registry))
	return findings{faultsOf(name, err), p.Warnings()}
}
