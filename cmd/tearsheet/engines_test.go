package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tearsheet/internal/demo"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/warehouse/warehousetest"
)

// The example company, loaded by the same files into either engine, gives the same
// sheet: forty metrics in both forms and all rolls.
func TestBothEnginesGiveTheSameSheet(t *testing.T) {
	dir := t.TempDir()
	if err := demo.WriteData(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := writeStarter(dir); err != nil {
		t.Fatal(err)
	}
	week := demo.Last().String()
	embedded := sheetOf(t, dir, week)

	setWarehouse(t, dir, warehousetest.Postgres(t))
	served := sheetOf(t, dir, week)
	for _, difference := range differences(embedded, served) {
		t.Error(difference)
	}

	// The control: one figure that differs is found.
	served.Sections[0].Rows[0].Cells[2].Actual = metrics.Int(1)
	if found := differences(embedded, served); len(found) != 1 {
		t.Errorf("with one altered figure there are the differences %q", found)
	}
}

// setWarehouse moves a project to another warehouse and a fresh store.
func setWarehouse(t *testing.T, dir, url string) {
	t.Helper()
	path := filepath.Join(dir, configName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "duckdb:warehouse.duckdb ", url+" ", 1)
	changed = strings.Replace(changed, ".tearsheet/store.sqlite", ".tearsheet/other.sqlite", 1)
	if changed == string(text) {
		t.Fatal("the project names no warehouse that could be replaced")
	}
	if err := os.WriteFile(path, []byte(changed), 0o640); err != nil {
		t.Fatal(err)
	}
}

// sameMean reports whether two figures differ by no more than the last digit of a
// float64, in which engines hand over an average: 14 digits agree.
func sameMean(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && math.Abs(x-y) <= 1e-14*math.Abs(x)
}

// differences compares the figures of two sheets of the same registry.
func differences(a, b *tearsheet.Document) []string {
	var found []string
	for i, section := range a.Sections {
		for j, row := range section.Rows {
			for k, cell := range row.Cells {
				other := b.Sections[i].Rows[j].Cells[k]
				if !sameMean(cell.Actual.Decimal(), other.Actual.Decimal()) || cell.Coverage != other.Coverage {
					found = append(found, fmt.Sprintf("%s, week to %s: %s (%s) and %s (%s)", row.Metric, cell.Week,
						cell.Actual.Decimal(), cell.Coverage, other.Actual.Decimal(), other.Coverage))
				}
			}
		}
	}
	return found
}
