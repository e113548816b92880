package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	starter "tearsheet"
	"tearsheet/internal/demo"
)

func (a *app) demoCommand() *cobra.Command {
	var dsn string
	c := &cobra.Command{
		Use:   "demo [DIR]",
		Short: "Make an invented photo company, from its logs to its sheet",
		Long: "Writes an invented company into DIR (default tearsheet-demo): the hourly logs of its\n" +
			"servers, extracts of its production tables, SQL, metrics and a plan; with accidents, as\n" +
			"life has them. Then comes a night that loads and makes what it can; the files that were\n" +
			"late or broken; a second night; and the sheet. The same files come out every time. A\n" +
			"folder that holds a demo is used again.",
		Example: "  tearsheet demo\n  tearsheet demo --mysql 'root@tcp(127.0.0.1:3306)/lark' /tmp/lark",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir := filepath.Join(a.dir, "tearsheet-demo")
			if len(args) == 1 {
				dir = args[0]
			}
			return a.demo(c.Context(), dir, dsn)
		},
	}
	c.Flags().StringVar(&dsn, "mysql", "", "put the production tables into the empty database of this MySQL server, and read them from there")
	return c
}

// demoMark is written last, so that a folder without it was not finished.
const demoMark = ".tearsheet-demo"

func (a *app) demo(ctx context.Context, dir, dsn string) error {
	if _, err := os.Stat(filepath.Join(dir, demoMark)); err != nil {
		if err := emptyFolder(dir); err != nil {
			return hinted(usageError(err), "name an empty folder: tearsheet demo DIR")
		}
		if err := a.makeDemo(ctx, dir, dsn); err != nil {
			return err
		}
	}
	a.dir = dir
	fmt.Fprintf(a.errOut, "The project is in %s. Look around: tearsheet -C %s status | graph | explain likes@%s | schema\n\n",
		display(dir), display(dir), demo.Last())
	return a.sheet(ctx, sheetFlags{})
}

// makeDemo writes the company and lives through two nights of it: in the first one a
// file is broken and some are late; then they are delivered.
func (a *app) makeDemo(ctx context.Context, dir, dsn string) error {
	if err := a.writeDemo(ctx, dir, dsn); err != nil {
		return err
	}
	p, err := openProject(ctx, dir, a.plans)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.errOut, "The first night: a file is cut off, one came twice, and some are late.")
	night, _ := p.config.calendar.Bounds(demo.Today())
	if err := a.demoNight(ctx, p, night.Add(30*time.Minute)); err != nil {
		return err
	}
	if err := demo.DeliverRest(ctx, dir); err != nil {
		return err
	}
	fmt.Fprintln(a.errOut, "\nThe broken file is delivered again, and the late ones come: only their days are made anew.")
	if err := a.demoNight(ctx, p, night.Add(11*time.Hour)); err != nil {
		return err
	}
	fmt.Fprintln(a.errOut)
	return os.WriteFile(filepath.Join(dir, demoMark), nil, 0o640)
}

// demoNight runs the pipeline and says what it did. That a file is broken is part of
// the story.
func (a *app) demoNight(ctx context.Context, p *project, at time.Time) error {
	show := newProgress(a.errOut)
	reports, err := p.run(ctx, runOptions{now: at, show: show})
	for _, report := range reports {
		aside := &app{out: a.errOut, errOut: a.errOut}
		aside.sayRun(report)
	}
	return err
}

// writeDemo makes the whole folder aside and renames it, so that a cut leaves no
// half of a company behind under its name.
func (a *app) writeDemo(ctx context.Context, dir, dsn string) error {
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o750); err != nil {
		return err
	}
	sweep(filepath.Dir(filepath.Clean(dir)))
	aside, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), asideName())
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	show := newProgress(a.errOut)
	if err := demo.WriteData(ctx, aside, func(done, total int) { show.step("inventing", done, total) }); err != nil {
		return err
	}
	show.done()
	if _, err := writeStarter(aside); err != nil {
		return err
	}
	if err := endHistory(aside); err != nil {
		return err
	}
	if dsn != "" {
		if err := a.fillMySQL(ctx, aside, dsn); err != nil {
			return err
		}
	}
	if err := os.Remove(dir); err != nil && !os.IsNotExist(err) { // empty: seen before
		return err
	}
	return os.Rename(aside, dir)
}

// endHistory lets every day of the project in a folder be the one on which the
// invented history is read.
func endHistory(dir string) error {
	path := filepath.Join(dir, configName)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	line := fmt.Sprintf("\nas_of: %s                  # this history has ended: every day is this Tuesday\n", demo.Today())
	return os.WriteFile(path, append(text, line...), 0o640)
}

// writeStarter writes the text files and the plan that a project begins with.
func writeStarter(dir string) ([]string, error) {
	workbook, err := demo.Plan()
	if err != nil {
		return nil, err
	}
	byFolder := map[string][]output{".": {{"plan.xlsx", workbook}}}
	for _, file := range starter.Files() {
		folder := filepath.Dir(filepath.FromSlash(file.Name))
		byFolder[folder] = append(byFolder[folder], output{filepath.Base(file.Name), file.Text})
	}
	var paths []string
	for _, folder := range slices.Sorted(maps.Keys(byFolder)) {
		written, err := writeFiles(filepath.Join(dir, folder), byFolder[folder])
		if err != nil {
			return nil, err
		}
		paths = append(paths, written...)
	}
	return paths, nil
}
