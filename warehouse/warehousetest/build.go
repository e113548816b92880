package warehousetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// counts is a table that a SELECT makes of likes.
var counts = warehouse.Table{Name: "like_counts", Columns: []warehouse.Column{
	{Name: "client", Type: warehouse.Type{Kind: warehouse.Text}},
	{Name: "likes", Type: warehouse.Type{Kind: warehouse.Bigint}},
}}

func buildOf(from calendar.Day, days int, input string) warehouse.Build {
	b := warehouse.Build{Table: counts, RunID: "run", At: when,
		Select: "select day, client, count(*) as likes -- not $3\nfrom likes where day >= $1 and day < $2 and client <> '$1' group by day, client"}
	for i := range days {
		b.Parts = append(b.Parts, warehouse.Part{Day: from.Add(i), InputHash: input})
	}
	return b
}

func buildMakesItsDays(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, counts)
	replace(t, w, []calendar.Day{monday, monday + 1}, like(monday, 1, "web"), like(monday, 2, "web"), like(monday+1, 3, "ios"))
	built, err := w.Build(t.Context(), buildOf(monday, 3, "a"))
	if err != nil || built.Rows != 2 || len(built.Changed) != 3 {
		t.Fatalf("%+v, %v", built, err)
	}
	if got := one(t, w, "select likes from like_counts where day = date '2026-11-09'"); got != 2 {
		t.Errorf("%d likes on monday", got)
	}
	if loads := loaded(t, w, counts.Name, monday, monday+7); len(loads) != 3 {
		t.Errorf("loaded: %v", loads)
	}
	if built, err = w.Build(t.Context(), buildOf(monday, 3, "b")); err != nil || len(built.Changed) != 0 {
		t.Errorf("the same rows of other inputs: %+v, %v", built, err)
	}
	known, err := warehouse.Partitions(t.Context(), w, counts.Name, monday, monday+1)
	if err != nil || known[monday].InputHash != "b" || known[monday].Rows != 1 {
		t.Errorf("ledger: %+v, %v", known, err)
	}
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	if built, err = w.Build(t.Context(), buildOf(monday, 3, "c")); err != nil || !slices.Equal(built.Changed, []calendar.Day{monday}) {
		t.Errorf("one day has other rows: %+v, %v", built, err)
	}
	replace(t, w, []calendar.Day{monday})
	if built, err = w.Build(t.Context(), buildOf(monday, 1, "d")); err != nil || len(built.Changed) != 1 {
		t.Errorf("an emptied day: %+v, %v", built, err)
	}
	if got := one(t, w, "select count(*) from like_counts"); got != 1 {
		t.Errorf("%d rows", got)
	}
}

func buildThatFailsChangesNothing(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, counts)
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	if _, err := w.Build(t.Context(), buildOf(monday, 1, "a")); err != nil {
		t.Fatal(err)
	}
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"), like(monday, 2, "web"))
	before := mustDump(t, w, "like_counts")
	variant := func(change func(*warehouse.Build)) warehouse.Build {
		b := buildOf(monday, 1, "b")
		change(&b)
		return b
	}
	for name, b := range map[string]warehouse.Build{
		"check": variant(func(b *warehouse.Build) {
			b.Checks = []warehouse.Check{{Name: "few likes", Query: "select count(*) from like_counts where day >= $1 and day < $2 and likes > 1"}}
		}),
		"foreign day": variant(func(b *warehouse.Build) {
			b.Select = "select day + 1 as day, client, count(*) as likes from likes where day >= $1 and day < $2 group by 1, 2"
		}),
		"missing column": variant(func(b *warehouse.Build) { b.Select = "select day, client from likes where day >= $1 and day < $2" }),
		"other column": variant(func(b *warehouse.Build) {
			b.Select = "select day, client, 1 as likes, 2 as extra from likes where day >= $1 and day < $2"
		}),
		"syntax":   variant(func(b *warehouse.Build) { b.Select = "select day, from where $1 $2" }),
		"no table": variant(func(b *warehouse.Build) { b.Select = "select * from nowhere where day >= $1 and day < $2" }),
		"column likes: a text": variant(func(b *warehouse.Build) {
			b.Select = "select day, client, 'many' as likes from likes where day >= $1 and day < $2"
		}),
		"column likes: a fraction": variant(func(b *warehouse.Build) {
			b.Select = "select day, client, 1.5 as likes from likes where day >= $1 and day < $2"
		}),
		"column likes: too much": variant(func(b *warehouse.Build) {
			b.Select = "select day, client, 1e30 as likes from likes where day >= $1 and day < $2"
		}),
		"column likes: no number": variant(func(b *warehouse.Build) {
			b.Select = "select day, client, day as likes from likes where day >= $1 and day < $2"
		}),
		"hour in day": variant(func(b *warehouse.Build) {
			b.Select = "select day + interval '1' hour as day, client, 1 as likes from likes where day >= $1 and day < $2"
		}),
		"no day": variant(func(b *warehouse.Build) {
			b.Select = "select cast(null as date) as day, client, 1 as likes from likes where day >= $1 and day < $2"
		}),
		"two days of one": variant(func(b *warehouse.Build) {
			b.Select, b.Parts = "select day, client, 1 as likes from likes where day = $1", buildOf(monday, 2, "b").Parts
		}),
	} {
		_, err := w.Build(t.Context(), b)
		if column, named := strings.CutPrefix(name, "column likes: "); named && err != nil && !strings.Contains(err.Error(), "column likes: ") {
			t.Errorf("%s: error is %v", column, err)
		}
		var check *warehouse.CheckError
		if err == nil || (name == "check") != errors.As(err, &check) {
			t.Errorf("%s: error is %v", name, err)
		}
		if after := mustDump(t, w, "like_counts"); after != before {
			t.Errorf("%s: it left\n%s", name, after)
		}
	}
}

