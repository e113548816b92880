package duck_test

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

// roleVariable makes the test program play a process that gets killed.
const roleVariable = "TEARSHEET_TEST_ROLE"

func TestMain(m *testing.M) {
	roles := map[string]func(path string) error{"create": createRole, "load": loadRole, "hold": holdRole, "stop": stopRole, "careless": carelessRole}
	if role := roles[os.Getenv(roleVariable)]; role != nil {
		if err := role(os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// process starts the test program in a role.
func process(t *testing.T, role, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd, bufio.NewScanner(out)
}

// kill ends a process as a power cut would end it.
func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	cmd.Wait()
}

func createRole(path string) error {
	fmt.Println("now")
	db, err := duck.Open(background, path, warehouse.Limits{})
	if err != nil {
		return err
	}
	return db.Close()
}

// stopRole loads a day and dies before the file is closed.
func stopRole(path string) error {
	db, err := duck.Open(background, path, warehouse.Limits{})
	if err != nil {
		return err
	}
	if err := db.Ensure(background, events); err != nil {
		return err
	}
	change := warehouse.Change{Table: events, Parts: []warehouse.Part{{Day: firstDay}}, Rows: dayEvents(firstDay, 0)}
	if err := db.Replace(background, change); err != nil {
		return err
	}
	fmt.Println("now")
	time.Sleep(time.Hour)
	return nil
}

// carelessRole makes a file as DuckDB does by itself.
func carelessRole(path string) error {
	fmt.Println("now")
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	_, err = db.Exec("create table t (a integer)")
	return errors.Join(err, db.Close())
}

func TestC01KillDuringFirstCreationLeavesNoBrokenFile(t *testing.T) {
	dir := t.TempDir()
	made := 0
	for n := range 25 {
		path := filepath.Join(dir, fmt.Sprintf("%d.duckdb", n))
		cmd, out := process(t, "create", path)
		out.Scan()
		time.Sleep(time.Duration(rand.IntN(25_000)) * time.Microsecond)
		kill(t, cmd)
		if _, err := os.Stat(path); err == nil {
			made++
		}
		if err := open(t, path).Close(); err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(path + ".new-*"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	t.Logf("of 25 processes, %d had made the file when they were killed", made)
}

// A file that ends within its head never was whole, wherever it ends.
func TestC01FileCutInItsHeadIsNamed(t *testing.T) {
	for _, size := range []int64{1, 4095, 4096, 4097, 8192} {
		path := filepath.Join(t.TempDir(), "cut.duckdb")
		db, err := duck.Open(t.Context(), path, warehouse.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Close(), os.Truncate(path, size)); err != nil {
			t.Fatal(err)
		}
		_, err = duck.Open(t.Context(), path, warehouse.Limits{})
		var storage *warehouse.StorageError
		if !errors.As(err, &storage) || !strings.Contains(err.Error(), "not a DuckDB file: move it away") {
			t.Errorf("cut at %d: %v", size, err)
		}
	}
}

// The control: DuckDB's own way of creating a file does leave broken ones.
func TestC01FileBrokenInCreationIsNamed(t *testing.T) {
	dir := t.TempDir()
	named := func(path string) {
		t.Helper()
		_, err := duck.Open(t.Context(), path, warehouse.Limits{})
		var storage *warehouse.StorageError
		if !errors.As(err, &storage) || !strings.Contains(err.Error(), "not a DuckDB file: move it away") {
			t.Errorf("error is %v", err)
		}
	}
	for n := range 200 {
		path := filepath.Join(dir, fmt.Sprintf("%d.duckdb", n))
		cmd, out := process(t, "careless", path)
		out.Scan()
		time.Sleep(time.Duration(rand.IntN(8_000)) * time.Microsecond)
		kill(t, cmd)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		db, err := duck.Open(t.Context(), path, warehouse.Limits{})
		if err == nil {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		named(path)
		t.Logf("file %d was broken", n+1)
		return
	}
	t.Log("no file was broken in 200 trials: one is made that is as short as those that other machines showed")
	path := filepath.Join(dir, "short.duckdb")
	if err := os.WriteFile(path, make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	named(path)
}

func TestC02ReaderSeesWhatWasCommittedBeforeAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	cmd, out := process(t, "stop", path)
	out.Scan()
	kill(t, cmd)
	if log, err := os.Stat(path + ".wal"); err != nil || log.Size() == 0 {
		t.Fatalf("there is no log to read: %v", err)
	}
	r, err := duck.OpenReadOnly(t.Context(), path, warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	loads, err := r.Loaded(t.Context(), events.Name, firstDay, firstDay+1)
	if err != nil || loads[firstDay].Version != versionOf(firstDay, 0) {
		t.Errorf("loaded: %v, %v", loads, err)
	}
}

// The loads of C02: days of 3,000 rows, each day twice with other rows.
const (
	loadedDays = 12
	dayRows    = 3000
)

func event(day calendar.Day, round, n int) warehouse.Row {
	return warehouse.Row{Day: day, Values: []any{int64(n), fmt.Sprintf("client %d of round %d", n%7, round)}}
}

func dayEvents(day calendar.Day, round int) iter.Seq2[warehouse.Row, error] {
	return func(yield func(warehouse.Row, error) bool) {
		for n := range dayRows + round {
			if !yield(event(day, round, n), nil) {
				return
			}
		}
	}
}

var (
	firstDay = calendar.DayOn(2026, time.November, 1)
	events   = warehouse.Table{Name: "events", Columns: []warehouse.Column{
		{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}}, {Name: "client", Type: warehouse.Type{Kind: warehouse.Text}}}}
)

// loadAll brings every day to its second round, and passes over what is there.
func loadAll(db *duck.DB) error {
	if err := db.Ensure(background, events); err != nil {
		return err
	}
	for round := range 2 {
		for day := firstDay; day < firstDay+loadedDays; day++ {
			done, err := db.Loaded(background, events.Name, day, day+1)
			if err != nil {
				return err
			}
			if version := done[day].Version; version == versionOf(day, round) || version == versionOf(day, 1) {
				continue
			}
			change := warehouse.Change{Table: events, Parts: []warehouse.Part{{Day: day}}, Rows: dayEvents(day, round), At: time.Unix(0, 0)}
			if err := db.Replace(background, change); err != nil {
				return err
			}
		}
	}
	return nil
}

func versionOf(day calendar.Day, round int) string {
	digests := warehouse.NewDigester(events)
	for row := range dayEvents(day, round) {
		if err := digests.Add(row); err != nil {
			panic(err)
		}
	}
	return digests.Version(day)
}

func loadRole(path string) error {
	db, err := duck.Open(background, path, warehouse.Limits{})
	if err != nil {
		return err
	}
	fmt.Println("now")
	if err := loadAll(db); err != nil {
		return err
	}
	return db.Close()
}

func TestC02KillDuringLoadsLeavesWholeDays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	killed := 0
	for range 40 {
		cmd, out := process(t, "load", path)
		out.Scan()
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			checkDays(t, path, loadedDays)
			t.Logf("done after %d kills", killed)
			if killed == 0 {
				t.Error("no kill hit a load")
			}
			return
		case <-time.After(time.Duration(20+rand.IntN(60)) * time.Millisecond):
			cmd.Process.Kill()
			<-ended
			killed++
			checkDays(t, path, 0)
		}
	}
	db := open(t, path)
	if err := errors.Join(loadAll(db), db.Close()); err != nil {
		t.Fatal(err)
	}
	checkDays(t, path, loadedDays)
}

// checkDays looks whether each loaded day has just the rows of one of its rounds,
// and no other day has any.
func checkDays(t *testing.T, path string, least int) {
	t.Helper()
	db := open(t, path)
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := db.Ensure(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	loads, err := db.Loaded(t.Context(), events.Name, firstDay, firstDay+loadedDays)
	if err != nil {
		t.Fatal(err)
	}
	if len(loads) < least {
		t.Errorf("%d days are loaded, want %d", len(loads), least)
	}
	got := warehouse.NewDigester(events)
	rows, err := db.QueryContext(t.Context(), "select day, user_id, client from events")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var day time.Time
		var user int64
		var client string
		if err := rows.Scan(&day, &user, &client); err != nil {
			t.Fatal(err)
		}
		if err := got.Add(warehouse.Row{Day: calendar.DayOn(day.Date()), Values: []any{user, client}}); err != nil {
			t.Fatal(err)
		}
	}
	rows.Close()
	for day := range maps.Keys(got.Days()) {
		if _, ok := loads[day]; !ok {
			t.Errorf("%s has rows, but is not loaded", day)
		}
	}
	for day, load := range loads {
		if version := got.Version(day); version != load.Version || version != versionOf(day, 0) && version != versionOf(day, 1) {
			t.Errorf("%s: the ledger says %s, the rows are %s", day, load.Version, version)
		}
		if least > 0 && load.Version != versionOf(day, 1) {
			t.Errorf("%s is not at its last round", day)
		}
	}
}
