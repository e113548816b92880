package layers

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// house is the map: who may import whom. An arrow goes to a lower layer. In one
// breath: metrics cannot write; the pipeline knows no metric; the document
// cannot reach a database; a renderer sees no warehouse, no plan file and no
// clock; the workflow knows no product word; only cmd joins two sides.
func house() Map {
	return Map{Module: "tearsheet", Rooms: rooms(), Rules: rules()}
}

func rooms() []Room {
	return []Room{
		{Path: ".", Layer: 0}, // the example company, embedded
		{Path: "calendar", Layer: 0},
		{Path: "templates", Layer: 0},
		{Path: "workflow", Layer: 0},
		{Path: "pipeline/logline", Layer: 0},
		{Path: "dashboard/mail", Layer: 0},
		{Path: "internal/spelling", Layer: -1},
		{Path: "internal/yamlfile", Layer: 0, Imports: "internal/spelling"},
		{Path: "internal/layers", Layer: 0},
		{Path: "internal/sqltext", Layer: 0},
		{Path: "workbook", Layer: 0},
		{Path: "mail", Layer: 0},

		{Path: "warehouse", Layer: 1, Imports: "calendar"},
		{Path: "metrics", Layer: 1, Imports: "calendar internal/spelling internal/sqltext internal/yamlfile"},
		{Path: "internal/demo", Layer: 1, Imports: "calendar"},
		{Path: "internal/xlsxfile", Layer: 1, Imports: "workbook"},
		{Path: "workbook/google", Layer: 1, Imports: "workbook"},

		{Path: "warehouse/duck", Layer: 2, Imports: "warehouse calendar"},
		{Path: "warehouse/pg", Layer: 2, Imports: "warehouse calendar"},
		{Path: "plan", Layer: 2, Imports: "metrics calendar internal/spelling"},
		{Path: "audit", Layer: 2, Imports: "metrics calendar"},
		{Path: "dashboard", Layer: 2, Imports: "metrics calendar"},
		{Path: "store", Layer: 2, Imports: "metrics calendar workflow mail"},
		{Path: "pipeline", Layer: 2, Imports: "warehouse pipeline/logline workflow calendar internal/yamlfile internal/spelling internal/sqltext"},
		{Path: "pipeline/source/*", Layer: 2, Imports: "warehouse pipeline/logline calendar"},
		{Path: "schemadoc", Layer: 3, Imports: "pipeline warehouse templates calendar workbook internal/xlsxfile"},
		{Path: "pipeline/graphpage", Layer: 3, Imports: "pipeline templates calendar"},

		{Path: "tearsheet", Layer: 3, Imports: "metrics plan audit calendar"},
		{Path: "dashboard/web", Layer: 3, Imports: "dashboard templates calendar"},

		// A Document is told in days, weeks and values, so a renderer may name them.
		{Path: "tearsheet/render", Layer: 4, Imports: "tearsheet templates metrics calendar"},
		{Path: "tearsheet/render/layout", Layer: 4, Imports: "tearsheet metrics calendar workbook"},
		{Path: "tearsheet/render/xlsx", Layer: 5, Imports: "tearsheet tearsheet/render/layout internal/xlsxfile"},
		{Path: "tearsheet/render/sheets", Layer: 5, Imports: "tearsheet tearsheet/render/layout workbook"},
		{Path: "tearsheet/render/*", Layer: 4, Imports: "tearsheet templates metrics calendar"},

		{Path: "cmd/tearsheet", Layer: 6, Imports: `. calendar templates workflow workbook workbook/google mail internal/xlsxfile
			warehouse warehouse/duck warehouse/pg pipeline pipeline/logline pipeline/source/*
			metrics plan audit store schemadoc pipeline/graphpage tearsheet tearsheet/render tearsheet/render/* dashboard dashboard/web dashboard/mail
			internal/spelling internal/yamlfile internal/demo`},

		{Path: "internal/testenv/keeper", Layer: -1, Tests: true},
		{Path: "internal/testenv/canary", Layer: -1, Tests: true},
		{Path: "internal/testenv/postgres", Layer: 0, Tests: true, Imports: "internal/testenv/keeper"},
		{Path: "internal/testenv/mariadb", Layer: 0, Tests: true, Imports: "internal/testenv/keeper"},
		{Path: "internal/testenv", Layer: 1, Tests: true, Imports: "internal/testenv/postgres internal/testenv/mariadb"},
		{Path: "internal/testrun", Layer: 2, Tests: true, Imports: "internal/testenv internal/testenv/canary internal/testenv/postgres internal/testenv/mariadb"},
		{Path: "warehouse/warehousetest", Layer: 3, Tests: true, Imports: "warehouse calendar internal/testenv"},
		{Path: "workbook/google/googletest", Layer: 2, Tests: true, Imports: "workbook"},
		{Path: "internal/standin", Layer: 3, Tests: true, Imports: "workbook/google/googletest"},
		{Path: "tearsheet/render/rendertest", Layer: 5, Tests: true, Imports: "tearsheet metrics plan calendar internal/testenv"},
	}
}