// buildMakesADayAtATime uses $1 alone: it is the day.
func buildMakesADayAtATime(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, counts)
	replace(t, w, []calendar.Day{monday, monday + 1}, like(monday, 1, "web"), like(monday+1, 2, "web"))
	for i := range 2 {
		b := buildOf(monday.Add(i), 1, "a")
		b.Select = "select $1 as day, client, count(*) as likes from likes where day <= $1 group by client"
		if built, err := w.Build(t.Context(), b); err != nil || built.Rows != 1 || !slices.Equal(built.Changed, []calendar.Day{monday.Add(i)}) {
			t.Errorf("day %d: %+v, %v", i, built, err)
		}
		if got := one(t, w, "select max(likes) from like_counts"); got != int64(i+1) {
			t.Errorf("day %d: %d likes so far", i, got)
		}
	}
	if got := one(t, w, "select count(*) from like_counts"); got != 2 {
		t.Errorf("%d rows", got)
	}
}

func buildMakesAWholeTable(t *testing.T, w warehouse.Warehouse) {
	users := warehouse.Table{Name: "dim.users", Whole: true, Columns: likes.Columns}
	ensure(t, w, users)
	order := warehouse.Build{Table: users, Select: "select distinct client, user_id from likes", Parts: []warehouse.Part{{Day: warehouse.WholePart, InputHash: "a"}},
		Checks: []warehouse.Check{{Name: "a user stands once", Query: "select count(*) - count(distinct user_id) from dim.users"}}, RunID: "run", At: when}
	for i, rows := range [][]warehouse.Row{{like(monday, 1, "web"), like(monday, 2, "ios")}, {like(monday, 2, "ios"), like(monday, 1, "web")}, {like(monday, 2, "ios")}, nil} {
		replace(t, w, []calendar.Day{monday}, rows...)
		built, err := w.Build(t.Context(), order)
		if err != nil || len(built.Changed) != []int{1, 0, 1, 1}[i] || built.Rows != int64(len(rows)) {
			t.Errorf("round %d: %+v, %v", i, built, err)
		}
		if got := one(t, w, "select count(*) from dim.users"); got != int64(len(rows)) {
			t.Errorf("round %d: %d rows", i, got)
		}
		if loads := loaded(t, w, users.Name, monday, monday+1); !loads[monday].Complete() {
			t.Errorf("round %d: loaded: %v", i, loads)
		}
	}
	before := mustDump(t, w, users.Name)
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"), like(monday, 1, "ios"))
	var check *warehouse.CheckError
	if _, err := w.Build(t.Context(), order); !errors.As(err, &check) || check.Got != 1 || check.Check != "a user stands once" {
		t.Errorf("error is %v", err)
	}
	replace(t, w, []calendar.Day{monday}) // as it was
	if after := mustDump(t, w, users.Name); after != before {
		t.Errorf("the failed build left\n%s", after)
	}
}

// checkSeesTheTableAsItWillBe counts the rows that stay and those that are made.
func checkSeesTheTableAsItWillBe(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, counts)
	replace(t, w, []calendar.Day{monday, monday + 1}, like(monday, 1, "web"), like(monday+1, 2, "web"), like(monday+1, 2, "ios"))
	if _, err := w.Build(t.Context(), buildOf(monday, 1, "a")); err != nil {
		t.Fatal(err)
	}
	b := buildOf(monday+1, 1, "a")
	b.Checks = []warehouse.Check{
		{Name: "all rows", Query: "select count(*) from like_counts", Want: 3},
		{Name: "rows of the day", Query: "select count(*) from like_counts where day >= $1 and day < $2", Want: 2},
		{Name: "nothing", Query: "select sum(likes) from like_counts where likes > 5", Want: 0}, // NULL is no number
	}
	var check *warehouse.CheckError
	if _, err := w.Build(t.Context(), b); !errors.As(err, &check) || check.Check != "nothing" {
		t.Errorf("error is %v", err)
	}
	if loads := loaded(t, w, counts.Name, monday+1, monday+2); len(loads) != 0 {
		t.Errorf("loaded: %v", loads)
	}
	b.Checks = b.Checks[:2]
	if built, err := w.Build(t.Context(), b); err != nil || built.Rows != 2 {
		t.Errorf("%+v, %v", built, err)
	}
}

