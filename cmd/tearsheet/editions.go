package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tearsheet/store"
)

func (a *app) editionsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "editions",
		Short:   "List the issued sheets, or open one again as it was printed",
		Example: "  tearsheet editions\n  tearsheet editions open 12 -o /tmp/out",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.listEditions(c.Context()) },
	}
	var out string
	open := &cobra.Command{
		Use:   "open NUMBER",
		Short: "Write the files of an edition again, byte for byte as they were printed",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE:  func(c *cobra.Command, args []string) error { return a.openEdition(c.Context(), args[0], out) },
	}
	open.Flags().StringVarP(&out, "out", "o", "", "the folder of the files (default: outputs.dir of tearsheet.yaml)")
	c.AddCommand(open)
	return c
}

// usageArgs makes the errors of a check of arguments usage errors.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usageError(err)
		}
		return nil
	}
}

// storeOf opens the store of the project; its registry and plan need not be sound.
func (a *app) storeOf(ctx context.Context) (*store.Store, *config, error) {
	c, err := readConfig(a.dir)
	if err != nil {
		return nil, nil, err
	}
	s, err := (&project{config: c}).openStore(ctx)
	return s, c, err
}

func (a *app) listEditions(ctx context.Context) error {
	s, _, err := a.storeOf(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	editions, err := s.Editions(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(append([]store.Edition{}, editions...)) // [] and not null
	}
	if len(editions) == 0 {
		fmt.Fprintln(a.out, "no edition has been issued yet: `tearsheet sheet` issues one")
		return nil
	}
	table := tabwriter.NewWriter(a.out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "edition\tweek ending\tas of\tissued (UTC)")
	for _, e := range editions {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", e.Number, e.Week, e.AsOf, e.IssuedAt.Format("2006-01-02 15:04"))
	}
	return table.Flush()
}

func (a *app) openEdition(ctx context.Context, text, out string) error {
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 {
		return usageError(fmt.Errorf("%q is not the number of an edition", text))
	}
	s, c, err := a.storeOf(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	issue, err := s.Edition(ctx, number)
	if err != nil {
		return hinted(usageError(err), "`tearsheet editions` lists them")
	}
	var outputs []output
	for _, format := range formats {
		if content, ok := issue.Files[format]; ok {
			outputs = append(outputs, output{fmt.Sprintf("tearsheet-%s-edition-%d.%s", issue.Week, number, format), content})
		}
	}
	paths, err := writeFiles(cmp.Or(out, c.outDir), outputs)
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(map[string]any{"edition": issue.Edition, "files": paths})
	}
	for _, path := range paths {
		fmt.Fprintln(a.out, display(path))
	}
	return nil
}
