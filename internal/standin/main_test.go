package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"
)

var (
	settings = regexp.MustCompile(`google: \{credentials: (\S+), endpoint: (\S+)\}\noutputs: \{sheets: \{spreadsheet: (\S+)\}\}`)
	ending   = "Ctrl-C ends the stand-in.\n"
)

// started runs the command until the test stops it, and returns what it said.
func started(t *testing.T, arguments ...string) (said string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, arguments, w)
		w.CloseWithError(err)
		ended <- err
	}()
	reader := bufio.NewReader(r)
	for !strings.HasSuffix(said, ending) {
		line, err := reader.ReadString('\n')
		if err != nil {
			t.Fatalf("it said %q and ended: %v", said, err)
		}
		said += line
	}
	return said, func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatTheCommandSaysIsEnoughToWrite(t *testing.T) {
	dir := t.TempDir()
	said, stop := started(t, "-dir", dir)
	match := settings.FindStringSubmatch(said)
	if match == nil {
		t.Fatalf("it said:\n%s", said)
	}
	if info, err := os.Stat(match[1]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info.Mode(), err)
	}
	rename(t, match, "Written")
	if page := view(t, match); !strings.Contains(page, "Written") {
		t.Errorf("the page lacks the title:\n%s", page)
	}
	stop()

	said, stop = started(t, "-dir", dir)
	defer stop()
	again := settings.FindStringSubmatch(said)
	if again == nil || again[3] != match[3] {
		t.Fatalf("started again it said:\n%s", said)
	}
	if page := view(t, again); !strings.Contains(page, "Written") {
		t.Errorf("after a restart the page lacks the title:\n%s", page)
	}
	rename(t, again, "Again")
}

func TestWithoutAFolderNothingStays(t *testing.T) {
	said, stop := started(t)
	key := settings.FindStringSubmatch(said)[1]
	stop()
	if _, err := os.Stat(filepath.Dir(key)); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", filepath.Dir(key), err)
	}
}

func rename(t *testing.T, match []string, title string) {
	t.Helper()
	api, err := sheets.NewService(t.Context(), option.WithEndpoint(match[2]), option.WithAuthCredentialsFile(option.ServiceAccount, match[1]),
		option.WithScopes(sheets.SpreadsheetsScope))
	if err != nil {
		t.Fatal(err)
	}
	_, err = api.Spreadsheets.BatchUpdate(match[3], &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{
		{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{Properties: &sheets.SheetProperties{Title: title}, Fields: "title"}},
	}}).Do()
	if err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, match []string) string {
	t.Helper()
	answer, err := http.Get(match[2] + "/view/" + match[3])
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}
