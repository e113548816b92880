package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tearsheet/metrics"
)

func (a *app) schemaCommand() *cobra.Command {
	var of string
	c := &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of a project file, for editors",
		Example: "  tearsheet schema --json-schema metrics > metrics.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			schemas := map[string]func() []byte{"metrics": metrics.Schema, "tearsheet": configSchema().JSON}
			text, ok := schemas[of]
			if !ok {
				return usageError(fmt.Errorf("--json-schema: %q is neither metrics nor tearsheet", of))
			}
			_, err := a.out.Write(text())
			return err
		},
	}
	c.Flags().StringVar(&of, "json-schema", "metrics", "metrics or tearsheet")
	return c
}
