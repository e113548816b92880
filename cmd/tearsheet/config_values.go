package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"strings"

	"tearsheet/internal/yamlfile"
	"tearsheet/templates"
)

// printable refuses what the sheet has no glyph for.
func printable(text string) error {
	for _, c := range text {
		if !templates.Printable(c) {
			return fmt.Errorf("it holds %q (%U), which the sheet cannot print", c, c)
		}
	}
	return nil
}

var environment = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// comment is a comment of YAML, but for those that begin a quoted text.
var comment = regexp.MustCompile(`(?m)(^|\s)#.*$`)

// expand replaces ${NAME} by the environment variable. An error names the variable
// and never a value.
func expand(text string) (string, error) {
	if strings.Contains(environment.ReplaceAllString(text, ""), "${") {
		return "", fmt.Errorf("${ begins no name of an environment variable: write ${NAME}")
	}
	var missing []string
	expanded := environment.ReplaceAllStringFunc(text, func(reference string) string {
		name := environment.FindStringSubmatch(reference)[1]
		value, ok := os.LookupEnv(name)
		if !ok {
			missing = append(missing, name)
		}
		return value
	})
	if len(missing) > 0 {
		return "", fmt.Errorf("the environment variable %s is not set", strings.Join(missing, ", "))
	}
	return expanded, nil
}

func checkStore(place string) error {
	scheme, _, isURL := strings.Cut(place, "://")
	if isURL && scheme != "postgres" && scheme != "postgresql" {
		return fmt.Errorf("a store is a file or postgres://…")
	}
	return nil
}

func checkWarehouseURL(text string) error {
	scheme, rest, _ := strings.Cut(text, ":")
	switch scheme {
	case "":
		return nil // absent, or not expanded: said already
	case "duckdb":
		if rest == "" {
			return fmt.Errorf("duckdb: names no file")
		}
		return nil
	case "postgres", "postgresql", "redshift":
		if _, err := url.Parse(text); err != nil {
			return fmt.Errorf("the URL cannot be read; characters such as @ or / in a password are written %%40, %%2F")
		}
		return nil
	}
	return fmt.Errorf("a warehouse is duckdb:FILE, postgres://… or redshift://…")
}

var sizeForm = regexp.MustCompile(`^([0-9]+) ?(MB|GB)$`)

func parseSize(text string) (int64, error) {
	match := sizeForm.FindStringSubmatch(text)
	if match == nil {
		return 0, fmt.Errorf("%q is not a size such as 4GB or 512MB", text)
	}
	var size int64
	if _, err := fmt.Sscan(match[1], &size); err != nil || size < 1 || size > 1<<20 {
		return 0, fmt.Errorf("%q is not a size such as 4GB or 512MB", text)
	}
	if match[2] == "GB" {
		return size << 30, nil
	}
	return size << 20, nil
}

// readText reads a text file up to a little more than what is refused as too large,
// so that nothing endless fills the memory.
func readText(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, yamlfile.MaxSize+1))
}
