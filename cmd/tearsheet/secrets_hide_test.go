package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tearsheet/internal/testenv/canary"
	"tearsheet/pipeline"
	"tearsheet/pipeline/source/mysql"
)

// Passwords as people have them, with characters that each way of writing treats in its own.
func TestK01_ASecretIsTakenOutHoweverItIsWritten(t *testing.T) {
	for _, secret := range []string{"canary-1", `canary-p@ss/w"ö<r>d&x+y`, "canary-(.*)$1[", "canary-%41", "canary-a:b?c#d", "1234"} {
		quoted, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		written := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ToLower(url.QueryEscape(secret)), html.EscapeString(secret), string(quoted)}
		if len(secret) > 6 {
			for before := range 3 {
				written = append(written, base64.StdEncoding.EncodeToString([]byte(strings.Repeat("u", before)+secret)))
			}
		}
		escaped := url.UserPassword("u", secret).String()
		t.Setenv("PGPASSWORD", "")
		t.Setenv("PLANTED", escaped)
		for where, c := range map[string]*config{
			"warehouse": {warehouse: "postgres://" + escaped + "@h/d"}, "store": {store: "postgres://h/d?user=u&password=" + url.QueryEscape(secret)},
			"runs": {runs: "postgres://" + escaped + "@h/d?sslmode=require"}, "status_mail": {statusMail: &mailConfig{SMTP: "smtp://${PLANTED}@h"}},
			"mail":      {letter: &letterConfig{letterEntry: letterEntry{SMTP: "smtps://${PLANTED}@h:465"}}},
			"mysql DSN": {sources: sources{mysql: []mysql.Source{{DSN: "u:" + secret + "@tcp(h:3306)/d?x=a@b"}}}},
			"mysql URL": {sources: sources{mysql: []mysql.Source{{DSN: "mysql://" + escaped + "@h/d"}}}},
		} {
			for i, form := range written {
				if i == 3 && where == "mysql DSN" && strings.ToLower(secret) != secret {
					continue
				}
				got := c.hide("server says " + form + ": refused")
				if canary.Find([]byte(got)) != "" || strings.Contains(got, "1234") || !strings.HasSuffix(got, ": refused") {
					t.Errorf("%s, way %d: %s", where, i, canaries(got))
				}
			}
		}
	}
}

func TestK03_TheAddressOfAHeartbeatIsAKey(t *testing.T) {
	c := &config{heartbeat: heartbeat{url: "https://hc.example.com/canary-path-1/ping?key=canary-query&x=1"}}
	for _, text := range []string{c.heartbeat.url, "GET /canary-path-1/ping?key=canary-query&x=1", "no canary-path-1", "canary-query", "/canary-path-1/ping"} {
		if got := c.hide(text); canary.Find([]byte(got)) != "" {
			t.Errorf("%s", canaries(got))
		}
	}
	if got := c.hide("hc.example.com answers 500, ping"); got != "hc.example.com answers 500, ping" {
		t.Errorf("harmless words are gone: %s", got)
	}
}

// A login is taken out of a text whosever it is; what only shows how one is written stays.
func TestK01_LoginsOfOthersAreTakenOut(t *testing.T) {
	for text, want := range map[string]string{
		"dial postgres://me:canary-1@h/d: no":      "dial postgres://me:***@h/d: no",
		"u:canary-1/@x@tcp(h:3306)/d":              "u:***@tcp(h:3306)/d",
		"host=h password=canary-1 user=u":          "host=h password=*** user=u",
		"smtp://u:ab@h":                            "smtp://u:***@h",
		"smtp://user:${SMTP_PASSWORD}@h:587":       "smtp://user:${SMTP_PASSWORD}@h:587",
		"user:password@tcp(host:3306)/database":    "user:password@tcp(host:3306)/database",
		"http://127.0.0.1:80/x and ada@x.org: 9:1": "http://127.0.0.1:80/x and ada@x.org: 9:1",
		"access denied (using password: YES)":      "access denied (using password: YES)",
	} {
		if got := (*config)(nil).hide(text); got != want {
			t.Errorf("%q became %q", canaries(text), canaries(got))
		}
	}
}

