// Package warehousetest checks that an engine keeps the contract of package
// warehouse. Every engine answers the same suite.
package warehousetest

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/warehouse"
)

// Run runs the suite. Open returns a fresh, empty warehouse, and sees to its end.
func Run(t *testing.T, open func(t *testing.T) warehouse.Warehouse) {
	for _, promise := range []struct {
		name string
		test func(*testing.T, warehouse.Warehouse)
	}{
		{"EnsureMakesTheTableOnce", ensureMakesTheTableOnce},
		{"EnsureAddsAColumn", ensureAddsAColumn},
		{"EnsureRefusesAnotherType", ensureRefusesAnotherType},
		{"TablesMayBeNamedLikeEachOther", tablesMayBeNamedLikeEachOther},
		{"TablesAreMadeSideBySide", tablesAreMadeSideBySide},
		{"EveryTypeComesBackAsItWent", everyTypeComesBackAsItWent},
		{"DayIsLoadedWithItsRows", dayIsLoadedWithItsRows},
		{"DayWithoutRowsIsLoaded", dayWithoutRowsIsLoaded},
		{"DayOfAnotherTableIsNotLoaded", dayOfAnotherTableIsNotLoaded},
		{"CoverageIsKept", coverageIsKept},
		{"SameRowsKeepTheVersion", sameRowsKeepTheVersion},
		{"OtherRowsChangeTheVersion", otherRowsChangeTheVersion},
		{"EmptiedDayLosesItsRows", emptiedDayLosesItsRows},
		{"OtherDaysStay", otherDaysStay},
		{"ForgottenDayIsNotLoaded", forgottenDayIsNotLoaded},
		{"ErrorAmongRowsChangesNothing", errorAmongRowsChangesNothing},
		{"CancelledLoadChangesNothing", cancelledLoadChangesNothing},
		{"RowOfAForeignDayIsRefused", rowOfAForeignDayIsRefused},
		{"ValueOfAnotherTypeIsRefused", valueOfAnotherTypeIsRefused},
		{"FileTakesThePlaceOfItsPath", fileTakesThePlaceOfItsPath},
		{"ConcurrentLoadsOfADayLeaveOne", concurrentLoadsOfADayLeaveOne},
		{"ReplaceIsIdempotent", replaceIsIdempotent},
		{"MemoryDoesNotGrowWithRows", memoryDoesNotGrowWithRows},
		{"FileIsLoadedOnceHoweverOften", fileIsLoadedOnceHoweverOften},
		{"BrokenFileChangesNothing", brokenFileChangesNothing},
		{"CancelledFileChangesNothing", cancelledFileChangesNothing},
		{"FilesAreLoadedTogetherOrNotAtAll", filesAreLoadedTogetherOrNotAtAll},
		{"FilesAreLoadedSideBySide", filesAreLoadedSideBySide},
		{"ConcurrentLoadsOfAFileLeaveOne", concurrentLoadsOfAFileLeaveOne},
		{"FileIsReplacedWhenItIsLoaded", fileIsReplacedWhenItIsLoaded},
		{"EntryIsOfItsFile", entryIsOfItsFile},
		{"AnyReasonIsKept", anyReasonIsKept},
		{"PathThatIsNoTextIsRefused", pathThatIsNoTextIsRefused},
		{"FileThatStandsTwiceIsAnError", fileThatStandsTwiceIsAnError},
		{"LongRefusedLineKeepsItsBeginning", longRefusedLineKeepsItsBeginning},
		{"TableWithoutFileColumnTakesNoFiles", tableWithoutFileColumnTakesNoFiles},
		{"SealedDayIsLoaded", sealedDayIsLoaded},
		{"SealThatFailsChangesNothing", sealThatFailsChangesNothing},
		{"BatchesLeaveWhatRowsLeave", batchesLeaveWhatRowsLeave},
		{"ZeroHasNoSign", zeroHasNoSign},
		{"BatchThatDoesNotFitIsRefused", batchThatDoesNotFitIsRefused},
		{"MemoryDoesNotGrowWithBatches", memoryDoesNotGrowWithBatches},
		{"RefreshReplacesTheDaysThatDiffer", refreshReplacesTheDaysThatDiffer},
		{"RefreshThatFailsChangesNothing", refreshThatFailsChangesNothing},
		{"RefreshOfOtherInputsTouchesTheLedgerOnly", refreshOfOtherInputsTouchesTheLedgerOnly},
		{"EndingRefreshChangesNothing", endingRefreshChangesNothing},
		{"WholeTableIsReplacedAsAWhole", wholeTableIsReplacedAsAWhole},
		{"BuildMakesItsDays", buildMakesItsDays},
		{"BuildThatFailsChangesNothing", buildThatFailsChangesNothing},
		{"BuildMakesADayAtATime", buildMakesADayAtATime},
		{"BuildMakesAWholeTable", buildMakesAWholeTable},
		{"CheckSeesTheTableAsItWillBe", checkSeesTheTableAsItWillBe},
		{"CancelledBuildChangesNothing", cancelledBuildChangesNothing},
		{"BuiltVersionDependsOnRowsAndNotOnTheirOrder", builtVersionDependsOnRowsAndNotOnTheirOrder},
		{"BuildRefusesWhatTheContractExcludes", buildRefusesWhatTheContractExcludes},
		{"ColumnMayHaveAnyName", columnMayHaveAnyName},
		{"BuildsOfTablesRunSideBySide", buildsOfTablesRunSideBySide},
		{"TableOfTheOtherKindGivesWay", tableOfTheOtherKindGivesWay},
		{"ForgettingTheOtherKindForgetsItsEntry", forgettingTheOtherKindForgetsItsEntry},
		{"TableThatTheLedgerDoesNotKnowStays", tableThatTheLedgerDoesNotKnowStays},
		{"DaysBesideTheWholeAreWhatIsLoaded", daysBesideTheWholeAreWhatIsLoaded},
		{"TableIsTurnedOnce", tableIsTurnedOnce},
		{"PanicAmongRowsIsAPanic", panicAmongRowsIsAPanic},
		{"AnyErrorIsRemembered", anyErrorIsRemembered},
	} {
		t.Run(promise.name, func(t *testing.T) { promise.test(t, open(t)) })
	}
}

