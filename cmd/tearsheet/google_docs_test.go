package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the page quotes of the program, the program says: each part of it stands in the
// room of Google Sheets, word for word.
func TestMessagesOfTheGooglePageAreSaid(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "google-sheets.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "workbook", "google", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		said.Write(comments.ReplaceAll(text, nil))
	}
	_, table, _ := strings.Cut(string(page), "| it says | what to do |")
	table, _, _ = strings.Cut(table, "\n\n")
	quoted := 0
	for _, row := range strings.Split(table, "\n")[2:] {
		for _, quote := range quotes.FindAllStringSubmatch(strings.Split(row, "|")[1], -1) {
			quoted++
			if part := unsaid(quote[1], said.String()); part != "" {
				t.Errorf("nothing says %q", part)
			}
		}
	}
	if quoted < 8 {
		t.Errorf("only %d messages were found in the table", quoted)
	}
	// Negative control: what the page quoted before it was held against the program.
	if unsaid("… does not let the account in …", said.String()) == "" {
		t.Error("a message that nobody says was taken for one")
	}
}

var (
	comments = regexp.MustCompile(`(?m)//.*$`)
	quotes   = regexp.MustCompile("`([^`]+)`")
)

// unsaid returns the first part of a quoted message that does not stand in the sources.
// Parts end at … and at the ; that is put between a fault and what to do.
func unsaid(quote, sources string) string {
	for _, part := range regexp.MustCompile("…|; ").Split(quote, -1) {
		if part = strings.TrimSpace(part); part != "" && !strings.Contains(sources, part) {
			return part
		}
	}
	return ""
}
