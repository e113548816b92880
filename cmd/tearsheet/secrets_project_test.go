package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/internal/testenv"
	"tearsheet/internal/testenv/canary"
	"tearsheet/internal/testenv/mariadb"
	"tearsheet/workbook/google/googletest"
)

// planted is a project in which every secret is a canary, or is known by what it looks
// like, with all servers that it speaks to.
type planted struct {
	dir     string
	env     map[string]string // that its tearsheet.yaml names, and what trusts the servers
	looks   []string          // how secrets look that can be no canary: keys and tokens
	admin   string            // URL of the databases, "" if the project has none
	postman *postman
	google  *googletest.Server
	sheet   string // ID of the spreadsheet
	beat    *httptest.Server
	said    []said
	at      time.Time // of the schedule's clock, which only goes on
}

// said is something that left the program.
type said struct{ where, text string }

const plantedConfig = `status_mail: {to: [ops@example.com], from: t@example.com, smtp: "${STATUS_SMTP}"}
store: ${STORE}
runs: ${RUNS}
google: {credentials: "${GOOGLE_KEY}", endpoint: "${GOOGLE_AT}"}
outputs: {sheets: {spreadsheet: "%s"}}
mail: {from: t@example.com, smtp: "${MAIL_SMTP}", dkim: {domain: example.com, selector: tearsheet, key: dkim.pem}}
heartbeat: {url: "${HEARTBEAT}"}
schedule:
  beat: {cron: "* * * * *", run: [pipeline]}
  tick: {cron: "* * * * *", run: [sheet], to: [csv, sheets], mail: [bob@example.com]}
`

const plantedMySQL = `  mysql:
    - dsn: ${MYSQL_DSN}
      tables: [{table: production.shops, from: shops, description: A shop., owner: data, columns: {id: {type: bigint, description: The shop.}}}]
`

// plant makes the project. With servers, warehouse, store and runs lie in PostgreSQL.
func plant(t *testing.T, servers bool) *planted {
	t.Helper()
	p := &planted{dir: night(t, "${WAREHOUSE}"), postman: newPostman(t, startTLS, nil), env: map[string]string{}, at: tuesday}
	p.wholeWeek(t)
	p.postman.password = canary.Prefix + "smtp/1"
	login := "anna:" + url.QueryEscape(p.postman.password)
	p.env["STATUS_SMTP"] = fmt.Sprintf("smtp://%s@127.0.0.1:%d", login, p.postman.port)
	p.env["MAIL_SMTP"] = p.env["STATUS_SMTP"]
	p.env["SSL_CERT_FILE"] = filepath.Join(t.TempDir(), "roots.pem")
	writePEM(t, p.env["SSL_CERT_FILE"], "CERTIFICATE", p.postman.root)
	p.plantGoogle(t)
	p.plantKey(t)
	p.beat = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(p.beat.Close)
	p.env["HEARTBEAT"] = p.beat.URL + "/" + canary.Prefix + "beat-path?key=" + canary.Prefix + "beat-query"
	p.plantMySQL(t)
	p.env["WAREHOUSE"], p.env["STORE"], p.env["RUNS"] = "duckdb:warehouse.duckdb", "kept/store.sqlite", "kept/runs.sqlite"
	if servers {
		p.plantPostgres(t)
	}
	config := swap(mustRead(t, filepath.Join(p.dir, configName)), "as_of: 2026-11-13", "as_of: 2026-11-17")
	overwrite(t, p.dir, configName, config+plantedMySQL+fmt.Sprintf(plantedConfig, p.sheet))
	return p
}

