package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tearsheet/internal/demo"
	"tearsheet/pipeline/source/mysql"
)

// demoDSN is the environment variable by which the project of a demo finds its server:
// a password has no place in a file.
const demoDSN = "MYSQL_DSN"

// fillMySQL puts the production tables into a database and lets the project in a folder
// read them from there.
func (a *app) fillMySQL(ctx context.Context, dir, dsn string) error {
	if err := mysql.Fill(ctx, dsn, demo.Statements(ctx)); err != nil {
		return hinted(err, "name an empty database: create database lark")
	}
	path := filepath.Join(dir, configName)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	changed, err := fromMySQL(string(text))
	if err != nil {
		return err
	}
	fmt.Fprintf(a.errOut, "The production tables are in MySQL. For later runs: export %s='…', as you gave it to --mysql.\n\n", demoDSN)
	if err := os.Setenv(demoDSN, dsn); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(changed), 0o640)
}

// fromMySQL turns the file sources of the example's tearsheet.yaml into tables of a
// server: the entries are the same but for where the rows are.
func fromMySQL(config string) (string, error) {
	const files = "\n  files:\n"
	before, entries, found := strings.Cut(config, files)
	if !found {
		return "", fmt.Errorf("%s of the example has no file sources", configName)
	}
	var b strings.Builder
	b.WriteString(before + "\n  mysql:\n    - dsn: ${" + demoDSN + "}\n      tables:\n")
	inside := true
	for line := range strings.Lines(entries) {
		trimmed := strings.TrimSpace(line)
		inside = inside && (trimmed == "" || strings.HasPrefix(line, "    "))
		path, isPath := strings.CutPrefix(trimmed, "path: production/")
		switch {
		case !inside || trimmed == "":
			b.WriteString(line)
		case trimmed == "whole: true":
		case isPath:
			table, _, _ := strings.Cut(path, ".csv.gz")
			fmt.Fprintf(&b, "          from: %s\n", table)
		default:
			b.WriteString("    " + line)
		}
	}
	return b.String(), nil
}
