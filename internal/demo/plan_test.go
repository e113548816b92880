package demo_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"go.yaml.in/yaml/v4"

	starter "tearsheet"
	"tearsheet/internal/demo"
)

// registry is metrics.yaml, read without any rule of its own.
func registry(t *testing.T) []map[string]any {
	t.Helper()
	var file struct{ Metrics []map[string]any }
	for _, f := range starter.Files() {
		if f.Name == "metrics.yaml" {
			if err := yaml.Unmarshal(f.Text, &file); err != nil {
				t.Fatal(err)
			}
		}
	}
	return file.Metrics
}

func TestPlanHasAFigureForEveryPlannedMetricAndMonth(t *testing.T) {
	text, err := demo.Plan()
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Plan", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	head := slices.IndexFunc(rows, func(row []string) bool { return len(row) > 0 && row[0] == "metric" })
	if want := "metric version is 2026-05 2026-06 2026-07 2026-08 2026-09 2026-10 2026-11 2026-12"; strings.Join(rows[head], " ") != want {
		t.Errorf("header is %v, want %s", rows[head], want)
	}
	var planned, wanted []string
	for _, row := range rows[head+1:] {
		planned = append(planned, row[0])
		for i, figure := range row[3:] {
			if digits := strings.Trim(strings.ReplaceAll(figure, ".", ""), "0"); len(digits) > 3 || digits == "" {
				t.Errorf("%s, %s: %s has not three digits", row[0], rows[head][3+i], figure)
			}
		}
		if len(row) != len(rows[head]) {
			t.Errorf("%s has %d cells", row[0], len(row))
		}
	}
	shown := 0
	for _, metric := range registry(t) {
		if metric["supporting"] == true {
			continue
		}
		if shown++; metric["plan"] != "none" {
			wanted = append(wanted, metric["name"].(string))
		}
	}
	if !slices.Equal(planned, wanted) {
		t.Errorf("the plan has %v, want %v", planned, wanted)
	}
	if shown != 40 || len(wanted) != 39 {
		t.Errorf("%d metrics are shown, %d planned", shown, len(wanted))
	}
}

// A short metric reads columns that its table has.
func TestMetricsReadColumnsThatAreThere(t *testing.T) {
	tables := assets(t)
	for _, metric := range registry(t) {
		table, short := metric["from"].(string)
		if !short {
			continue
		}
		if tables[table] == nil {
			t.Errorf("%v: no table %s", metric["name"], table)
			continue
		}
		known := append(strings.Fields("count distinct sum avg is not null and in nil"), tables[table].Table().ColumnNames()...)
		words := strings.FieldsFunc(withoutStrings(fmt.Sprint(metric["measure"], " ", metric["where"])), func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
		for _, word := range words {
			if !slices.Contains(known, word) {
				t.Errorf("%v: %s has no column %s", metric["name"], table, word)
			}
		}
	}
}

// withoutStrings takes 'quoted' text out of an expression.
func withoutStrings(expression string) string {
	var kept strings.Builder
	for i, part := range strings.Split(expression, "'") {
		if i%2 == 0 {
			kept.WriteString(part)
		}
	}
	return kept.String()
}
