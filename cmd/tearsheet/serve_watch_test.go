package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestServeSeesAnotherScheduleAndNothingElse(t *testing.T) {
	const head = "company: Test\ntimezone: America/Toronto\nwarehouse: {url: 'duckdb:w.duckdb', filled_by: others}\n"
	const served = head + "schedule: {tuesday: {on: tuesday, at: \"07:00\", run: sheet}}\n"
	dir := writeProject(t, map[string]string{configName: served, registryName: registry(counted("visits"))})
	var said bytes.Buffer
	a := &app{out: &said, errOut: &said, now: func() time.Time { return tuesday }, dir: dir}
	p, err := openProject(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := a.newWatch(p)
	at := tuesday
	for _, step := range []struct {
		name, config string
		changed      bool
		says         string
	}{
		{"nothing", "", false, ""},
		{"a comment", served + "# soon\n", false, ""},
		{"faults", served + "titel: A\n", false, `unknown key "titel"`},
		{"no schedule", head, false, ""},
		{"another time", strings.Replace(served, "07:00", "09:00", 1), true, ""},
	} {
		t.Run(step.name, func(t *testing.T) {
			said.Reset()
			if step.config != "" {
				at = at.Add(time.Second)
				path := filepath.Join(dir, configName)
				if err := os.WriteFile(path, []byte(step.config), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Chtimes(path, at, at); err != nil {
					t.Fatal(err)
				}
			}
			if changed := w.changed(t.Context()); changed != step.changed || !strings.Contains(said.String(), step.says) || step.says == "" && said.Len() > 0 {
				t.Errorf("changed is %v, want %v; it says %q, want %q", changed, step.changed, said.String(), step.says)
			}
			if w.changed(t.Context()) {
				t.Error("changed once more")
			}
		})
	}
}