func cancelledBuildChangesNothing(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, counts)
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	before := mustDump(t, w, counts.Name)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Build(ctx, buildOf(monday, 1, "a")); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if after := mustDump(t, w, counts.Name); after != before {
		t.Errorf("it left\n%s", after)
	}
}

func builtVersionDependsOnRowsAndNotOnTheirOrder(t *testing.T, w warehouse.Warehouse) {
	ensure(t, w, counts)
	replace(t, w, nil)
	version := func(rows string) string {
		b := buildOf(monday, 1, "a")
		b.Select = "select $1 as day, client, cast(likes as bigint) as likes from (" + rows + ") as r"
		if _, err := w.Build(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		return loaded(t, w, counts.Name, monday, monday+1)[monday].Version
	}
	const web, ios = "select 'web' as client, 1 as likes", "select 'ios' as client, 2 as likes"
	if a, b := version(web+" union all "+ios), version(ios+" union all "+web); a != b {
		t.Errorf("in another order: %s, not %s", b, a)
	}
	seen := map[string]string{}
	for _, rows := range []string{web, ios, web + " union all " + web, ios + " union all " + ios, web + " union all " + ios, web + " union all " + web + " union all " + ios,
		"select 'web' as client, 2 as likes", "select 'web' as client, null as likes", "select cast(null as varchar(9)) as client, 1 as likes", "select '' as client, 1 as likes",
		web + " where 1 = 2"} {
		v := version(rows)
		if other, ok := seen[v]; ok {
			t.Errorf("%s and %s have the version %s", rows, other, v)
		}
		seen[v] = rows
	}
}

// columnMayHaveAnyName has columns with the names that statements of an engine might use,
// and the words of SQL, and changes one after the other.
func columnMayHaveAnyName(t *testing.T, w warehouse.Warehouse) {
	names := []string{"r", "h", "part", "t", "q", "n", "row", "rows", "select", "order", "asset", "table", "tearsheet", "tearsheet_staged", "tearsheet_raw"}
	table := warehouse.Table{Name: "odd"}
	for _, name := range names {
		table.Columns = append(table.Columns, warehouse.Column{Name: name, Type: warehouse.Type{Kind: warehouse.Bigint}})
	}
	whole := warehouse.Table{Name: "odd_whole", Columns: table.Columns, Whole: true}
	ensure(t, w, table, whole)
	for i := range len(names) + 1 {
		var values []string
		for j, name := range names {
			value := 0
			if j < i {
				value = 1
			}
			values = append(values, fmt.Sprintf("cast(%d as bigint) as %q", value, name))
		}
		list := strings.Join(values, ", ")
		for _, b := range []warehouse.Build{
			{Table: table, Select: "select $1 as day, " + list, Parts: parts(monday), At: when},
			{Table: whole, Select: "select " + list, Parts: parts(warehouse.WholePart), At: when},
		} {
			built, err := w.Build(t.Context(), b)
			if err != nil || len(built.Changed) != 1 {
				t.Fatalf("%s, round %d: %+v, %v", b.Table.Name, i, built, err)
			}
			if got := one(t, w, fmt.Sprintf("select count(*) from %s where %q = 1", b.Table.Name, names[max(0, i-1)])); got != int64(min(i, 1)) {
				t.Errorf("%s, round %d: the row is the old one", b.Table.Name, i)
			}
		}
	}
}

func buildsOfTablesRunSideBySide(t *testing.T, w warehouse.Warehouse) {
	replace(t, w, []calendar.Day{monday}, like(monday, 1, "web"))
	var wait sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		b := buildOf(monday, 1, "a")
		b.Table.Name = fmt.Sprintf("counts_%d", i%3)
		ensure(t, w, b.Table)
		wait.Go(func() {
			for range 5 {
				if _, err := w.Build(t.Context(), b); err != nil {
					errs[i] = err
				}
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if got := one(t, w, fmt.Sprintf("select count(*) from counts_%d", i)); got != 1 {
			t.Errorf("counts_%d has %d rows", i, got)
		}
		loaded(t, w, fmt.Sprintf("counts_%d", i), monday, monday+1) // an entry that stands twice is an error
	}
}
