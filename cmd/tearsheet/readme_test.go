package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README's examples are read as they stand: its metrics, its sources, its mail, and its
// warehouse of others.
func TestExamplesOfTheReadmeAreSound(t *testing.T) {
	t.Setenv("MYSQL_DSN", "user:secret@tcp(127.0.0.1:3306)/shop")
	t.Setenv("SMTP_PASSWORD", "secret")
	t.Setenv("PGPASSWORD", "secret")
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	const own = "company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\n"
	seen := map[string]bool{}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		yaml := block[1]
		kind, _, _ := strings.Cut(yaml, ":")
		seen[kind] = true
		files := map[string]string{configName: own + yaml}
		switch kind {
		case "teams":
			files = map[string]string{configName: strings.Replace(own, "}", ", filled_by: others}", 1), registryName: yaml}
		case "company":
			files = map[string]string{configName: yaml}
		}
		dir := writeProject(t, files)
		if _, err := readConfig(dir); err != nil && !strings.Contains(err.Error(), "plan.xlsx: no such file") {
			t.Errorf("%s: %v", kind, err)
		}
		if kind == "teams" {
			if _, err := openUnplanned(dir); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
	for _, kind := range []string{"teams", "sources", "status_mail", "company"} {
		if !seen[kind] {
			t.Errorf("the README has no example of %s", kind)
		}
	}
}
