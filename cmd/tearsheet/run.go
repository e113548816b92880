package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Load what changed in the source files",
		Long:  "Brings the fact tables up to date with the files named in tearsheet.yaml. Files that\nwere loaded before and have not changed cost nothing.",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return a.run(c.Context()) },
	}
}

func (a *app) run(ctx context.Context) error {
	p, err := openProject(a.dir)
	if err != nil {
		return err
	}
	a.warn(p)
	reports, err := p.load(ctx, a.now(), newProgress(a.errOut))
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(reports)
	}
	if len(reports) == 0 {
		fmt.Fprintln(a.out, "nothing to load: tearsheet.yaml names no source files")
	}
	for _, r := range reports {
		fmt.Fprintln(a.out, r)
	}
	return nil
}