func rules() []Rule {
	return []Rule{
		// One engine, one format, one library: one room.
		{Use: "github.com/duckdb/duckdb-go/v2", Only: "warehouse/duck pipeline/source/files", Why: "only warehouse/duck knows DuckDB; source/files reads Parquet with it"},
		{Use: "github.com/go-sql-driver/mysql", Only: "pipeline/source/mysql", Why: "only source/mysql speaks to MySQL"},
		{Use: "gocloud.dev", Only: "pipeline/source/logs cmd/tearsheet", Why: "logs lie in buckets; cmd names the kinds of bucket"},
		{Use: "github.com/klauspost/compress", Only: "pipeline/source/logs", Why: "logs are unpacked in source/logs"},
		{Use: "github.com/zeebo/xxh3", Only: "warehouse", Why: "rows are hashed in warehouse"},
		{Use: "github.com/dbos-inc/dbos-transact-golang", Only: "workflow", Why: "runs are kept by workflow"},
		{Use: "github.com/wneessen/go-mail", Only: "mail", Why: "only mail speaks to a mail server"},
		{Use: "google.golang.org/api", Only: "workbook/google", Why: "only workbook/google speaks to Google Sheets"},
		{Use: "github.com/jackc/pgx/v5", Only: "warehouse/pg store workflow", Why: "only warehouse/pg, store and the state of workflow speak to PostgreSQL"},
		{Use: "modernc.org/sqlite", Only: "store workflow", Why: "only store and the state of workflow know SQLite"},
		{Use: "github.com/go-pdf/fpdf", Only: "tearsheet/render/pdf", Why: "only render/pdf draws PDF"},
		{Use: "github.com/xuri/excelize/v2", Only: "internal/xlsxfile plan internal/demo", Why: "workbooks are written by internal/xlsxfile and the example, and read by plan"},
		{Use: "go.yaml.in/yaml/v4", Only: "internal/yamlfile", Why: "YAML is read strictly, in internal/yamlfile"},
		{Use: "github.com/santhosh-tekuri/jsonschema/v6", Only: "internal/yamlfile", Why: "schemas are applied in internal/yamlfile"},
		{Use: "github.com/invopop/jsonschema", Only: "internal/yamlfile metrics pipeline cmd/tearsheet", Why: "schemas are made beside what they describe"},
		{Use: "golang.org/x/image", Only: "dashboard dashboard/* templates", Why: "pictures are made for dashboards"},
		{Use: "github.com/spf13", Only: "cmd/tearsheet", Why: "flags belong to cmd"},
		{Use: "github.com/schollz/progressbar/v3", Only: "cmd/tearsheet", Why: "the terminal belongs to cmd"},
		{Use: "golang.org/x/term", Only: "cmd/tearsheet", Why: "the terminal belongs to cmd"},
		{Use: "pgregory.net/rapid", Why: "it is for tests"},
		{Use: "github.com/robfig/cron/v3", Why: "it is for tests, which show what it does at a clock change"},
		{Use: "github.com/rogpeppe/go-internal", Why: "it is for tests"},
		{Use: "github.com/emersion", Why: "it is for tests, which receive mail"},
		{Use: "github.com/Shopify/toxiproxy/v2", Why: "it is for tests, which cut connections"},
		{Use: "github.com/rs/zerolog", Why: "it is for tests, which silence toxiproxy"},
		{Use: "github.com/johannesboyne/gofakes3", Why: "it is for tests, which read a bucket"},
		{Use: "golang.org/x/net", Why: "it is for tests, which read the pages"},

		// The outer world comes in through cmd.
		{Use: "flag", Why: "flags belong to cmd, which uses cobra"},
		{Use: "os.Args", Only: "cmd/tearsheet", Why: "arguments belong to cmd"},
		{Use: "os.Exit", Only: "cmd/tearsheet", Why: "only cmd ends the program"},
		{Use: "os.Getenv", Only: "cmd/tearsheet", Why: "the environment belongs to cmd"},
		{Use: "os.LookupEnv", Only: "cmd/tearsheet", Why: "the environment belongs to cmd"},
		{Use: "os.Environ", Only: "cmd/tearsheet", Why: "the environment belongs to cmd"},
		{Use: "os.ExpandEnv", Only: "cmd/tearsheet", Why: "the environment belongs to cmd"},
		{Use: "time.Now", Only: "cmd/tearsheet workflow", Why: "the clock comes in from cmd"},
		{Use: "time.Since", Only: "cmd/tearsheet workflow", Why: "the clock comes in from cmd"},
		{Use: "time.Until", Only: "cmd/tearsheet workflow", Why: "the clock comes in from cmd"},
		{Use: "time.Local", Why: "figures do not depend on the machine's zone"},
		{Use: "time.LoadLocation", Only: "calendar", Why: "the zone is applied in calendar, once"},
		{Use: "math/rand", Only: "internal/demo workflow cmd/tearsheet", Why: "randomness comes in from cmd"},
		{Use: "fmt.Print", Only: "cmd/tearsheet", Why: "only cmd speaks at the terminal"},
		{Use: "fmt.Printf", Only: "cmd/tearsheet", Why: "only cmd speaks at the terminal"},
		{Use: "fmt.Println", Only: "cmd/tearsheet", Why: "only cmd speaks at the terminal"},
		{Use: "log", Only: "workflow dashboard/web cmd/tearsheet", Why: "return an error or handle it"},
		{Use: "func init", Why: "nothing happens by being imported"},

		// The middle is pure.
		{Use: "database/sql", Never: "calendar plan tearsheet tearsheet/render/* dashboard dashboard/*", Why: "it reads no database"},
		{Use: "os", Never: "calendar tearsheet tearsheet/render/* dashboard templates workflow", Why: "it touches no files"},
		{Use: "net/http", Never: "calendar metrics tearsheet store warehouse warehouse/*", Why: "it speaks to nobody"},
		{Use: "os/exec", Why: "the product starts no other program"},
		{Use: "unsafe", Only: "warehouse/duck", Why: "only the vectors of DuckDB need it"},
	}
}

