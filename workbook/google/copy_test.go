package google

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

func TestG07_ACopyIsNotTakenForOursWhenTheOriginalIsDeleted(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	copied := d.Person(d.id).DuplicateTab("Tearsheet")
	d.Person(d.id).DeleteTab("Tearsheet")
	before := d.Snapshot(d.id).Tabs[copied]
	_, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(6, 200), WriteOptions{})
	if kind, ok := kindOf(err); !ok || kind != TabGone || !strings.Contains(err.Error(), "the tab Tearsheet") {
		t.Errorf("%v", err)
	}
	done, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(6, 200), WriteOptions{Anew: true})
	if err != nil || !slices.Equal(done.Created, []string{"Tearsheet"}) {
		t.Errorf("created %v, %v", done.Created, err)
	}
	if after := d.Snapshot(d.id).Tabs[copied]; fmt.Sprint(after) != fmt.Sprint(before) {
		t.Error("the copy, which is somebody's, was written to")
	}
}

// A number of metadata that we want may be taken: by a program of others, or by a version
// of the spreadsheet that somebody has gone back from.
func TestG05_ATakenNumberOfANoteDoesNotStopUsForGood(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	id, _ := d.tab("Tearsheet")
	d.batch(&sheets.Request{CreateDeveloperMetadata: &sheets.CreateDeveloperMetadataRequest{DeveloperMetadata: &sheets.DeveloperMetadata{
		MetadataId: positive(keyWrote, int64(id), int64(2)), MetadataKey: "other", MetadataValue: "x", Visibility: "DOCUMENT",
		Location: &sheets.DeveloperMetadataLocation{Spreadsheet: true}}}})
	if done := d.write(sampleBook(6, 200)); !done.Changed || done.RestoredCount > 0 {
		t.Errorf("%+v", done)
	}
	if again := d.write(sampleBook(6, 200)); again.Changed {
		t.Errorf("is not at rest: %v", again.Differences)
	}
}

func TestG07_RowsAndColumnsInsertedInFrontLeaveNothingBehind(t *testing.T) {
	for name, insert := range map[string]func(d *desk, id int64){
		"rows": func(d *desk, id int64) { d.Person(d.id).InsertRows("Tearsheet", 1, 2) },
		"columns": func(d *desk, id int64) {
			d.batch(&sheets.Request{InsertDimension: &sheets.InsertDimensionRequest{Range: &sheets.DimensionRange{SheetId: id, Dimension: "COLUMNS", EndIndex: 1}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.write(sampleBook(6, 100))
			id, before := d.tab("Tearsheet")
			d.Person(d.id).EditCell("Tearsheet", "B14", "below")
			insert(d, int64(id))
			d.write(sampleBook(6, 100))
			_, after := d.tab("Tearsheet")
			below := 0
			for cell := range after.Cells {
				if strings.Contains(fmt.Sprint(after.Cells[cell]), "below") {
					below++
				} else if before.Cells[cell] == nil && fmt.Sprint(after.Cells[cell]) != "map[]" {
					t.Errorf("%s is left: %v", cell, after.Cells[cell])
				}
			}
			if below != 1 {
				t.Errorf("%d cells hold what somebody wrote below", below)
			}
			if again := d.write(sampleBook(6, 100)); again.Changed {
				t.Errorf("is not at rest: %v", again.Differences)
			}
		})
	}
}

// Somebody removes our warning, and then all rows beyond the first ones.
func TestG07_ATabThatPeopleCutShortIsWrittenAgain(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(8, 100))
	id, tab := d.tab("Tearsheet")
	d.batch(&sheets.Request{DeleteProtectedRange: &sheets.DeleteProtectedRangeRequest{ProtectedRangeId: whole64(tab.Protected[0]["protectedRangeId"])}},
		&sheets.Request{UpdateSheetProperties: &sheets.UpdateSheetPropertiesRequest{Fields: "gridProperties.rowCount",
			Properties: &sheets.SheetProperties{SheetId: int64(id), GridProperties: &sheets.GridProperties{RowCount: 7}}}})
	if done := d.write(sampleBook(3, 200)); !done.Changed {
		t.Error("nothing was written")
	}
	if again := d.write(sampleBook(3, 200)); again.Changed {
		t.Errorf("is not at rest: %v", again.Differences)
	}
}

// A limit that is lowered deletes all that are beyond it, wherever people moved them.
func TestALoweredLimitDeletesTheOldestArchivedTabsWhereverTheyStand(t *testing.T) {
	d := newDesk(t)
	keep := func(week, limit int) Written {
		t.Helper()
		tab := *sampleBook(3, float64(week)).Tabs[0]
		tab.Name, tab.Sparks = fmt.Sprintf("Tearsheet 2026-11-%02d", week), nil
		done, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(3, float64(week)),
			WriteOptions{Archive: &workbook.Book{Tabs: []*workbook.Tab{&tab}}, ArchiveKey: fmt.Sprintf("2026-11-%02d", week), Keep: limit})
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	for week := 1; week <= 6; week++ {
		keep(week, 12)
	}
	d.Person(d.id).MoveTab("Tearsheet 2026-11-01", 0)
	d.Person(d.id).RenameTab("Tearsheet 2026-11-02", "old")
	copied := d.Person(d.id).DuplicateTab("Tearsheet 2026-11-03")
	done := keep(7, 3)
	if slices.Sort(done.Deleted); !slices.Equal(done.Deleted, []string{"Tearsheet 2026-11-01", "Tearsheet 2026-11-03", "Tearsheet 2026-11-04", "old"}) {
		t.Errorf("deleted %v", done.Deleted)
	}
	if _, stands := d.Snapshot(d.id).Tabs[copied]; !stands {
		t.Error("somebody's copy of an archived tab was deleted")
	}
}
