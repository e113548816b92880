package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The examples of the README and of the pages that it leads to are read as they stand: the
// metrics, the sources, the schedule, and the warehouse of others.
func TestExamplesOfTheReadmeAreSound(t *testing.T) {
	t.Setenv("MYSQL_DSN", "user:secret@tcp(127.0.0.1:3306)/shop")
	t.Setenv("SMTP_PASSWORD", "secret")
	t.Setenv("PGPASSWORD", "secret")
	t.Setenv("HEARTBEAT_URL", "https://hc.example.com/ping")
	var text []byte
	for _, page := range []string{"README.md", "docs/google-sheets.md", "docs/schedule.md"} {
		more, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(page)))
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, more...)
	}
	const own = "company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\n"
	seen := map[string]bool{}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		yaml := block[1]
		if strings.HasPrefix(yaml, "   ") { // within a list
			yaml = regexp.MustCompile(`(?m)^   `).ReplaceAllString(yaml, "")
		}
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
	for _, kind := range []string{"teams", "sources", "status_mail", "company", "google", "schedule"} {
		if !seen[kind] {
			t.Errorf("the README has no example of %s", kind)
		}
	}
}
