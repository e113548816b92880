package warehousetest

import (
	"strings"
	"testing"
	"time"

	"tearsheet/warehouse"
)

// fileIsReplacedWhenItIsLoaded says of a file that it is broken while it is being loaded:
// one of the two is true afterwards.
func fileIsReplacedWhenItIsLoaded(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	replaced := make(chan error, 1)
	load := eventFile("a", monday, 10, nil)
	batches := load.Batches
	load.Batches = func(yield func(*warehouse.Batch, error) bool) {
		go func() {
			broken := warehouse.File{Path: "a", State: warehouse.FileBroken, From: monday, To: monday + 1}
			replaced <- w.Replace(t.Context(), warehouse.Change{Table: events, Files: []warehouse.File{broken}, At: when})
		}()
		select { // it has to wait, but not for long
		case err := <-replaced:
			replaced <- err
		case <-time.After(200 * time.Millisecond):
		}
		batches(yield)
	}
	if err := w.LoadFiles(t.Context(), load); err != nil {
		t.Fatal(err)
	}
	if err := <-replaced; err != nil {
		t.Fatal(err)
	}
	files, err := warehouse.Files(t.Context(), w, events.Name)
	if err != nil || files["a"].State != warehouse.FileBroken {
		t.Errorf("files: %+v, %v", files, err)
	}
	if n := one(t, w, "select count(*) from staging.events"); n != 0 {
		t.Errorf("a broken file has %d rows", n)
	}
}

func fileThatStandsTwiceIsAnError(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	if err := w.LoadFiles(t.Context(), eventFile("a", monday, 1, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ExecContext(t.Context(), "insert into etl.file select * from etl.file"); err != nil {
		t.Fatal(err)
	}
	if _, err := warehouse.Files(t.Context(), w, events.Name); err == nil || !strings.Contains(err.Error(), "the file a of table staging.events stands twice") {
		t.Errorf("error is %v", err)
	}
}

// entryIsOfItsFile has rows and entries that are not what the load is of.
func entryIsOfItsFile(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, events)
	unnamed := eventFile("a", monday, 3, nil)
	entry := unnamed.Entry
	unnamed.Entry = func() (warehouse.FileEntry, error) {
		e, err := entry()
		e.Path = ""
		return e, err
	}
	for range 2 {
		if err := w.LoadFiles(t.Context(), unnamed); err != nil {
			t.Fatal(err)
		}
	}
	if n := one(t, w, "select count(*) from staging.events"); n != 3 {
		t.Errorf("%d rows", n)
	}
	before := mustDump(t, w, events.Name)
	foreign := eventFile("b", monday, 5000, nil)
	foreign.Batches = eventFile("c", monday, 5000, nil).Batches
	miscounted := eventFile("b", monday, 5, nil)
	miscounted.Entry = func() (warehouse.FileEntry, error) {
		return warehouse.FileEntry{File: warehouse.File{From: monday, To: monday + 1, Lines: 6, Loaded: 5}}, nil
	}
	for want, load := range map[string]warehouse.FileLoad{"a row of another file than b": foreign, "6 lines are not 5 loaded": miscounted} {
		if err := w.LoadFiles(t.Context(), load); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, not %q", err, want)
		}
		if after := mustDump(t, w, events.Name); after != before {
			t.Errorf("%s: it left\n%s", want, after)
		}
	}
}

// anyReasonIsKept has reasons that quote what was found in a file.
func anyReasonIsKept(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, likes)
	for reason, want := range map[string]string{
		"a\x00b":                  "a\uFFFDb",
		"Z\xfcrich":               "Z\uFFFDrich",
		strings.Repeat("ü", 4000): strings.Repeat("ü", 2048),
	} {
		file := warehouse.File{Path: "a", State: warehouse.FileBroken, Reason: reason, From: monday, To: monday + 1}
		if err := w.Replace(t.Context(), warehouse.Change{Table: likes, Files: []warehouse.File{file}, At: when}); err != nil {
			t.Errorf("%.20q: %v", reason, err)
			continue
		}
		files, err := warehouse.Files(t.Context(), w, likes.Name)
		if err != nil || files["a"].Reason != want {
			t.Errorf("%.20q: %.20q, %v", reason, files["a"].Reason, err)
		}
	}
}

func pathThatIsNoTextIsRefused(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, likes, events)
	for _, path := range []string{"Z\xfcrich.csv", "a\x00b", strings.Repeat("x", 4097)} {
		file := warehouse.File{Path: path, From: monday, To: monday + 1}
		for _, err := range []error{
			w.Replace(t.Context(), warehouse.Change{Table: likes, Files: []warehouse.File{file}, At: when}),
			w.LoadFiles(t.Context(), eventFile(path, monday, 1, nil)),
		} {
			if err == nil || !strings.Contains(err.Error(), "its name is ") {
				t.Errorf("%.20q: error is %v", path, err)
			}
		}
	}
}
