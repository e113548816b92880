package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "init DIR",
		Short:   "Make a project folder with an example to be made one's own",
		Example: "  tearsheet init sheets-of-our-company",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.init(args[0]) },
	}
}

func (a *app) init(dir string) error {
	if err := emptyFolder(dir); err != nil {
		return usageError(err)
	}
	paths, err := writeStarter(dir)
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(map[string]any{"files": paths})
	}
	fmt.Fprintf(a.errOut, "Make them yours, then: tearsheet -C %s check\n", dir)
	for _, path := range paths {
		fmt.Fprintln(a.out, display(path))
	}
	return nil
}

// emptyFolder refuses a folder that has something in it.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty: it holds %s", filepath.Clean(dir), entries[0].Name())
	}
	return nil
}
