package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/internal/testenv/canary"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

// every is every command of the program that a project can be used with.
func every() [][]string {
	commands := [][]string{
		{"run"}, {"run", "--json"}, {"check"}, {"check", "--json"}, {"check", "--online"}, {"backfill", "--from", "2026-11-11", "--to", "2026-11-12"},
		{"status"}, {"status", "--json"}, {"graph"}, {"graph", "--json"}, {"schema"}, {"schema", "--json"},
		{"sheet", "--to", "pdf,xlsx,html,csv,json,sheets", "--mail", "ada@example.com"}, {"sheet", "--json"}, {"editions"}, {"editions", "--json"}, {"editions", "open", "1"},
		{"explain", "likes"}, {"explain", "likes@2026-11-11"}, {"explain", "production.shops", "--json"}, {"schedule"}, {"schedule", "--json"},
		{"outbox"}, {"outbox", "--json"}, {"outbox", "send"}, {"outbox", "resend", "ada@example.com"}, {"version"}, {"version", "--json"}, {"--help"}, {"nonsense"},
	}
	for _, name := range recipeNames() {
		commands = append(commands, []string{"schedule", "--for", name})
	}
	return commands
}

// K01 to K05: in good times and in bad ones, no secret is in anything that leaves the
// program. Then, so that this is no search in an empty room, one is put into each kind of
// place, and found.
func TestK01_NoPlantedSecretIsAnywhere(t *testing.T) {
	for name, servers := range map[string]bool{"files": false, "servers": true} {
		t.Run(name, func(t *testing.T) {
			p := plant(t, servers)
			for _, args := range every() {
				if o := p.do(t, "all is well", nil, args...); o.code != exitDone && args[0] != "nonsense" && args[0] != "status" { // no slot was done yet
					t.Errorf("%v: exit %d, says %q", args, o.code, canaries(o.errOut))
				}
			}
			p.do(t, "all is well", nil, "serve")
			p.wantNarrow(t) // before this process, which keeps its files from nobody, makes some
			p.schedule(t, nil)
			if len(p.postman.got) < 2 || len(p.google.Snapshot(p.sheet).Tabs) < 2 {
				t.Errorf("%d mails, %d tabs", len(p.postman.got), len(p.google.Snapshot(p.sheet).Tabs))
			}
			for what, change := range p.troubles(t, servers) {
				for _, args := range concerned(what) {
					p.do(t, what, change, args...)
				}
			}
			p.do(t, "afterwards", nil, "status", "--json")
			p.do(t, "afterwards", nil, "run", "--json")
			p.do(t, "afterwards", nil, "outbox", "--json")
			p.schedule(t, map[string]string{"GOOGLE_AT": echo(t, http.StatusForbidden, "text/html"), "HEARTBEAT": echoingBeat(t)})
			if !strings.Contains(fmt.Sprint(p.said), "answers 500") {
				t.Error("the heartbeat was not refused")
			}
			for _, leak := range p.leaks(p.everything(t)) {
				t.Error(leak)
			}
			p.wantFound(t)
		})
	}
}

// concerned are the commands that meet a trouble.
func concerned(what string) [][]string {
	sheet := []string{"sheet", "--to", "csv,sheets", "--mail", "ada@example.com", "--resend"}
	switch part, _, _ := strings.Cut(what, ":"); part {
	case "HEARTBEAT":
		return [][]string{{"check"}}
	case "MAIL_SMTP", "GOOGLE_KEY", "GOOGLE_AT":
		return [][]string{{"check", "--online"}, sheet}
	case "STATUS_SMTP", "MYSQL_DSN":
		return [][]string{{"check"}, {"run"}}
	case "STORE":
		return [][]string{{"status"}, sheet}
	}
	return [][]string{{"check"}, {"status"}, {"run"}}
}

// canaries takes planted secrets out of what a test prints.
func canaries(text string) string {
	return strings.ReplaceAll(text, canary.Prefix, "(planted) ")
}

