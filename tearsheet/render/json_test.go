package render_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render"
	"tearsheet/tearsheet/render/rendertest"
)

// numbers are the fields that are null where a number is unknown.
var numbers = []string{"actual", "plan", "variance", "variance_percent", "was", "daily"}

// nulls lists the fields of a JSON value that are null.
func nulls(value any, at string) (list []string) {
	switch value := value.(type) {
	case nil:
		return []string{at}
	case []any:
		for _, v := range value {
			list = append(list, nulls(v, at)...)
		}
	case map[string]any:
		for name, v := range value {
			list = append(list, nulls(v, name)...)
		}
	}
	return list
}

// A program may loop over any list of a document that was built, whatever it holds.
func TestJSONListsAreNeverNull(t *testing.T) {
	c, err := calendar.New("UTC", time.Monday)
	if err != nil {
		t.Fatal(err)
	}
	empty := tearsheet.Build(tearsheet.Inputs{Calendar: c, Last: c.WeekOf(calendar.DayOn(2026, 11, 15)),
		Registry: metrics.NewRegistry(nil, nil)})
	for name, doc := range map[string]*tearsheet.Document{"no metric": empty, "sample": rendertest.Sample()} {
		var value map[string]any
		if err := json.Unmarshal(rendered(t, render.JSON{}, doc), &value); err != nil {
			t.Fatal(err)
		}
		for _, field := range nulls(value, "document") {
			if !slices.Contains(numbers, field) {
				t.Errorf("%s: %s is null", name, field)
			}
		}
		for _, list := range []string{"off_plan", "restated", "sections", "definitions", "legend", "weeks", "trend"} {
			if _, ok := value[list].([]any); !ok {
				t.Errorf("%s: %s is %v", name, list, value[list])
			}
		}
	}
	// The check can fail.
	if got := fmt.Sprint(nulls(map[string]any{"rows": []any{map[string]any{"rules": nil}}}, "")); got != "[rules]" {
		t.Errorf("a null is found as %s", got)
	}
}