// wholeWeek lets the logs reach the end of the week, with no file that is cut off or came
// twice: here the sheet is made.
func (p *planted) wholeWeek(t *testing.T) {
	t.Helper()
	if err := os.Remove(filepath.Join(p.dir, "logs", "web-1", "2026-11-11-10.1.log.gz")); err != nil {
		t.Fatal(err)
	}
	nightLog(t, p.dir, time.Date(2026, time.November, 12, 3, 0, 0, 0, time.UTC), 2)
	for at := time.Date(2026, time.November, 13, 5, 0, 0, 0, time.UTC); at.Day() < 17; at = at.Add(time.Hour) {
		nightLog(t, p.dir, at, 1)
		nightLog(t, p.dir, at, 2)
	}
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// plantGoogle starts the stand-in. Of the key file its ID is a canary; the key and the
// tokens are known by their looks.
func (p *planted) plantGoogle(t *testing.T) {
	t.Helper()
	server, err := googletest.New(googletest.Options{NoQuota: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	p.google, p.sheet = server, server.Create("Numbers")
	server.Share(p.sheet, googletest.Account, googletest.Editor)
	path, err := server.KeyFile(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var key map[string]string
	if err := json.Unmarshal([]byte(mustRead(t, path)), &key); err != nil {
		t.Fatal(err)
	}
	key["private_key_id"] = canary.Prefix + "key-id"
	text, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	rewriteKey(t, path, text)
	p.env["GOOGLE_KEY"], p.env["GOOGLE_AT"] = path, server.URL
	p.looks = append(p.looks, "ya29.", strings.Split(key["private_key"], "\n")[1])
}

func rewriteKey(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// plantKey makes the key of DKIM.
func (p *planted) plantKey(t *testing.T) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(p.dir, "dkim.pem"), "PRIVATE KEY", der)
	p.looks = append(p.looks, strings.Split(mustRead(t, filepath.Join(p.dir, "dkim.pem")), "\n")[1])
}

// plantMySQL fills a database of the server, whose password is a canary.
func (p *planted) plantMySQL(t *testing.T) {
	t.Helper()
	if !strings.HasPrefix(mariadb.Password, canary.Prefix) {
		t.Fatal("the password of MariaDB is no canary")
	}
	server := testenv.MariaDB(t)
	const fill = "create or replace database planted; use planted; create table shops (id int primary key); insert into shops values (1), (2)"
	if out, err := exec.Command(testenv.Tool(t, "mariadb"), append(server.Client(), "-e", fill)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.env["MYSQL_DSN"] = server.DSN("planted")
}

// plantPostgres gives warehouse, store and runs a role with a password in one database.
func (p *planted) plantPostgres(t *testing.T) {
	t.Helper()
	db, address := emptyPostgres(t)
	role := fmt.Sprintf("planted%d", os.Getpid())
	mustExec(t, db, "create role "+role+" superuser login password '"+canary.Prefix+"pg/1'")
	t.Cleanup(func() {
		mustExec(t, db, "reassign owned by "+role+" to current_user")
		mustExec(t, db, "drop owned by "+role)
		mustExec(t, db, "drop role "+role)
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, canary.Prefix+"pg/1")
	p.admin = address
	for _, name := range []string{"WAREHOUSE", "STORE", "RUNS"} {
		p.env[name] = u.String()
	}
}

// with returns the environment of the project, with some variables changed.
func (p *planted) with(change map[string]string) []string {
	env := maps.Clone(p.env)
	maps.Copy(env, change)
	list := os.Environ()
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

// patience is how long a program may wait for servers that do not answer, before it is
// stopped; what it has said by then is looked at, and what it says of that.
const (
	patience = 5 * time.Second
	serving  = 2 * time.Second
)

// do runs the program as a process of its own, and notes what it says.
func (p *planted) do(t *testing.T, what string, change map[string]string, args ...string) outcome {
	t.Helper()
	limit := patience
	if args[0] == "serve" {
		limit = serving
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out, errOut bytes.Buffer
	process := exec.CommandContext(ctx, "tearsheet", append([]string{"-C", p.dir}, args...)...)
	process.Env, process.Stdout, process.Stderr = p.with(change), &out, &errOut
	process.Cancel = func() error { return process.Process.Signal(os.Interrupt) }
	process.WaitDelay = patience
	_ = process.Run() // its exit code is looked at
	where := what + ": tearsheet " + strings.Join(args, " ")
	p.said = append(p.said, said{where + ": stdout", out.String()}, said{where + ": stderr", errOut.String()})
	return outcome{out.String(), errOut.String(), process.ProcessState.ExitCode()}
}

// everything returns all that left the program so far: what it printed, its files but for
// the keys, what lies in its databases, its mails, and what Google has of it.
func (p *planted) everything(t *testing.T) []said {
	t.Helper()
	all := append([]said{}, p.said...)
	err := filepath.WalkDir(p.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "dkim.pem" {
			return err
		}
		content, err := os.ReadFile(path)
		all = append(all, said{"file " + strings.TrimPrefix(path, p.dir), string(everyText(t, content))})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.postman.mutex.Lock()
	for i, mail := range p.postman.got {
		all = append(all, said{fmt.Sprint("mail ", i), mail})
	}
	p.postman.mutex.Unlock()
	var page bytes.Buffer
	if err := p.google.HTML(&page, p.sheet); err != nil {
		t.Fatal(err)
	}
	all = append(all, said{"page of the spreadsheet", page.String()}, said{"spreadsheet", fmt.Sprintf("%+v", p.google.Snapshot(p.sheet))})
	for i, call := range p.google.Calls() {
		if call.Kind != googletest.Tokens {
			all = append(all, said{fmt.Sprint("call ", i, " of Google"), call.Path + "?" + call.Query.Encode() + " " + call.Body})
		}
	}
	return append(all, tablesOf(t, p.admin)...)
}

// tablesOf returns the rows of all tables of a database.
func tablesOf(t *testing.T, address string) []said {
	t.Helper()
	if address == "" {
		return nil
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const list = `select coalesce(string_agg(format('select %L as place, t::text as line from %I.%I t', table_schema || '.' || table_name, table_schema, table_name), ' union all '), '')
		from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`
	var query string
	if err := db.QueryRowContext(t.Context(), list).Scan(&query); err != nil {
		t.Fatal(err)
	}
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []said
	for rows.Next() {
		var place, line string
		if err := rows.Scan(&place, &line); err != nil {
			t.Fatal(err)
		}
		all = append(all, said{"table " + place, line})
	}
	return all
}

// leaks returns where a secret is found, and as what.
func (p *planted) leaks(all []said) []string {
	var found []string
	for _, s := range all {
		if secret := canary.Find([]byte(s.text)); secret != "" {
			found = append(found, s.where+": "+strings.TrimPrefix(strings.ToLower(secret), canary.Prefix)) // a test prints no secret itself
		}
		for i, look := range p.looks {
			if strings.Contains(s.text, look) {
				found = append(found, fmt.Sprint(s.where, ": key or token ", i))
			}
		}
	}
	return found
}
