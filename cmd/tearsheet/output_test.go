package main

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"tearsheet/warehouse/warehousetest"
)

var everyFormat = []string{"--to", "pdf,xlsx,html,csv,json"}

// Two runs, in folders of their own and at other times of the day, give the same bytes.
func TestTwoRunsGiveTheSameBytes(t *testing.T) {
	var made []map[string][]byte
	for run := range 2 {
		dir := missingDays(t)
		now := tuesday.Add(time.Duration(run) * 5 * time.Hour)
		if o := tearsheetAt(t, now, dir, append([]string{"sheet"}, everyFormat...)...); o.code != exitDone {
			t.Fatalf("exit %d\n%s", o.code, o.errOut)
		}
		made = append(made, filesIn(t, filepath.Join(dir, "sheets")))
	}
	if len(made[0]) != len(formats) {
		t.Fatalf("%d files", len(made[0]))
	}
	wantSameFiles(t, "the second run", made[1], made[0])
}

// The demo's files, loaded again into another folder, give the bytes of its sheet.
func TestDemoLoadedTwiceGivesTheSameBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("makes the demo")
	}
	dir := filepath.Join(t.TempDir(), "demo")
	mustRun(t, ".", "demo", dir)
	made := filesIn(t, filepath.Join(dir, "sheets"))
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sheets", ".tearsheet", "warehouse.duckdb"} {
		if err := os.RemoveAll(filepath.Join(moved, name)); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, ".", "demo", moved)
	wantSameFiles(t, "the second run", filesIn(t, filepath.Join(moved, "sheets")), made)
	t.Run("and the same cells at Google as in the file", func(t *testing.T) {
		s := newStandIn(t)
		overwrite(t, moved, configName, atStandIn(t, s, mustRead(t, filepath.Join(moved, configName))))
		s.must(t, moved, "sheet", "--to", "xlsx,sheets")
		s.equalsItsFile(t, moved)
	})
}

// secretive is a project whose warehouse and store are reached by a password. It
// returns the folder and all words that nothing of it may show.
func secretive(t *testing.T) (dir string, secrets []string) {
	address := warehousetest.Postgres(t)
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const password = "canary-4711"
	role := fmt.Sprintf("canaryreader%d", os.Getpid())
	fillVisits(t, db, "2026-11-09", steady...)
	mustExec(t, db, "create role "+role+" login password '"+password+"'")
	t.Cleanup(func() {
		db, err := sql.Open("pgx", address)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		mustExec(t, db, "drop owned by "+role)
		mustExec(t, db, "drop role "+role)
	})
	mustExec(t, db, "grant select on visits to "+role)
	mustExec(t, db, "grant create on schema public to "+role)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, password)
	t.Setenv("TEARSHEET_TEST_URL", u.String())
	t.Setenv("USER", "canaryuser")
	dir = scenario(t, "company: Test\ntimezone: America/Toronto\nstore: ${TEARSHEET_TEST_URL}\n"+
		"warehouse: {url: '${TEARSHEET_TEST_URL}', filled_by: others, statement_timeout: 2s}\nplan: {file: plan.csv}\n",
		registry([2]string{"visits", counted("visits")[1] + "\ntitle: Findable visits"}), map[string]string{"plan.csv": "metric,2026-11\nvisits,4\n"})
	return dir, []string{password, role, "canaryuser", u.Host, dir}
}

// K01, F08: neither what is printed nor what is handed on shows a password, a user, a
// server or a folder.
func TestNothingHandedOnShowsSecretsOrPlaces(t *testing.T) {
	dir, secrets := secretive(t)
	password := secrets[0]
	for _, args := range [][]string{
		{"check"}, {"check", "--json"}, append([]string{"sheet"}, everyFormat...), {"sheet", "--json"}, {"editions", "--json"}, {"run"},
	} {
		o := mustRun(t, dir, args...)
		if strings.Contains(o.out+o.errOut, password) {
			t.Errorf("%v prints the password:\n%s%s", args, o.out, o.errOut)
		}
	}
	overwrite(t, dir, registryName, registry([2]string{"visits", "week: mean\nfrom: visits\nmeasure: sum(user_id / (user_id - 1))\nday: day"},
		[2]string{"absent", "week: mean\nfrom: absent\nmeasure: count(*)\nday: day"}))
	overwrite(t, dir, "plan.csv", "metric,2026-11\nvisits,4\nabsent,1\n")
	for _, args := range [][]string{{"check"}, {"check", "--json"}, {"sheet"}} {
		if o := tearsheetAt(t, tuesday, dir, args...); o.code == exitDone || strings.Contains(o.out+o.errOut, password) {
			t.Errorf("%v of a faulty project: exit %d\n%s%s", args, o.code, o.out, o.errOut)
		}
	}
	found := filesIn(t, filepath.Join(dir, "sheets"))
	for ext, content := range found {
		text := everyText(t, content)
		if !shows(text, "Findable visits") {
			t.Errorf("the search sees no text in the %s file", ext)
		}
		for _, secret := range secrets {
			if shows(text, secret) {
				t.Errorf("the %s file shows %q", ext, secret)
			}
		}
	}
}

// B05: a password that is refused is ours to mend; the answer names user and server.
func TestAServerThatDoesNotLetUsInIsAFaultOfTheConfiguration(t *testing.T) {
	dir, _ := secretive(t)
	address := strings.Replace(os.Getenv("TEARSHEET_TEST_URL"), "canaryreader", "nobodyknown", 1)
	t.Setenv("TEARSHEET_TEST_URL", address)
	overwrite(t, dir, configName, "company: A\ntimezone: UTC\nwarehouse: {url: '${TEARSHEET_TEST_URL}', filled_by: others}\n")
	for _, command := range []string{"check", "sheet"} {
		o := tearsheetAt(t, tuesday, dir, command)
		if o.code != exitUsage || !strings.Contains(o.errOut, "nobodyknown") || strings.Contains(o.out+o.errOut, "canary") {
			t.Errorf("%s: exit %d\n%s%s", command, o.code, o.out, o.errOut)
		}
	}
}

// K04: what is handed on is for its owner and group, until they say otherwise.
func TestSheetsAreNotForEverybody(t *testing.T) {
	dir := missingDays(t)
	mustRun(t, dir, append([]string{"sheet"}, everyFormat...)...)
	err := filepath.WalkDir(filepath.Join(dir, "sheets"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o007 != 0 {
			t.Errorf("%s is %s", strings.TrimPrefix(path, dir), info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var pdfStream = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)

// everyText returns the bytes of a file together with all that is compressed in it.
func everyText(t *testing.T, content []byte) []byte {
	t.Helper()
	all := bytes.Clone(content)
	if archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); err == nil {
		for _, file := range archive.File {
			part, err := file.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(part)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, text...)
		}
	}
	for _, stream := range pdfStream.FindAllSubmatch(content, -1) {
		if inflated, err := zlib.NewReader(bytes.NewReader(stream[1])); err == nil {
			text, _ := io.ReadAll(inflated)
			all = append(all, text...)
		}
	}
	return all
}

// shows reports whether a text holds a word, as UTF-8 or as UTF-16.
func shows(text []byte, word string) bool {
	var wide []byte
	for _, unit := range utf16.Encode([]rune(word)) {
		wide = append(wide, byte(unit>>8), byte(unit))
	}
	return bytes.Contains(text, []byte(word)) || bytes.Contains(text, wide)
}