var (
	likes = warehouse.Table{Name: "likes", Columns: []warehouse.Column{
		{Name: "user_id", Type: warehouse.Type{Kind: warehouse.Bigint}},
		{Name: "client", Type: warehouse.Type{Kind: warehouse.Text}},
	}}
	monday = calendar.DayOn(2026, time.November, 9)
	when   = time.Date(2026, time.November, 17, 6, 0, 0, 0, time.UTC)
)

func like(day calendar.Day, user int64, client string) warehouse.Row {
	return warehouse.Row{Day: day, Values: []any{user, client}}
}

func rowsOf(rows ...warehouse.Row) iter.Seq2[warehouse.Row, error] {
	return func(yield func(warehouse.Row, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func parts(days ...calendar.Day) []warehouse.Part {
	list := make([]warehouse.Part, len(days))
	for i, day := range days {
		list[i] = warehouse.Part{Day: day, InputHash: "input"}
	}
	return list
}

func replace(t *testing.T, w warehouse.Warehouse, days []calendar.Day, rows ...warehouse.Row) {
	t.Helper()
	if err := w.Ensure(t.Context(), likes); err != nil {
		t.Fatal(err)
	}
	change := warehouse.Change{Table: likes, Parts: parts(days...), Rows: rowsOf(rows...), RunID: "run", At: when}
	if err := w.Replace(t.Context(), change); err != nil {
		t.Fatal(err)
	}
}

// read returns the rows of likes, sorted, one text each.
func read(t *testing.T, w warehouse.Reader) []string {
	t.Helper()
	rows, err := w.QueryContext(t.Context(), "select day, user_id, client from likes")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var day time.Time
		var user int64
		var client string
		if err := rows.Scan(&day, &user, &client); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, fmt.Sprintf("%s %d %s", day.Format(time.DateOnly), user, client))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(texts)
	return texts
}

func loaded(t *testing.T, w warehouse.Reader, table string, from, to calendar.Day) map[calendar.Day]calendar.Load {
	t.Helper()
	loads, err := w.Loaded(t.Context(), table, from, to)
	if err != nil {
		t.Fatal(err)
	}
	return loads
}

func wantRows(t *testing.T, w warehouse.Reader, want ...string) {
	t.Helper()
	if got := read(t, w); !slices.Equal(got, want) {
		t.Errorf("rows are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