// troubles breaks each part of the project in turn.
func (p *planted) troubles(t *testing.T, servers bool) map[string]map[string]string {
	t.Helper()
	postgres := map[string]string{
		"wrong password": swap(p.env["STORE"], canary.Prefix+"pg", canary.Prefix+"wrong"), "down": "postgres://u:" + canary.Prefix + "1@127.0.0.1:1/d?connect_timeout=2",
		"no such host": "postgres://u:" + canary.Prefix + "1@nowhere.invalid/d?connect_timeout=2", "no URL": "postgres://u:" + canary.Prefix + "%zz@h/d",
		"a slash in the password": "postgres://u:" + canary.Prefix + "1/x@h/d", "another scheme": "oracle://u:" + canary.Prefix + "1@h/d",
		"a password in the query": "postgres://127.0.0.1:1/d?user=u&connect_timeout=2&password=" + canary.Prefix + "1", "TLS refused": swap(p.env["STORE"], "?", "?sslmode=verify-full&x="),
	}
	broken := map[string]map[string]string{}
	for what, place := range postgres {
		for _, name := range []string{"WAREHOUSE", "STORE", "RUNS"} {
			if servers || what == "down" || what == "no URL" {
				broken[name+": "+what] = map[string]string{name: place}
			}
		}
	}
	if servers { // the rest is the same
		return broken
	}
	add := func(name string, places map[string]string) {
		for what, place := range places {
			broken[name+": "+what] = map[string]string{name: place}
		}
	}
	dsn := p.env["MYSQL_DSN"]
	add("MYSQL_DSN", map[string]string{"wrong password": swap(dsn, canary.Prefix, canary.Prefix+"wrong"), "down": "u:" + canary.Prefix + "1@tcp(127.0.0.1:1)/d",
		"no such host": "mysql://u:" + canary.Prefix + "1@nowhere.invalid/d", "no DSN": "u:" + canary.Prefix + "1@tcp(h/d", "no TLS": dsn + "?tls=true", "odd option": dsn + "?tls=" + canary.Prefix + "2"})
	echoing, silent := newPostman(t, startTLS, nil), newPostman(t, noTLS, nil)
	echoing.password, echoing.echoes = "another", true
	smtp := func(s *postman) string { return fmt.Sprintf("smtp://anna:%ssmtp@127.0.0.1:%d", canary.Prefix, s.port) }
	bad := map[string]string{"echo": smtp(echoing), "no TLS": smtp(silent), "no URL": "smtp://u:" + canary.Prefix + "/1@h", "another scheme": "http://u:" + canary.Prefix + "1@h"}
	add("STATUS_SMTP", bad)
	add("MAIL_SMTP", bad)
	for what, change := range broken { // that there is something to tell by the status mail
		if strings.HasPrefix(what, "STATUS_SMTP") {
			change["MYSQL_DSN"] = "u:" + canary.Prefix + "1@tcp(127.0.0.1:1)/d"
		}
	}
	key := filepath.Join(t.TempDir(), "key.json")
	rewriteKey(t, key, []byte(`{"type":"service_account","private_key":"`+canary.Prefix+`1","private_key_id":"`+canary.Prefix+`2"}`))
	add("GOOGLE_KEY", map[string]string{"missing": key + ".none", "a folder": p.dir, "odd": key})
	add("GOOGLE_AT", map[string]string{"401": echo(t, 401, "application/json"), "403": echo(t, 403, "application/json"), "page": echo(t, 200, "text/html"),
		"a password": "https://u:" + canary.Prefix + "1@sheets.example.com/"})
	add("HEARTBEAT", map[string]string{"no address": canary.Prefix + "1", "another scheme": "ftp://h/" + canary.Prefix + "1", "no URL": "https://h:" + canary.Prefix + "1/"})
	return broken
}

func swap(text, old, with string) string { return strings.Replace(text, old, with, 1) }

