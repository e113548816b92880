package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tearsheet/internal/spelling"
	"tearsheet/warehouse"
)

// checkNamed refuses a run that would pass over a name that was given to it: a file of
// which the ledger knows nothing, or one with which nothing is to be done.
func (p *project) checkNamed(ctx context.Context, w warehouse.Warehouse, o runOptions) error {
	if len(o.accept)+len(o.forget) == 0 {
		return nil
	}
	n := named{options: o, files: map[string]warehouse.File{}, tables: map[string]string{}}
	for _, source := range p.config.sources.logs {
		files, err := warehouse.Files(ctx, w, source.Table)
		if err != nil {
			return err
		}
		for name := range files {
			n.tables[name] = source.Table
		}
		maps.Copy(n.files, files)
	}
	var held []string // that can be accepted
	for _, name := range slices.Sorted(maps.Keys(n.files)) {
		if n.files[name].State == warehouse.FileHeld {
			held = append(held, name)
		}
	}
	for _, source := range p.config.sources.mysql {
		for _, table := range source.Tables {
			n.tables[table.Table] = table.Table
			held = append(held, table.Table)
		}
	}
	for _, source := range p.config.sources.files {
		n.tables[source.Table] = source.Table
		held = append(held, source.Table)
	}
	var wrong []error
	for _, name := range o.accept {
		wrong = append(wrong, n.check("accept", name, held))
	}
	for _, name := range o.forget {
		wrong = append(wrong, n.check("forget", name, slices.Sorted(maps.Keys(n.files))))
	}
	if err := errors.Join(wrong...); err != nil {
		return usageError(err)
	}
	return nil
}

// named is what the names of --accept and --forget may mean.
type named struct {
	options runOptions
	files   map[string]warehouse.File // log files that the ledger knows
	tables  map[string]string         // of these, and of the tables of mysql and of files themselves
}

// check reports what is wrong with a name; known are those that would do.
func (n *named) check(flag, name string, known []string) error {
	file, isFile := n.files[name]
	table, isKnown := n.tables[name]
	switch {
	case !isKnown || flag == "forget" && !isFile:
		return fmt.Errorf("--%s: nothing is known of %q%s", flag, name, spelling.DidYouMean(name, known))
	case flag == "accept" && isFile && file.State == warehouse.FileBroken:
		return fmt.Errorf("--accept: %s is not held but broken: %s", name, file.Reason)
	case n.options.selected != nil && !n.options.selected[table]:
		return fmt.Errorf("--%s: %s belongs to %s, which --select leaves out", flag, name, table)
	}
	return nil
}
