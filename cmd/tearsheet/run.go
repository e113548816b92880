package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"tearsheet/pipeline/source/files"
)

func (a *app) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Load what changed in the source files",
		Long:  "Brings the fact tables up to date with the files named in tearsheet.yaml. Files that\nwere loaded before and have not changed are only weighed, by a checksum.",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return a.run(c.Context()) },
	}
}

func (a *app) run(ctx context.Context) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	a.warn(p)
	reports, err := p.load(ctx, a.now(), newProgress(a.errOut))
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(append([]files.Report{}, reports...)) // [] and not null
	}
	if len(reports) == 0 {
		fmt.Fprintln(a.out, "nothing to load: tearsheet.yaml names no source files")
	}
	for _, r := range reports {
		fmt.Fprintln(a.out, sayLoad(r))
	}
	return nil
}

// sayLoad says in a line what a load did to a table.
func sayLoad(r files.Report) string {
	text := r.Table + ": "
	switch {
	case r.Files == 0:
		text += "no file found"
	case r.Unchanged == r.Files && len(r.Replaced) == 0:
		text += count(r.Files, "file") + ", unchanged"
	default:
		text += fmt.Sprintf("%s, %s changed: %s and %s loaded", count(r.Files, "file"),
			strconv.Itoa(r.Files-r.Unchanged), count(len(r.Replaced), "day"), count(int(r.Rows), "row"))
	}
	if len(r.Forgotten) > 0 {
		text += "; " + count(len(r.Forgotten), "day") + " taken away"
	}
	if len(r.Superseded) > 0 {
		text += "; " + gone(r.Superseded) + ": the days come from the files that are there"
	}
	if len(r.Kept) > 0 {
		text += "; " + gone(r.Kept)
		if days := r.KeptDays; len(days) > 0 {
			text += fmt.Sprintf(": %s from %s on stay as last loaded, until a file is back or path: no longer means it",
				count(len(days), "day"), days[0])
		}
	}
	return text
}

// gone says that files are gone.
func gone(names []string) string {
	if len(names) == 1 {
		return names[0] + " is gone"
	}
	return fmt.Sprintf("%s and %d more are gone", names[0], len(names)-1)
}
