package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tearsheet/calendar"
	"tearsheet/metrics"
	"tearsheet/plan"
)

func TestDaysOfAPeriodAddUpToItsTotalExactly(t *testing.T) {
	o := options(t)
	revenue := o.Registry.Metric("revenue")
	rapid.Check(t, func(rt *rapid.T) {
		first := calendar.Month{Year: rapid.IntRange(1900, 2100).Draw(rt, "year"), Month: time.January}
		first = first.Add(3 * rapid.IntRange(0, 3).Draw(rt, "quarter"))
		last, name := first, first.String()
		if rapid.Bool().Draw(rt, "whole quarter") {
			last, name = first.Add(2), fmt.Sprintf("%d-Q%d", first.Year, int(first.Month)/3+1)
		}
		cents := rapid.Int64Range(-1e12, 1e12).Draw(rt, "cents")
		total := metrics.Int(cents).Div(metrics.Int(100))
		p, err := plan.Parse("plan.csv", []byte("metric,period,value\nrevenue,"+name+","+total.Decimal()), o)
		if err != nil {
			rt.Fatal(err)
		}
		sum := metrics.Int(0)
		for d := first.First(); d <= last.Last(); d++ {
			sum = sum.Add(p.Day(revenue, d))
		}
		if !sum.Equal(total) {
			rt.Errorf("days of %s add up to %s, not %s", name, sum, total)
		}
		if p.Day(revenue, first.First()-1).Known() || p.Day(revenue, last.Last()+1).Known() {
			rt.Error("a day outside the period has a plan")
		}
	})
}

// The finest period is found here by trying all that are planned, shortest first,
// in their written form; no code of the package takes part in it.
func TestTheFinestPeriodHoldsOnEveryDay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := options(t)
		o.Calendar = company(t, time.Weekday(rapid.IntRange(0, 6).Draw(rt, "week starts")))
		start := calendar.DayOn(2027, time.January, 1)
		planned := map[string]int{}
		text := "metric,period,value\n"
		for i := range rapid.IntRange(1, 40).Draw(rt, "figures") {
			d := start.Add(rapid.IntRange(0, 400).Draw(rt, "day"))
			name := names(o.Calendar, d)[rapid.IntRange(0, 2).Draw(rt, "kind")]
			if _, twice := planned[name]; !twice {
				planned[name] = i
				text += fmt.Sprintf("likes,%s,%d\n", name, i)
			}
		}
		p, err := plan.Parse("plan.csv", []byte(text), o)
		if err != nil {
			rt.Fatal(err)
		}
		for d := start; d < start+400; d++ {
			want := metrics.Value{}
			for _, name := range names(o.Calendar, d) {
				if i, ok := planned[name]; ok {
					want = metrics.Int(int64(i))
					break
				}
			}
			if got := p.Day(o.Registry.Metric("likes"), d); !got.Equal(want) {
				rt.Fatalf("%s: got %s, want %s", d, got, want)
			}
		}
	})
}

// names are the periods of d as a plan writes them, the shortest first.
func names(c calendar.Calendar, d calendar.Day) []string {
	year, month, _ := d.Date()
	ends := d
	for ends.Add(1).Weekday() != c.WeekStarts() {
		ends++
	}
	return []string{ends.String(), fmt.Sprintf("%04d-%02d", year, month), fmt.Sprintf("%04d-Q%d", year, (month-1)/3+1)}
}

func TestHashDependsOnFiguresAndNotOnLayout(t *testing.T) {
	o := options(t)
	wide := "metric,2026-10,2026-11\nlikes,10,20\nrevenue,1000,\n"
	same := []string{
		"metric,period,value\nrevenue,2026-10,1000\nlikes,2026-11,20\nlikes,2026-10,10\n",
		"Master plan 2026,,\n\n metric ,2026-11,2026-10,,\r\nlikes,20.0,10,,\r\n\r\nrevenue,,1e3,,\r\n",
		"metric;is;2026-10;2026-11\nlikes;daily;10;20\nrevenue;total;1000;\n",
	}
	hash := parse(t, o, wide).Label().Hash
	for _, text := range same {
		if got := parse(t, o, text).Label().Hash; got != hash {
			t.Errorf("the hash changed with the layout of %q", text)
		}
	}
	for _, text := range []string{
		strings.Replace(wide, "20", "21", 1),
		strings.Replace(wide, "1000", "", 1),
		strings.Replace(wide, "2026-11", "2026-12", 1),
		"metric,is,2026-10,2026-11\nlikes,total,10,20\nrevenue,total,1000,\n",
	} {
		if got := parse(t, o, text).Label().Hash; got == hash {
			t.Errorf("E06: the hash did not change with the figures of %q", text)
		}
	}
}

func FuzzParseCSV(f *testing.F) {
	f.Add("metric,2026-10\nlikes,10")
	f.Add("metric;period;value\nlikes;2026-11-15;\"1,234\"")
	f.Add("\xef\xbb\xbfmetric,version,is,period,value\r\n\"li\nkes\",v1,total,2026-Q4,-1e9")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := plan.Parse("plan.csv", []byte(text), options(t))
		if (p == nil) == (err == nil) {
			t.Errorf("plan %v and error %v", p, err)
		}
	})
}

func FuzzParseXLSX(f *testing.F) {
	w := newWorkbook(f).rows([]any{"metric", "is", "2026-10", date(11, 15)}, []any{"likes", "daily", 1.5, "1,234"})
	f.Add(w.bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := plan.Parse("plan.xlsx", data, options(t))
		if (p == nil) == (err == nil) {
			t.Errorf("plan %v and error %v", p, err)
		}
	})
}

// The parts of a workbook are compressed, so that changes of its bytes hardly
// reach them; here the sheet itself is changed.
func FuzzSheet(f *testing.F) {
	whole := newWorkbook(f).rows([]any{"metric", "is", "2026-10", date(11, 15)}, []any{"likes", "daily", 1.5, "1,234"}).bytes()
	rewrite(f, whole, "xl/worksheets/sheet1.xml", func(sheet string) string {
		f.Add(sheet)
		return sheet
	})
	f.Fuzz(func(t *testing.T, sheet string) {
		data := rewrite(t, whole, "xl/worksheets/sheet1.xml", func(string) string { return sheet })
		p, err := plan.Parse("plan.xlsx", data, options(t))
		if (p == nil) == (err == nil) {
			t.Errorf("plan %v and error %v", p, err)
		}
	})
}
