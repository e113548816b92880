package warehousetest

import (
	"context"
	"errors"
	"iter"
	"maps"
	"strings"
	"sync"
	"testing"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

func dayIsLoadedWithItsRows(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday, monday + 1}, like(monday+1, 2, "web"), like(monday, 1, "web"), like(monday, 1, "web"))
	wantRows(t, w, "2026-11-09 1 web", "2026-11-09 1 web", "2026-11-10 2 web")
	loads := loaded(t, w, "likes", monday, monday+1) // half open
	if len(loads) != 1 || !loads[monday].Complete() || !strings.HasPrefix(loads[monday].Version, "2-") {
		t.Errorf("loaded: %v", loads)
	}
}

func dayWithoutRowsIsLoaded(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday})
	loads := loaded(t, w, "likes", monday-1, monday+2)
	if len(loads) != 1 || !loads[monday].Complete() || loads[monday].Version == "" {
		t.Errorf("loaded: %v", loads)
	}
}

func dayOfAnotherTableIsNotLoaded(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday})
	if loads := loaded(t, w, "uploads", monday, monday+1); len(loads) != 0 {
		t.Errorf("loaded: %v", loads)
	}
}

func coverageIsKept(t *testing.T, w warehouse.Warehouse) {
	if err := w.Ensure(t.Context(), likes); err != nil {
		t.Fatal(err)
	}
	part := warehouse.Part{Day: monday, Coverage: calendar.Coverage{Have: 21, Of: 24}}
	if err := w.Replace(t.Context(), warehouse.Change{Table: likes, Parts: []warehouse.Part{part}, At: when}); err != nil {
		t.Fatal(err)
	}
	if load := loaded(t, w, "likes", monday, monday+1)[monday]; load.Coverage != part.Coverage {
		t.Errorf("coverage is %s, want 21/24", load.Coverage)
	}
}

func sameRowsKeepTheVersion(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"), like(monday, 2, "ios"))
	before := loaded(t, w, "likes", monday, monday+1)
	replace(t, w, []calendar.Day{monday}, like(monday, 2, "ios"), like(monday, 1, "web"))
	if after := loaded(t, w, "likes", monday, monday+1); !maps.Equal(before, after) {
		t.Errorf("the same rows in another order: %v, then %v", before, after)
	}
	wantRows(t, w, "2026-11-09 1 web", "2026-11-09 2 ios")
}

func otherRowsChangeTheVersion(t *testing.T, w warehouse.Warehouse) {
	seen := map[string]string{}
	for name, rows := range map[string][]warehouse.Row{
		"none":    nil,
		"one":     {like(monday, 1, "web")},
		"twice":   {like(monday, 1, "web"), like(monday, 1, "web")},
		"user":    {like(monday, 2, "web")},
		"client":  {like(monday, 1, "we")},
		"null":    {{Day: monday, Values: []any{int64(1), nil}}},
		"empty":   {like(monday, 1, "")},
		"another": {like(monday, 1, "web"), like(monday, 3, "web")},
	} {
		replace(t, w, []calendar.Day{monday}, rows...)
		version := loaded(t, w, "likes", monday, monday+1)[monday].Version
		if other, ok := seen[version]; ok {
			t.Errorf("%s and %s have the version %s", name, other, version)
		}
		seen[version] = name
	}
}

func emptiedDayLosesItsRows(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	replace(t, w, []calendar.Day{monday})
	wantRows(t, w)
}

func otherDaysStay(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday, monday + 1}, like(monday, 1, "web"), like(monday+1, 2, "web"))
	before := loaded(t, w, "likes", monday, monday+2)
	replace(t, w, []calendar.Day{monday + 1}, like(monday+1, 3, "web"))
	wantRows(t, w, "2026-11-09 1 web", "2026-11-10 3 web")
	after := loaded(t, w, "likes", monday, monday+2)
	if after[monday] != before[monday] || after[monday+1] == before[monday+1] {
		t.Errorf("loaded: %v, then %v", before, after)
	}
}

func forgottenDayIsNotLoaded(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday, monday + 1}, like(monday, 1, "web"), like(monday+1, 2, "web"))
	if err := w.Replace(t.Context(), warehouse.Change{Table: likes, Forget: []calendar.Day{monday + 1}, At: when}); err != nil {
		t.Fatal(err)
	}
	wantRows(t, w, "2026-11-09 1 web")
	if loads := loaded(t, w, "likes", monday, monday+2); len(loads) != 1 {
		t.Errorf("loaded: %v", loads)
	}
}