func TestEveryImportIsOnTheMap(t *testing.T) {
	faults, err := Check(repository(t), house())
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

func TestEveryArrowOfTheMapGoesDown(t *testing.T) {
	for _, wrong := range CheckMap(house()) {
		t.Error(wrong)
	}
	circle := Map{Rooms: []Room{
		{Path: "a", Layer: 1, Imports: "b"},
		{Path: "b", Layer: 1, Imports: "a nowhere"},
	}}
	if wrong := CheckMap(circle); len(wrong) != 3 {
		t.Errorf("a circle and an unknown room gave %d faults, want 3: %q", len(wrong), wrong)
	}
}

// What CONTRIBUTING.md tells of the map is the map: each room that there is stands on the
// line of its layer, and no other does.
func TestContributingShowsEveryRoomAtItsLayer(t *testing.T) {
	tree := repository(t)
	text, err := fs.ReadFile(tree, "CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	if wrong := undrawn(tree, house(), string(text)); len(wrong) > 0 {
		t.Error(strings.Join(wrong, "\n"))
	}
	// Negative control: a room is missing, one stands at another layer, one does not exist.
	for _, change := range []struct{ old, text string }{{"  mail  ", "  "}, {"\n2  ", "\n2  mail  "}, {"\n3  ", "\n3  nowhere  "}} {
		if len(undrawn(tree, house(), strings.Replace(string(text), change.old, change.text, 1))) == 0 {
			t.Errorf("%q for %q is not seen", change.text, change.old)
		}
	}
}

// drawnLine is a line of the map in CONTRIBUTING.md.
var drawnLine = regexp.MustCompile(`(?m)^(-?[0-9])  (\S.*)$`)

// undrawn returns in what a text differs from the rooms of a map that the tree has.
func undrawn(tree fs.FS, m Map, text string) (wrong []string) {
	drawn := map[string]string{}
	for _, line := range drawnLine.FindAllStringSubmatch(text, -1) {
		for _, room := range strings.Fields(line[2]) {
			if drawn[room] != "" {
				wrong = append(wrong, room+" stands there twice")
			}
			drawn[room] = line[1]
		}
	}
	for _, room := range m.Rooms {
		found, err := fs.Stat(tree, strings.TrimSuffix(room.Path, "/*"))
		if err != nil || !found.IsDir() {
			continue // it is planned
		}
		if at, ok := drawn[room.Path]; !ok || at != strconv.Itoa(room.Layer) {
			wrong = append(wrong, fmt.Sprintf("%s belongs to layer %d, not %q", room.Path, room.Layer, at))
		}
		delete(drawn, room.Path)
	}
	for room := range drawn {
		wrong = append(wrong, room+" is no room of the map")
	}
	return wrong
}

// Negative control: a checker that reports nothing would pass above for ever.
func TestStrayImportsAreReported(t *testing.T) {
	faults, err := Check(os.DirFS("testdata/stray"), house())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, fault := range faults {
		got = append(got, fault.String())
	}
	want, err := os.ReadFile("testdata/stray.want")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, strings.Split(strings.TrimSpace(string(want)), "\n")) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
}

