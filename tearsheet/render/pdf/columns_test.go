package pdf_test

import (
	"math"
	"slices"
	"testing"

	"tearsheet/tearsheet"
	"tearsheet/tearsheet/render/pdf"
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
			slices.Sort(at) // words come in an order of reading, which columns may mislead
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

// Figures wider than their column take room from the names before they are set
// smaller; where names need theirs, figures give way.
func TestWideFiguresTakeTheRoomThatNamesLeave(t *testing.T) {
	height := func(spoil func(*tearsheet.Document)) float64 {
		doc := rendertest.Sample()
		cell := &doc.Sections[2].Rows[0].Cells[4]
		cell.ActualText, cell.PlanText = "1,037.43", "11,040.05"
		spoil(doc)
		for _, w := range words(t, file(t, pdf.Letter, doc))[0].Words {
			if w.Text == cell.ActualText {
				return w.Bottom - w.Top
			}
		}
		t.Fatalf("%s is not on the page", cell.ActualText)
		return 0
	}
	usual := height(func(doc *tearsheet.Document) { doc.Sections[2].Rows[0].Cells[4].PlanText = "40.05" })
	if got := height(func(*tearsheet.Document) {}); got != usual {
		t.Errorf("beside short names the figure is %.2f points high, others %.2f", got, usual)
	}
	crowded := height(func(doc *tearsheet.Document) {
		doc.Sections[0].Rows[0].Title = "Page views of visitors who came twice or more in a week"
	})
	if crowded >= usual {
		t.Errorf("beside a name that needs its column the figure is %.2f points high, others %.2f", crowded, usual)
	}
}