// unchanged runs a change that has to fail, after a good one, and looks for traces.
func unchanged(t *testing.T, w warehouse.Warehouse, ctx context.Context, rows iter.Seq2[warehouse.Row, error]) error {
	t.Helper()
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	before := loaded(t, w, "likes", monday, monday+7)
	err := w.Replace(ctx, warehouse.Change{Table: likes, Parts: parts(monday, monday+1), Rows: rows, At: when,
		Files: []warehouse.File{{Path: "x", From: monday, To: monday + 1}}})
	if err == nil {
		t.Fatal("the load is taken")
	}
	wantRows(t, w, "2026-11-09 1 web")
	if after := loaded(t, w, "likes", monday, monday+7); !maps.Equal(before, after) {
		t.Errorf("loaded: %v, then %v", before, after)
	}
	files, ferr := warehouse.Files(t.Context(), w, "likes")
	if ferr != nil || len(files) != 0 {
		t.Errorf("files: %v, %v", files, ferr)
	}
	return err
}

func errorAmongRowsChangesNothing(t *testing.T, w warehouse.Warehouse) {
	cause := errors.New("line 5000: the source broke")
	err := unchanged(t, w, t.Context(), func(yield func(warehouse.Row, error) bool) {
		for i := range 5000 { // more than a chunk, so that some are written before
			if !yield(like(monday, int64(i), "web"), nil) {
				return
			}
		}
		yield(warehouse.Row{}, cause)
	})
	if !errors.Is(err, cause) {
		t.Errorf("error is %v", err)
	}
}

func cancelledLoadChangesNothing(t *testing.T, w warehouse.Warehouse) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	unchanged(t, w, ctx, func(yield func(warehouse.Row, error) bool) {
		for i := range 10000 {
			if i == 5000 {
				cancel()
			}
			if !yield(like(monday, int64(i), "web"), nil) {
				return
			}
		}
	})
}

func rowOfAForeignDayIsRefused(t *testing.T, w warehouse.Warehouse) {
	err := unchanged(t, w, t.Context(), rowsOf(like(monday, 2, "web"), like(monday+2, 2, "web")))
	if !strings.Contains(err.Error(), "2026-11-11") {
		t.Errorf("error is %v", err)
	}
}

func valueOfAnotherTypeIsRefused(t *testing.T, w warehouse.Warehouse) {
	for _, values := range [][]any{
		{"1", "web"}, {int64(1), 2.5}, {int64(1), "a\x00b"}, {int64(1), "\xff"}, {int64(1)}, {int64(1), "web", "x"}, {1, "web"},
	} {
		err := unchanged(t, w, t.Context(), rowsOf(warehouse.Row{Day: monday, Values: values}))
		if !strings.Contains(err.Error(), "table likes") {
			t.Errorf("%q: error is %v", values, err)
		}
	}
}

func fileTakesThePlaceOfItsPath(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, nil)
	file := warehouse.File{Path: `it's \ 1.csv`, Checksum: "a", Definition: "d", Size: 10, From: monday, To: monday + 2, Lines: 5, Loaded: 3, Rejected: 1, Filtered: 1}
	for _, checksum := range []string{"a", "b"} {
		file.Checksum = checksum
		other := warehouse.File{Path: checksum, From: monday, To: monday}
		if err := w.Replace(t.Context(), warehouse.Change{Table: likes, Files: []warehouse.File{file, other}, At: when}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := warehouse.Files(t.Context(), w, "likes")
	file.State, file.At = warehouse.FileLoaded, when // the rest is set by the warehouse
	if err != nil || len(files) != 3 || files[`it's \ 1.csv`] != file {
		t.Errorf("files: %v, %v", files, err)
	}
	if err := w.Replace(t.Context(), warehouse.Change{Table: likes, ForgetFiles: []string{`it's \ 1.csv`, "b"}, At: when}); err != nil {
		t.Fatal(err)
	}
	if files, err = warehouse.Files(t.Context(), w, "likes"); err != nil || len(files) != 1 || files["a"].Path != "a" {
		t.Errorf("files: %v, %v", files, err)
	}
}

func concurrentLoadsOfADayLeaveOne(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, nil)
	var wait sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wait.Go(func() {
			errs[i] = w.Replace(t.Context(), warehouse.Change{Table: likes, Parts: parts(monday), At: when,
				Rows: rowsOf(like(monday, int64(i), "web"), like(monday, int64(i), "ios"))})
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	rows := read(t, w)
	if len(rows) != 2 || rows[0][:len("2026-11-09 0")] != rows[1][:len("2026-11-09 0")] {
		t.Errorf("rows are %q, want two of one load", rows)
	}
	loaded(t, w, "likes", monday, monday+1) // an entry that stands twice is an error
}