// echo is a server that repeats what it is told, as an API or as the page of a proxy.
func echo(t *testing.T, code int, kind string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"error": {"code": %d, "status": "PERMISSION_DENIED", "message": "no: %s"}}`, code, html.EscapeString(r.Header.Get("Authorization")))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// echoingBeat is the address of a server that fails and repeats the address in its answer,
// also in the line that tells the status.
func echoingBeat(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer connection.Close()
		fmt.Fprintf(connection, "HTTP/1.1 500 no %s\r\nContent-Length: 0\r\n\r\n", r.RequestURI) // who is gone needs no answer
	}))
	t.Cleanup(server.Close)
	return server.URL + "/" + canary.Prefix + "beat-path/ping?key=" + canary.Prefix + "beat-query"
}

// schedule carries out a slot in this process, whose clock can be set. It may have trusted
// others before, and then waits for a mail server with a certificate that it trusts.
func (p *planted) schedule(t *testing.T, change map[string]string) {
	t.Helper()
	for _, variable := range p.with(change) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out, errOut bytes.Buffer
	a := &app{out: &out, errOut: &errOut, now: func() time.Time { return p.at }, dir: p.dir, codes: exitCodes{}}
	for range 2 { // the first time it begins
		a.report(a.runSlots(ctx, nil))
		p.at = p.at.Add(2 * time.Minute)
	}
	p.said = append(p.said, said{"schedule: stdout", out.String()}, said{"schedule: stderr", errOut.String()})
	p.do(t, "afterwards", change, "schedule")
	p.do(t, "afterwards", change, "schedule", "--json")
}

// wantNarrow wants that nobody but owner and group may read what the program made.
func (p *planted) wantNarrow(t *testing.T) {
	t.Helper()
	made := 0
	for _, folder := range []string{"sheets", "kept", ".tearsheet"} {
		_ = filepath.WalkDir(filepath.Join(p.dir, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil // no project has all of them
			}
			made++
			if info, err := entry.Info(); err != nil || info.Mode().Perm()&0o007 != 0 {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
			return nil
		})
	}
	if made < 5 {
		t.Errorf("only %d files were looked at", made)
	}
}

// wantFound puts a secret into each kind of place, and wants it to be found there.
func (p *planted) wantFound(t *testing.T) {
	t.Helper()
	secret := canary.Prefix + "on-purpose"
	p.said = []said{{"stdout", secret}, {"stderr", "dial: " + base64.StdEncoding.EncodeToString([]byte("\x00u\x00"+secret))}, {"token", "Bearer " + p.looks[0] + "1"}}
	overwrite(t, p.dir, "sheets/leak.json", url.QueryEscape(secret))
	w, err := duck.Open(t.Context(), filepath.Join(p.dir, "leak.duckdb"), warehouse.Limits{})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range []struct{ driver, at string }{{"duckdb", filepath.Join(p.dir, "leak.duckdb")}, {"sqlite", filepath.Join(p.dir, "leak.sqlite")}, {"pgx", p.admin}} {
		if leak.at == "" {
			continue
		}
		db, err := sql.Open(leak.driver, leak.at)
		if err != nil {
			t.Fatal(err)
		}
		mustExec(t, db, "create table leak (told text)")
		mustExec(t, db, "insert into leak values ('"+secret+"')")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	p.postman.got = []string{"Subject: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(secret)) + "\r\n"}
	p.google.Person(p.sheet).EditCell("Sheet1", "A1", secret)
	found := strings.Join(p.leaks(p.everything(t)), "\n")
	places := []string{"stdout:", "stderr:", "token: key or token 0", "file /sheets/leak.json:", "file /leak.duckdb:", "file /leak.sqlite:", "mail 0", "page of the spreadsheet:", "spreadsheet:"}
	if p.admin != "" {
		places = append(places, "table public.leak:")
	}
	for _, place := range places {
		if !strings.Contains(found, place) {
			t.Errorf("what was put into %q is not found; found is\n%s", place, found)
		}
	}
}