// A password of one letter would take every word apart.
func TestShortPasswordsLeaveWordsAlone(t *testing.T) {
	c := &config{warehouse: "postgres://u:a@h/d"}
	if got := c.hide("a table is held; postgres://u:a@h/d"); got != "a table is held; postgres://u:***@h/d" {
		t.Error(got)
	}
}

// What a step says is kept in the history of runs. Its error is still known by its kind.
func TestK01_StepsOfARunKeepNoSecret(t *testing.T) {
	c := &config{store: "postgres://u:canary-1@h/d"}
	cause := &exitError{code: exitSource, err: errors.New("no canary-1")}
	report, err := c.discreetly(func(context.Context) (pipeline.NodeReport, error) {
		return pipeline.NodeReport{Failures: []pipeline.Failure{{Error: "canary-1"}}, Problems: []pipeline.Problem{{Text: "x canary-1"}}}, cause
	})(t.Context())
	if text := fmt.Sprintf("%+v %v", report, err); canary.Find([]byte(text)) != "" {
		t.Error(canaries(text))
	}
	if exitCode(err) != exitSource {
		t.Errorf("exit %d", exitCode(err))
	}
}

func TestK04_APasswordInAFileThatOthersReadIsWarnedOf(t *testing.T) {
	t.Setenv("PLANTED", "canary-1")
	t.Setenv("MYSQL_DSN", "u:canary-1@tcp(h:1)/d")
	const from = "company: A\ntimezone: UTC\nwarehouse: {url: 'postgres://u:%s@h/d'}\nstore: postgres://u:%[1]s@h/d\nmail: {from: a@x.org, smtp: 'smtp://u:%[1]s@h'}\n"
	for name, c := range map[string]struct {
		password string
		mode     os.FileMode
		want     int
	}{
		"open": {"canary-1", 0o644, 3}, "for the group": {"canary-1", 0o640, 3}, "closed": {"canary-1", 0o600, 0}, "in the environment": {"${PLANTED}", 0o644, 0},
	} {
		dir := writeProject(t, map[string]string{configName: fmt.Sprintf(from, c.password)})
		if err := os.Chmod(filepath.Join(dir, configName), c.mode); err != nil {
			t.Fatal(err)
		}
		read, err := readConfig(dir)
		if err != nil {
			t.Fatal(canaries(err.Error()))
		}
		said := fmt.Sprint(read.warnings)
		if strings.Count(said, "a password stands here") != c.want || strings.Contains(said, "canary") {
			t.Errorf("%s: %s", name, canaries(said))
		}
	}
}

func TestK04_AKeyFileThatOthersReadIsWarnedOfByCheck(t *testing.T) {
	dir := writeProject(t, map[string]string{configName: "company: A\ntimezone: UTC\nwarehouse: {url: 'duckdb:w.duckdb'}\ngoogle: {credentials: key.json}\n", registryName: nightMetrics, "key.json": "{}"})
	for mode, want := range map[os.FileMode]bool{0o600: false, 0o640: true, 0o604: true} {
		if err := os.Chmod(filepath.Join(dir, "key.json"), mode); err != nil {
			t.Fatal(err)
		}
		if o := tearsheetAt(t, tuesday, dir, "check"); strings.Contains(o.out, "may read the key") != want {
			t.Errorf("%v: %s", mode, o.out)
		}
	}
}

// A key in the URL of a bucket would stand in the schema document, and opens nothing.
func TestK01_AKeyInTheURLOfLogsIsRefused(t *testing.T) {
	for _, place := range []string{"s3://canary-id:canary-key@bucket", "s3://canary-id:canary-%zz@bucket"} {
		dir := writeProject(t, map[string]string{configName: strings.Replace(fmt.Sprintf(nightConfig, nightDuckDB), "url: logs", "url: "+place, 1), registryName: nightMetrics})
		o := tearsheetAt(t, tuesday, dir, "check")
		if o.code != exitUsage || !strings.Contains(o.out, ": url: ") || canary.Find([]byte(o.out+o.errOut)) != "" {
			t.Errorf("exit %d: %s", o.code, canaries(o.out+o.errOut))
		}
	}
}
