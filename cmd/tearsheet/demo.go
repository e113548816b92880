package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	starter "tearsheet"
	"tearsheet/internal/demo"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo [DIR]",
		Short: "Make an invented photo company, from its files to its sheet",
		Long: "Writes 26 weeks of an invented company's files and its plan into DIR (default\n" +
			"tearsheet-demo), loads them into a warehouse and makes the sheet of the last week.\n" +
			"The same files come out every time. A folder that holds a demo is used again.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir := filepath.Join(a.dir, "tearsheet-demo")
			if len(args) == 1 {
				dir = args[0]
			}
			return a.demo(c.Context(), dir)
		},
	}
}

// demoMark is written last, so that a folder without it was not finished.
const demoMark = ".tearsheet-demo"

func (a *app) demo(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, demoMark)); err != nil {
		if err := emptyFolder(dir); err != nil {
			return hinted(usageError(err), "name an empty folder: tearsheet demo DIR")
		}
		if err := a.writeDemo(ctx, dir); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.errOut, "The project is in %s: tearsheet.yaml, metrics.yaml, plan.xlsx, data/.\n"+
		"Change a definition, then: tearsheet -C %s sheet --as-of %s\n\n", display(dir), display(dir), demo.Today())
	a.dir = dir
	return a.sheet(ctx, sheetFlags{asOf: demo.Today().String()})
}

// writeDemo makes the whole folder aside and renames it, so that a cut leaves no
// half of a company behind under its name.
func (a *app) writeDemo(ctx context.Context, dir string) error {
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
	if err := os.WriteFile(filepath.Join(aside, demoMark), nil, 0o640); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !os.IsNotExist(err) { // empty: seen before
		return err
	}
	return os.Rename(aside, dir)
}

// writeStarter writes the text files and the plan that a project begins with.
func writeStarter(dir string) ([]string, error) {
	workbook, err := demo.Plan()
	if err != nil {
		return nil, err
	}
	var outputs []output
	for _, file := range starter.Files() {
		outputs = append(outputs, output{file.Name, file.Text})
	}
	return writeFiles(dir, append(outputs, output{"plan.xlsx", workbook}))
}
