package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tearsheet/metrics"
	"tearsheet/schemadoc"
)

// schemaFormats are what the schema document can be made into, and the files that
// they are.
func schemaFormats() map[string]func(io.Writer, *schemadoc.Document) error {
	return map[string]func(io.Writer, *schemadoc.Document) error{"html": schemadoc.HTML, "xlsx": schemadoc.XLSX, "md": schemadoc.Markdown}
}

func (a *app) schemaCommand() *cobra.Command {
	var of, out string
	var to []string
	c := &cobra.Command{
		Use:   "schema",
		Short: "Write the schema document: every table and column, and what is in them",
		Long: "Tables with their grain, owner, source and freshness; columns with their meaning and,\n" +
			"where they are categories, their values and how often each stands there; and what lacks\n" +
			"a description. With --json-schema the JSON Schema of a project file is printed, for\n" +
			"editors.",
		Example: "  tearsheet schema --to html,xlsx,md\n  tearsheet schema --json-schema metrics > metrics.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if of != "" {
				return a.jsonSchema(of)
			}
			return a.schema(c.Context(), to, out)
		},
	}
	c.Flags().StringVar(&of, "json-schema", "", "metrics or tearsheet")
	c.Flags().StringSliceVar(&to, "to", []string{"html"}, "what to make: html, xlsx, md")
	c.Flags().StringVarP(&out, "out", "o", "", "the folder of the files (default: outputs.dir of tearsheet.yaml)")
	_ = c.RegisterFlagCompletionFunc("to", cobra.FixedCompletions([]string{"html", "xlsx", "md"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) jsonSchema(of string) error {
	schemas := map[string]func() []byte{"metrics": metrics.Schema, "tearsheet": configSchema().JSON}
	text, ok := schemas[of]
	if !ok {
		return usageError(fmt.Errorf("--json-schema: %q is neither metrics nor tearsheet", of))
	}
	_, err := a.out.Write(text())
	return err
}

func (a *app) schema(ctx context.Context, to []string, out string) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	r, err := openReader(ctx, p.config)
	if err != nil {
		return err
	}
	defer r.Close()
	doc, err := schemadoc.Read(ctx, r, p.graph.Assets(), schemadoc.Options{
		Company: p.config.company, Calendar: p.config.calendar, AsOf: p.config.calendar.DayOf(p.config.clock(a.now())) - 1})
	if err != nil {
		return err
	}
	formats := schemaFormats()
	var outputs []output
	for _, format := range once(to) {
		write, ok := formats[strings.ToLower(format)]
		if !ok {
			return usageError(fmt.Errorf("--to: %q is none of html, xlsx, md", format))
		}
		var b bytes.Buffer
		if err := write(&b, doc); err != nil {
			return fmt.Errorf("schema document: %w", err)
		}
		outputs = append(outputs, output{"schema." + strings.ToLower(format), b.Bytes()})
	}
	if out == "" {
		out = p.config.outDir
	}
	paths, err := writeFiles(out, outputs)
	if err != nil {
		return err
	}
	slices.Sort(paths)
	for _, path := range paths {
		fmt.Fprintln(a.out, display(filepath.Clean(path)))
	}
	return nil
}
