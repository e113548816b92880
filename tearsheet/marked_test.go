package tearsheet_test

import (
	"slices"
	"testing"

	"tearsheet/metrics"
	"tearsheet/tearsheet"
)

// marked is a document with rows of one team: by name, mark and percentage.
func marked(rows ...tearsheet.Row) *tearsheet.Document {
	return &tearsheet.Document{Sections: []tearsheet.Section{{Title: "Web", Rows: rows[:1]}, {Title: "Mobile", Rows: rows[1:]}}}
}

func markedRow(name string, mark tearsheet.Mark, percent metrics.Value, variance string) tearsheet.Row {
	return tearsheet.Row{Metric: name, Mark: mark, Variance: variance, Cells: []tearsheet.Cell{{Percent: percent}}}
}

func TestMarkedGivesTheWorstFirstAndEqualOnesInOrder(t *testing.T) {
	doc := marked(
		markedRow("small", tearsheet.Watch, metrics.Int(-2), "−2.0"),
		markedRow("large", tearsheet.Watch, metrics.Int(4), "+4.0"),
		markedRow("other", tearsheet.Behind, metrics.Int(-9), "−9.0"),
		markedRow("equal", tearsheet.Watch, metrics.Int(2), "+2.0"),
	)
	var got []string
	for _, line := range doc.Marked(tearsheet.Watch) {
		got = append(got, line.Metric+" "+line.Team+" "+line.Off)
	}
	if want := []string{"large Mobile +4.0%", "small Web −2.0%", "equal Mobile +2.0%"}; !slices.Equal(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
	if lines := doc.Marked(tearsheet.Ahead); len(lines) > 0 {
		t.Errorf("nothing is ahead, and it gives %v", lines)
	}
}

// A variance that is no percentage keeps its words, and such rows come in order.
func TestMarkedPutsNoPercentSignOnWords(t *testing.T) {
	doc := marked(
		markedRow("a", tearsheet.NoPlan, metrics.Value{}, "no plan"),
		markedRow("b", tearsheet.NoPlan, metrics.Value{}, "−12 abs"),
		markedRow("c", tearsheet.NoPlan, metrics.Int(3), "+3 abs"),
	)
	var got []string
	for _, line := range doc.Marked(tearsheet.NoPlan) {
		got = append(got, line.Off)
	}
	if want := []string{"+3 abs", "no plan", "−12 abs"}; !slices.Equal(got, want) {
		t.Errorf("variances %q, want %q", got, want)
	}
}
