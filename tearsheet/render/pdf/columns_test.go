package pdf_test

import (
	"math"
	"testing"

	"tearsheet/tearsheet/render/rendertest"
)

// A sign hangs behind its number and a dash is a number too: whatever a row
// holds, its digits end under the head of their column.
func TestDigitsEndUnderTheHeadOfTheirColumn(t *testing.T) {
	doc := rendertest.Sample()
	for _, paper := range papers() {
		page := words(t, file(t, paper, doc))[0].Words
		ends := func(text string) (at []float64) { // of the words with this text, from left to right
			for _, w := range page {
				if w.Text == text {
					at = append(at, w.Right)
				}
			}
			return at
		}
		actual, plan := ends("Actual"), ends("Plan")
		if len(actual) != 5 || len(plan) != 5 {
			t.Fatalf("%s: heads end at %v and %v", paper, actual, plan)
		}
		standing := func(text string, under float64) (n int) {
			for _, at := range ends(text) {
				if math.Abs(at-under) < .1 {
					n++
				}
			}
			return n
		}
		for week := range doc.Weeks {
			actuals, plans := map[string]int{}, map[string]int{}
			for _, row := range rows(doc) {
				actuals[row.Cells[week].ActualText]++
				plans[row.Cells[week].PlanText]++
			}
			for text, n := range actuals {
				if got := standing(text, actual[week]); got != n {
					t.Errorf("%s, week %d: %d actuals %q under their head, want %d", paper, week+1, got, text, n)
				}
			}
			for text, n := range plans {
				if got := standing(text, plan[week]); got != n {
					t.Errorf("%s, week %d: %d plans %q under their head, want %d", paper, week+1, got, text, n)
				}
			}
		}
	}
}
