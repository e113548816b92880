package workflow_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/workflow"
)

// childVar makes the test binary a process that works with a state, to be killed.
const childVar = "WORKFLOW_TEST_CHILD"

func TestMain(m *testing.M) {
	if state := os.Getenv(childVar); state != "" {
		os.Exit(child(state))
	}
	os.Exit(testenv.Main(m))
}

// everywhere runs a test with a state in a file and with one on a server.
func everywhere(t *testing.T, test func(t *testing.T, state string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, file(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, database(t)) })
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "the state %41.sqlite") }

var databases atomic.Int64

// database makes a database and returns its URL.
func database(t testing.TB) string {
	t.Helper()
	server := testenv.Postgres(t)
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("workflow_%d_%d", os.Getpid(), databases.Add(1))
	if _, err := db.Exec("create database " + name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// open opens an engine that ends with the test.
func open(t testing.TB, state string, bodies map[string]workflow.Body) *workflow.Engine {
	t.Helper()
	engine, err := workflow.Open(t.Context(), workflow.Options{State: state, Bodies: bodies})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return engine
}

// only are bodies of which there is one, called "night".
func only(body workflow.Body) map[string]workflow.Body {
	return map[string]workflow.Body{"night": body}
}

func nothing(context.Context, *workflow.Work) error { return nil }

func night(id string) workflow.Run { return workflow.Run{ID: id, Name: "night"} }

// say returns what a step returns that has a word to say.
func say(word string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return word, nil }
}

// last returns what is known of the last run.
func last(t testing.TB, engine *workflow.Engine) workflow.RunInfo {
	t.Helper()
	runs, err := engine.History(t.Context(), 1)
	if err != nil || len(runs) != 1 {
		t.Fatalf("history: %d runs, %v", len(runs), err)
	}
	return runs[0]
}

// shape is a run as text, without times.
func shape(info workflow.RunInfo) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %s %s", info.Number, info.ID, info.Name, info.State)
	if info.Error != "" {
		fmt.Fprintf(&b, " (%s)", info.Error)
	}
	for _, step := range info.Steps {
		fmt.Fprintf(&b, "; %s ×%d", step.Name, step.Attempts)
		if step.Error != "" {
			fmt.Fprintf(&b, " (%s)", step.Error)
		}
	}
	return b.String()
}

func wantShape(t testing.TB, engine *workflow.Engine, want string) workflow.RunInfo {
	t.Helper()
	info := last(t, engine)
	if got := shape(info); got != want {
		t.Errorf("history:\n%s\nwant:\n%s", got, want)
	}
	return info
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func mustRun(t testing.TB, engine *workflow.Engine, run workflow.Run) {
	t.Helper()
	if err := engine.Run(t.Context(), run); err != nil {
		t.Fatal(err)
	}
}

func decode[T any](t testing.TB, raw json.RawMessage) (v T) {
	t.Helper()
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
