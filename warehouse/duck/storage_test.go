package duck_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/internal/testenv"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
	"tearsheet/warehouse/warehousetest"
)

var background = context.Background()

func holdRole(path string) error {
	db, err := duck.Open(background, path, warehouse.Limits{})
	if err != nil {
		return err
	}
	defer db.Close()
	fmt.Println("now")
	time.Sleep(time.Hour)
	return nil
}

func TestC08SecondProcessIsRefusedByPID(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	cmd, out := process(t, "hold", path)
	out.Scan()
	_, writing := duck.Open(t.Context(), path, warehouse.Limits{})
	_, reading := duck.OpenReadOnly(t.Context(), path, warehouse.Limits{})
	for _, err := range []error{writing, reading} {
		var active *warehouse.ActiveError
		if !errors.As(err, &active) || active.PID != cmd.Process.Pid || active.Path != path {
			t.Errorf("error is %v, want one that names process %d", err, cmd.Process.Pid)
		}
	}
	kill(t, cmd)
	if err := open(t, path).Close(); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

func TestFileThatIsFilledHereIsNotReadMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	db := open(t, path)
	_, err := duck.OpenReadOnly(t.Context(), path, warehouse.Limits{})
	var active *warehouse.ActiveError
	if !errors.As(err, &active) || active.PID != os.Getpid() {
		t.Errorf("error is %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := duck.OpenReadOnly(t.Context(), path, warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}

func TestC04FullDiskKeepsWhatWasCommitted(t *testing.T) {
	testenv.OnSmallDisk(t, 64<<20, func(dir string) { fullDisk(t, dir) })
}

func fullDisk(t *testing.T, dir string) {
	ballast := filepath.Join(dir, "ballast") // what is removed to make room again
	if err := os.WriteFile(ballast, make([]byte, 58<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "warehouse.duckdb")
	db := open(t, path)
	if err := db.Ensure(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	small := warehouse.Change{Table: events, Parts: []warehouse.Part{{Day: firstDay}}, Rows: dayEvents(firstDay, 0)}
	if err := db.Replace(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	large := warehouse.Change{Table: events, Parts: []warehouse.Part{{Day: firstDay + 1}}, Rows: func(yield func(warehouse.Row, error) bool) {
		for n := range 200_000 {
			if !yield(warehouse.Row{Day: firstDay + 1, Values: []any{int64(n * 7919), fmt.Sprintf("%x", sha256.Sum256([]byte{byte(n), byte(n >> 8), byte(n >> 16)}))}}, nil) {
				return
			}
		}
	}}
	err := db.Replace(t.Context(), large)
	var storage *warehouse.StorageError
	if !errors.As(err, &storage) || !strings.Contains(err.Error(), "No space left on device") || !strings.Contains(err.Error(), "MiB free") {
		t.Errorf("error is %v", err)
	}
	t.Log(err)
	if err := db.Close(); err != nil {
		t.Logf("close: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	defer again.Close()
	loads, err := again.Loaded(t.Context(), events.Name, firstDay, firstDay+2)
	if err != nil || len(loads) != 1 || loads[firstDay].Version != versionOf(firstDay, 0) {
		t.Errorf("after the full disk: %v, %v", loads, err)
	}
	if err := again.Replace(t.Context(), large); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestC10FileOfAnotherVersionNamesBoth(t *testing.T) {
	for _, version := range []uint64{63, 69} { // one before, one after those that can be read
		path := filepath.Join(t.TempDir(), "warehouse.duckdb")
		if err := open(t, path).Close(); err != nil {
			t.Fatal(err)
		}
		setVersion(t, path, version)
		_, err := duck.Open(t.Context(), path, warehouse.Limits{})
		var storage *warehouse.StorageError
		if !errors.As(err, &storage) || !strings.Contains(err.Error(), fmt.Sprint("version number ", version)) || !strings.Contains(err.Error(), "this program has DuckDB v1.5.6") {
			t.Errorf("error is %v", err)
		}
	}
}

// setVersion changes the head of a file: a checksum of what follows, DUCK, and the
// version of the format.
func setVersion(t *testing.T, path string, version uint64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var head [24]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		t.Fatal(err)
	}
	word := binary.LittleEndian
	mix := func(at int) uint64 { return word.Uint64(head[at:]) * 0xbf58476d1ce4e5b9 }
	sum := word.Uint64(head[:]) ^ mix(8) ^ mix(16)
	word.PutUint64(head[12:], version)
	word.PutUint64(head[:], sum^mix(8)^mix(16))
	if _, err := f.WriteAt(head[:], 0); err != nil {
		t.Fatal(err)
	}
}

func TestC11MemoryLimitIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	spill := t.TempDir()
	reader, err := duck.OpenReadOnly(t.Context(), path, warehouse.Limits{Memory: 64 << 20, Spill: 1 << 20, SpillDir: spill})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for _, query := range []string{
		"select list(a) from range(100000000) t(a)",
		"select a from (select hash(a) as a from range(30000000) t(a)) order by a limit 1 offset 20000000",
	} {
		_, err = reader.QueryContext(t.Context(), query)
		if err == nil || !strings.Contains(err.Error(), "out of memory (memory limit 64 MiB)") || !strings.Contains(err.Error(), query[:20]) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error is %v", err)
		}
	}
	rows, err := reader.QueryContext(t.Context(), "select 1")
	if err != nil {
		t.Fatalf("afterwards: %v", err)
	}
	rows.Close()
}

func TestC16CloseCheckpointsThoughRowsAreOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	db := open(t, path)
	if err := db.Ensure(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	if err := db.Replace(t.Context(), warehouse.Change{Table: events, Parts: []warehouse.Part{{Day: firstDay}}, Rows: dayEvents(firstDay, 0)}); err != nil {
		t.Fatal(err)
	}
	if log, err := os.Stat(path + ".wal"); err != nil || log.Size() == 0 {
		t.Fatalf("there is no log to check against: %v", err)
	}
	rows, err := db.QueryContext(t.Context(), "select * from events")
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal("no rows")
	}
	err = db.Close()
	if err == nil || !strings.Contains(err.Error(), "closed while 1 statements were being read") {
		t.Errorf("error is %v", err)
	}
	if log, err := os.Stat(path + ".wal"); err == nil && log.Size() > 0 {
		t.Errorf("a log of %d bytes is left", log.Size())
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
}

func TestC16CloseCheckpointsEveryKindOfLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	db := open(t, path)
	files := warehouse.Table{Name: "files", Columns: []warehouse.Column{{Name: warehouse.FileColumn, Type: warehouse.Type{Kind: warehouse.Bigint}}}}
	whole := warehouse.Table{Name: "whole", Whole: true, Columns: files.Columns}
	copies := warehouse.Table{Name: "copies", Columns: files.Columns}
	for _, table := range []warehouse.Table{files, whole, copies} {
		if err := db.Ensure(t.Context(), table); err != nil {
			t.Fatal(err)
		}
	}
	batch := &warehouse.Batch{Rows: 1, Days: []calendar.Day{firstDay}, Columns: []warehouse.Vector{{Ints: []int64{warehouse.FileID("files", "a")}}}}
	load := warehouse.FileLoad{Table: files, Path: "a", Batches: warehousetest.Batches(batch),
		Entry: func() (warehouse.FileEntry, error) { return warehouse.FileEntry{File: warehouse.File{Path: "a"}}, nil }}
	if err := db.LoadFiles(t.Context(), load); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Refresh(t.Context(), warehouse.Refresh{Table: whole, Batches: warehousetest.Batches(batch)}); err != nil {
		t.Fatal(err)
	}
	build := warehouse.Build{Table: copies, Select: "select day, file_id from files where day >= $1 and day < $2", Parts: []warehouse.Part{{Day: firstDay}}}
	if _, err := db.Build(t.Context(), build); err != nil {
		t.Fatal(err)
	}
	if log, err := os.Stat(path + ".wal"); err != nil || log.Size() == 0 {
		t.Fatalf("there is no log to check against: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if log, err := os.Stat(path + ".wal"); err == nil && log.Size() > 0 {
		t.Errorf("a log of %d bytes is left", log.Size())
	}
	db = open(t, path)
	defer db.Close()
	for _, table := range []string{"files", "whole", "copies"} {
		if n := rowsOf(t, db, table); n != 1 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

func TestFileThatIsNoWarehouseIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	const text = "something else entirely, longer than a header would be at least"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := duck.Open(t.Context(), path, warehouse.Limits{})
	var storage *warehouse.StorageError
	if !errors.As(err, &storage) || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != text {
		t.Errorf("the file is now %q, %v", got, err)
	}
}

func TestPathThatDoesNotServeIsNamed(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{"", filepath.Join(dir, "a?b.duckdb"), filepath.Join(dir, "100%.duckdb"), filepath.Join(dir, "missing", "a.duckdb")} {
		if _, err := duck.Open(t.Context(), path, warehouse.Limits{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: error is %v", path, err)
		}
	}
	if _, err := duck.OpenReadOnly(t.Context(), filepath.Join(dir, "none.duckdb"), warehouse.Limits{}); err == nil {
		t.Error("a missing file opens read-only")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
