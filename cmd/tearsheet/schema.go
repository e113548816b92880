package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tearsheet/metrics"
	"tearsheet/schemadoc"
	"tearsheet/workbook/google"
)

// schemaFormats are what the schema document can be made into, and the files that
// they are.
func schemaFormats() map[string]func(io.Writer, *schemadoc.Document) error {
	return map[string]func(io.Writer, *schemadoc.Document) error{"html": schemadoc.HTML, "xlsx": schemadoc.XLSX, "md": schemadoc.Markdown}
}

// schemaFlags are the flags of schema.
type schemaFlags struct {
	of, out string
	to      []string
	anew    bool // tabs at Google that people deleted
}

// schemaTargets are all that the schema document can be brought to.
func schemaTargets() []string { return []string{"html", "xlsx", "md", toSheets} }

func (a *app) schemaCommand() *cobra.Command {
	var flags schemaFlags
	c := &cobra.Command{
		Use:   "schema",
		Short: "Write the schema document: every table and column, and what is in them",
		Long: "Tables with their grain, owner, source and freshness; columns with their meaning and,\n" +
			"where they are categories, their values and how often each stands there; and what lacks\n" +
			"a description. With --json-schema the JSON Schema of a project file is printed, for\n" +
			"editors.",
		Example: "  tearsheet schema --to html,xlsx,md\n  tearsheet schema --to sheets\n  tearsheet schema --json-schema metrics > metrics.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if flags.of != "" {
				return a.jsonSchema(flags.of)
			}
			return a.schema(c.Context(), flags)
		},
	}
	c.Flags().StringVar(&flags.of, "json-schema", "", "metrics or tearsheet")
	c.Flags().StringSliceVar(&flags.to, "to", []string{"html"}, "what to make: "+strings.Join(schemaTargets(), ", "))
	c.Flags().StringVarP(&flags.out, "out", "o", "", "the folder of the files (default: outputs.dir of tearsheet.yaml)")
	c.Flags().BoolVar(&flags.anew, "new-tabs", false, "with --to sheets: make tabs again that people have deleted")
	_ = c.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(schemaTargets(), cobra.ShellCompDirectiveNoFileComp))
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

func (a *app) schema(ctx context.Context, flags schemaFlags) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	files, toGoogle, err := flags.targets(p.config)
	if err != nil {
		return err
	}
	doc, err := a.schemaDocument(ctx, p)
	if err != nil {
		return err
	}
	paths, err := schemaFiles(doc, files, cmp.Or(flags.out, p.config.outDir))
	if err != nil {
		return err
	}
	a.sayPaths(paths)
	var written *google.Written
	if toGoogle {
		written, err = a.writeGoogle(ctx, p.config, googleTabs{schemaDocument, schemadoc.Sheets(doc)}, google.WriteOptions{Anew: flags.anew})
		a.sayGoogle(written)
	}
	if a.json {
		err = errors.Join(err, a.answer(schemaAnswer(paths, written)))
	}
	return err
}

// schemaAnswer is what became of the schema document, for programs.
func schemaAnswer(paths []string, written *google.Written) map[string]any {
	answer := map[string]any{"files": append([]string{}, paths...)}
	if written != nil {
		answer["sheets"] = sheetsAnswer(written)
	}
	return answer
}

// sayPaths tells people which files were written.
func (a *app) sayPaths(paths []string) {
	if a.json {
		return
	}
	for _, path := range paths {
		fmt.Fprintln(a.out, display(filepath.Clean(path)))
	}
}

// targets are the formats of the files that are asked for, and whether Google is.
func (flags schemaFlags) targets(c *config) (files []string, sheets bool, err error) {
	for _, format := range flags.to {
		if format = strings.ToLower(format); !slices.Contains(schemaTargets(), format) {
			return nil, false, usageError(fmt.Errorf("--to: %q is none of %s", format, strings.Join(schemaTargets(), ", ")))
		}
		files = append(files, format)
	}
	files, sheets = formatsOf(once(files))
	switch {
	case sheets && c.sheets == nil:
		err = usageError(fmt.Errorf("--to: sheets: %w into %s", errNoSpreadsheet, configName))
	case flags.anew && !sheets:
		err = usageError(errors.New("--new-tabs: only with --to sheets"))
	}
	return files, sheets, err
}

// schemaDocument reads what the warehouse of a project holds.
func (a *app) schemaDocument(ctx context.Context, p *project) (*schemadoc.Document, error) {
	r, err := openReader(ctx, p.config)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return schemadoc.Read(ctx, r, p.graph.Assets(), schemadoc.Options{
		Company: p.config.company, Calendar: p.config.calendar, AsOf: p.config.calendar.DayOf(p.config.clock(a.now())) - 1})
}

// schemaFiles writes the document into a folder, and returns the paths, sorted.
func schemaFiles(doc *schemadoc.Document, files []string, dir string) ([]string, error) {
	formats := schemaFormats()
	var outputs []output
	for _, format := range files {
		var b bytes.Buffer
		if err := formats[format](&b, doc); err != nil {
			return nil, fmt.Errorf("schema document: %w", err)
		}
		outputs = append(outputs, output{"schema." + format, b.Bytes()})
	}
	paths, err := writeFiles(dir, outputs)
	slices.Sort(paths)
	return paths, err
}
