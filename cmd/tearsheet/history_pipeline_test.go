package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/internal/testenv"
	"tearsheet/warehouse/warehousetest"
)

// realSources takes signups, questions and answers from the production tables, and what
// else happened from hourly logs. An hour without events has no file.
const realSources = `sources:
  mysql:
    - dsn: "%s"
      tables:
        - {table: production.users, from: users, at: CreationDate, columns: {Id: bigint, CreationDate: timestamp}}
        - {table: production.posts, from: posts, at: CreationDate, columns: {Id: bigint, PostTypeId: bigint, CreationDate: timestamp, OwnerUserId: bigint}}
  logs:
    - table: staging.events
      url: logs
      path: "{day}-{hour}.log.gz"
      since: %s
      missing: empty
      line: "{date} {time} {object_id} {action} {user_id} {address} {request}"
      columns: {object_id: bigint, action: text, user_id: bigint, address: address}
`

const realEvents = `/* @bruin
name: events
description: What happened in the community.
owner: data
depends: [production.users, production.posts, staging.events]
columns:
  - {name: day, type: date, description: The local day.}
  - {name: occurred_at, type: timestamp, description: The instant.}
  - {name: user_id, type: bigint, description: Who did it.}
  - {name: action, type: text, description: What was done.}
@bruin */
select day, creationdate as occurred_at, id as user_id, 'signup' as action from production.users
where day >= $1 and day < $2
union all
select day, creationdate, owneruserid, case when posttypeid = 1 then 'question' else 'answer' end from production.posts
where posttypeid in (1, 2) and day >= $1 and day < $2
union all
select day, occurred_at, user_id, action from staging.events
where action not in ('signup', 'question', 'answer') and day >= $1 and day < $2
`

// renderLogs writes the events of the weeks around each sheet as hourly logs, by a
// program that is not ours.
func (e expectation) renderLogs(t *testing.T, data, dir string) (since string) {
	t.Helper()
	python := testenv.Tool(t, "python3")
	for i, sheet := range e.Tearsheets {
		last, err := time.Parse(time.DateOnly, sheet.WeekEnding)
		if err != nil {
			t.Fatal(err)
		}
		from, to := last.AddDate(0, 0, -40), last.AddDate(0, 0, 3)
		if i == 0 {
			since = from.AddDate(0, 0, 1).Format(time.DateOnly)
		}
		render := exec.Command(python, filepath.Join(data, "..", "tools", "events_to_hourly_logs.py"), filepath.Join(data, e.Dataset, "events.csv.gz"),
			filepath.Join(dir, "logs"), "--from", from.Format(time.DateOnly), "--to", to.Format(time.DateOnly))
		if out, err := render.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	old := time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
	paths, err := filepath.Glob(filepath.Join(dir, "logs", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no logs: %v", err)
	}
	for _, path := range paths { // finished long ago
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	return since
}

// loadDump loads a dump of a community into a MariaDB server and returns its DSN.
func loadDump(t *testing.T, data, dataset string) string {
	t.Helper()
	server := testenv.MariaDB(t)
	file, err := os.Open(filepath.Join(data, "mysql", dataset+".sql.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	load := exec.Command(testenv.Tool(t, "mariadb"), server.Client()...)
	var said bytes.Buffer
	load.Stdin, load.Stdout, load.Stderr = text, &said, &said
	if err := load.Run(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	return server.DSN(dataset)
}

// The whole way, from a production server and hourly logs to the printed figures, in
// both warehouses.
func TestRealHistoryThroughThePipelineMeetsEveryExpectedFigure(t *testing.T) {
	list, data := expectations(t)
	for _, e := range list {
		dsn := loadDump(t, data, e.Dataset)
		for _, engine := range []string{"DuckDB", "PostgreSQL"} {
			t.Run(e.name()+" "+engine, func(t *testing.T) {
				url := "duckdb:warehouse.duckdb"
				if engine == "PostgreSQL" {
					url = warehousetest.Postgres(t)
				}
				dir := e.project(t, "{url: '"+url+"'}", "", "day: day", wrong{})
				since := e.renderLogs(t, data, dir)
				config, err := os.ReadFile(filepath.Join(dir, configName))
				if err != nil {
					t.Fatal(err)
				}
				overwrite(t, dir, configName, string(config)+fmt.Sprintf(realSources, strings.ReplaceAll(dsn, `"`, `\"`), since))
				if err := os.Mkdir(filepath.Join(dir, assetsDir), 0o750); err != nil {
					t.Fatal(err)
				}
				overwrite(t, dir, filepath.Join(assetsDir, "events.sql"), realEvents)
				for _, difference := range e.disagreements(t, dir) {
					t.Error(difference)
				}
			})
		}
	}
}
