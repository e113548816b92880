package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tearsheet/internal/spelling"
)

// answer writes v as JSON, for programs.
func (a *app) answer(v any) error {
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// suggestFlag adds the nearest flag to an error about an unknown one.
func suggestFlag(c *cobra.Command, err error) error {
	_, name, found := strings.Cut(err.Error(), "unknown flag: --")
	if !found {
		return err
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	return fmt.Errorf("unknown flag --%s%s", name, spelling.DidYouMean(name, known))
}

// refuseEmpty refuses flags that were given with nothing, as by a variable that is not
// set: what was meant was hardly the default.
func refuseEmpty(c *cobra.Command) error {
	var wrong []error
	c.Flags().Visit(func(f *pflag.Flag) {
		list, isList := f.Value.(pflag.SliceValue)
		if f.Value.String() == "" || isList && len(list.GetSlice()) == 0 {
			wrong = append(wrong, fmt.Errorf("--%s: is given and empty", f.Name))
		}
	})
	if len(wrong) == 0 {
		return nil
	}
	return usageError(errors.Join(wrong...))
}
