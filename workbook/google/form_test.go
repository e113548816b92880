package google

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"google.golang.org/api/sheets/v4"

	"tearsheet/workbook"
)

// renote changes what was noted of the last write to each tab of the document.
func (d *desk) renote(change func(*wrote)) {
	d.t.Helper()
	answer, err := d.client.writer.Spreadsheets.Get(d.id).Fields("sheets(developerMetadata)").Do()
	if err != nil {
		d.t.Fatal(err)
	}
	var requests []*sheets.Request
	for _, sheet := range answer.Sheets {
		for _, m := range sheet.DeveloperMetadata {
			var w wrote
			if m.MetadataKey != keyWrote || json.Unmarshal([]byte(m.MetadataValue), &w) != nil {
				continue
			}
			change(&w)
			text, err := json.Marshal(w)
			if err != nil {
				d.t.Fatal(err)
			}
			requests = append(requests, &sheets.Request{UpdateDeveloperMetadata: &sheets.UpdateDeveloperMetadataRequest{Fields: "metadataValue",
				DataFilters:       []*sheets.DataFilter{{DeveloperMetadataLookup: &sheets.DeveloperMetadataLookup{MetadataId: m.MetadataId}}},
				DeveloperMetadata: &sheets.DeveloperMetadata{MetadataValue: string(text)}}})
		}
	}
	if len(requests) == 0 {
		d.t.Fatal("nothing was noted")
	}
	d.batch(requests...)
}

// ofAnOlderBuild is a note as one that sums up cells in another way leaves it.
func ofAnOlderBuild(w *wrote) {
	other := func(text string) string {
		sum, _ := base64.RawStdEncoding.DecodeString(text)
		for i := range sum {
			sum[i] ^= 0x55
		}
		return base64.RawStdEncoding.EncodeToString(sum)
	}
	w.Form, w.Sum, w.Row, w.Column = "", other(w.Sum), other(w.Row), other(w.Column)
}

func TestG07_WhatAnotherBuildWroteIsNotToldAsEditsOfPeople(t *testing.T) {
	for name, change := range map[string]func(*workbook.Tab){
		"the same layout":          func(*workbook.Tab) {},
		"other merges, not frozen": func(tab *workbook.Tab) { tab.Merged, tab.Frozen = nil, at(1, 3) },
		"another week":             func(tab *workbook.Tab) { tab.Cells[at(3, 3)].Number = 7 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.write(sampleBook(6, 100))
			d.renote(ofAnOlderBuild)
			book := sampleBook(6, 100)
			change(book.Tabs[0])
			if done := d.write(book); !done.Changed || done.RestoredCount > 0 {
				t.Errorf("changed %v, told %v, which nobody edited", done.Changed, done.Restored)
			}
			if again := d.write(book); again.Changed {
				t.Errorf("is not at rest: %v", again.Differences)
			}
			d.Person(d.id).EditCell("Tearsheet", "C5", 8)
			if done := d.write(book); !slices.Equal(done.Restored, []string{"Tearsheet!C5"}) {
				t.Errorf("an edit after that: told %v, want Tearsheet!C5", done.Restored)
			}
		})
	}
}

// The content is the same, and so is its sum; but the older build knew other pixels.
func TestG07_SizesOfAnotherBuildAreNotToldAsEditsOfPeople(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	d.Person(d.id).ResizeColumn("Tearsheet", "B", 180)
	d.renote(func(w *wrote) { w.Form = "" })
	if done := d.write(sampleBook(6, 100)); !done.Changed || done.RestoredCount > 0 {
		t.Errorf("changed %v, told %v, which nobody edited", done.Changed, done.Restored)
	}
}

// A layout of today's build that is another one than last week's: merges, frozen columns,
// widths and places.
func TestG07_ANewLayoutIsNotToldAsEditsOfPeople(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	book := sampleBook(7, 100)
	tab := book.Tabs[0]
	tab.Merged, tab.Frozen, tab.NoGrid = []workbook.Area{area(1, 2, 2, 2), area(3, 2, 4, 2)}, at(1, 4), false
	delete(tab.Cells, at(2, 2))
	delete(tab.Cells, at(4, 2))
	tab.Widths, tab.Rules = map[int]float64{1: 9, 3: 20}, nil
	tab.Cells[at(5, 1)] = &workbook.Cell{Kind: workbook.Text, Text: "new"}
	if done := d.write(book); !done.Changed || done.RestoredCount > 0 {
		t.Errorf("changed %v, told %v, which nobody edited", done.Changed, done.Restored)
	}
}

// The sums of rows and columns say where rows and columns meet, and no more.
func TestG07_OfSeveralEditsBeforeANewWeekTheRowsAreTold(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	d.Person(d.id).EditCell("Tearsheet", "C5", 7)
	d.Person(d.id).EditCell("Tearsheet", "B7", "x")
	if done := d.write(sampleBook(6, 200)); !slices.Equal(done.Restored, []string{"Tearsheet, row 5", "Tearsheet, row 7"}) || done.RestoredCount != 2 {
		t.Errorf("told %v, %d places: want the rows 5 and 7, since nobody edited B5 or C7", done.Restored, done.RestoredCount)
	}
}

func TestAFormIsThatOfThisBuildAlone(t *testing.T) {
	if a, b := form(), form(); a != b {
		t.Errorf("%s and %s of one build", a, b)
	}
	d := newDesk(t)
	d.write(sampleBook(6, 100))
	d.renote(func(w *wrote) {
		if w.Form != form() {
			t.Errorf("noted %q, want %q", w.Form, form())
		}
	})
}

// A form that does not look at something would not see a build that writes it otherwise.
func TestAFormLooksAtAllThatWeWrite(t *testing.T) {
	all := wantedTabs(checkDocument, checkBook(), WriteOptions{})
	place(all, &standing{}, 0)
	fill(all)
	blank := map[string]bool{}
	for i := range reflect.TypeFor[face]().NumField() {
		blank[reflect.TypeFor[face]().Field(i).Name] = true
	}
	for _, w := range all {
		for _, row := range w.faces {
			for _, f := range row {
				for name := range blank {
					if !reflect.ValueOf(f).FieldByName(name).IsZero() {
						delete(blank, name)
					}
				}
			}
		}
	}
	want := []string{"Choice", "Direction", "Left", "Right", "Rotation", "Strike", "Top", "Underline"} // which we never write, but a rule above row 1
	if got := slices.Sorted(maps.Keys(blank)); !slices.Equal(got, want) {
		t.Errorf("no cell of the scratch tab has %v, want only %v to be missing", got, want)
	}
}
