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
	case r.Unchanged == r.Files:
		text += count(r.Files, "file") + ", unchanged"
	default:
		text += fmt.Sprintf("%s, %s changed: %s and %s loaded", count(r.Files, "file"),
			strconv.Itoa(r.Files-r.Unchanged), count(len(r.Replaced), "day"), count(int(r.Rows), "row"))
	}
	if len(r.Forgotten) > 0 {
		text += "; " + count(len(r.Forgotten), "day") + " taken away"
	}
	if len(r.Kept) > 0 {
		text += "; " + count(len(r.Kept), "file") + " gone: the days of " + r.Kept[0]
		if len(r.Kept) > 1 {
			text += " and the others"
		}
		text += " stay as they were loaded, whatever other files say of them, until the file is back or path: no longer means it"
	}
	return text
}