// Negative control on the real tree: one line in one file is seen.
func TestOneStrayLineInTheRealTreeIsReported(t *testing.T) {
	tree := overlay{repository(t), fstest.MapFS{
		"calendar/stray.go": {Data: []byte("package calendar\n\nimport _ \"tearsheet/metrics\"\n")},
	}}
	faults, err := Check(tree, house())
	if err != nil {
		t.Fatal(err)
	}
	want := Fault{"calendar/stray.go", 3, "calendar (layer 0) may not import metrics (layer 1); it may import: nothing of this module"}
	if !slices.Contains(faults, want) {
		t.Errorf("faults %v lack %v", faults, want)
	}
}

// overlay shows the files of top in the folders of the tree below.
type overlay struct {
	fs.FS
	top fstest.MapFS
}

func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	if err != nil {
		return nil, err
	}
	if more, err := o.top.ReadDir(name); err == nil {
		for _, entry := range more {
			if !entry.IsDir() {
				entries = append(entries, entry)
			}
		}
	}
	return entries, nil
}

func (o overlay) ReadFile(name string) ([]byte, error) {
	if _, ok := o.top[name]; ok {
		return o.top.ReadFile(name)
	}
	return fs.ReadFile(o.FS, name)
}

func repository(t *testing.T) fs.FS {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return os.DirFS(root)
}
