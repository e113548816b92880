package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tearsheet/internal/testenv"
	"tearsheet/internal/testenv/mariadb"
	"tearsheet/internal/testenv/postgres"
)

var toolCall = regexp.MustCompile(`testenv\.Tool\(\w+, "([\w-]+)"\)`)

// wanted returns the programs that the tests below root ask for by name.
func wanted(root string) ([]string, error) {
	var programs []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, call := range toolCall.FindAllSubmatch(source, -1) {
			programs = append(programs, string(call[1]))
		}
		return nil
	})
	slices.Sort(programs)
	return slices.Compact(programs), err
}

// product is one line of what ran.
type product struct {
	name, version string
	programs      []string
}

// versions asks the products of the programs which version is installed.
func versions(ctx context.Context, programs []string) []product {
	products := []product{{name: "DuckDB", version: duckVersion(ctx)}}
	for _, program := range programs {
		name, _ := testenv.Product(program)
		at := slices.IndexFunc(products, func(p product) bool { return p.name == name })
		if at < 0 {
			products = append(products, product{name: name, version: version(ctx, program)})
			at = len(products) - 1
		}
		products[at].programs = append(products[at].programs, program)
	}
	return products
}

var number = regexp.MustCompile(`\d+(\.\d+)+`)

// version returns the first version number that a program prints of itself.
func version(ctx context.Context, program string) string {
	path, flag := program, "--version"
	if strings.HasPrefix(program, "pdf") {
		flag = "-v" // poppler
	}
	if program == "postgres" {
		folder, err := postgres.Programs()
		if err != nil {
			return "missing"
		}
		path = filepath.Join(folder, program)
	}
	if program == "mariadbd" {
		found, err := mariadb.Program()
		if err != nil {
			return "missing"
		}
		path = found
	}
	out, err := command(ctx, path, flag).CombinedOutput()
	if program == "smtpd" { // tells its version with its usage, as a failure
		out, err = command(ctx, path, "-h").CombinedOutput()
		if _, refused := errors.AsType[*exec.ExitError](err); refused {
			err = nil
		}
	}
	found := number.Find(out)
	if err != nil || found == nil {
		return "missing"
	}
	return string(found)
}

// duckVersion reads the engine's version from its Go module's: v2.10506.0 is
// DuckDB 1.5.6.
func duckVersion(ctx context.Context) string {
	out, err := command(ctx, "go", "list", "-m", "-f", "{{.Version}}", "github.com/duckdb/duckdb-go/v2").Output()
	var module, engine, patch int
	if err != nil {
		return "unknown"
	}
	if _, err := fmt.Sscanf(string(out), "v%d.%d.%d", &module, &engine, &patch); err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%d.%d.%d", engine/10000, engine/100%100, engine%100)
}
