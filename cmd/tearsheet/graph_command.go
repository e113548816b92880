package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tearsheet/pipeline/graphpage"
)

func (a *app) graphCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "graph",
		Short: "Draw the tables and what they are made of, coloured by state",
		Long: "Writes graph.svg and graph.html: every table with its state, its rows, how long it took\n" +
			"and its last error, and the arrows from what it is made of.",
		Example: "  tearsheet graph -o /tmp",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.graph(c.Context(), out) },
	}
	c.Flags().StringVarP(&out, "out", "o", "", "the folder of the files (default: outputs.dir of tearsheet.yaml)")
	return c
}

func (a *app) graph(ctx context.Context, out string) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	now := p.config.clock(a.now())
	all, err := p.survey(ctx, now)
	if err != nil {
		return err
	}
	page := graphpage.New(p.config.company, p.config.calendar.DayOf(now), now.In(p.config.calendar.Zone()), all)
	var svg, html bytes.Buffer
	if err := graphpage.SVG(&svg, page); err != nil {
		return err
	}
	if err := graphpage.HTML(&html, page); err != nil {
		return err
	}
	if out == "" {
		out = p.config.outDir
	}
	paths, err := writeFiles(out, []output{{"graph.html", html.Bytes()}, {"graph.svg", svg.Bytes()}})
	if err != nil {
		return err
	}
	for _, path := range paths {
		fmt.Fprintln(a.out, display(path))
	}
	return nil
}
