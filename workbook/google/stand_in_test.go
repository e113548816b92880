package google

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tearsheet/workbook"
	"tearsheet/workbook/google/googletest"
)

// desk is a stand-in with a spreadsheet, a client that may write there, and a clock that
// only waiting moves.
type desk struct {
	*googletest.Server
	t      *testing.T
	id     string
	client *Client
	clock  *watch
	says   []string
}

type watch struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func (w *watch) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *watch) sleep(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
	w.slept = append(w.slept, d)
	return ctx.Err()
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	return newDeskWith(t, googletest.Options{})
}

func newDeskWith(t *testing.T, o googletest.Options) *desk {
	t.Helper()
	d := &desk{t: t, clock: &watch{now: time.Now()}}
	o.Now = d.clock.time
	server, err := googletest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	d.Server = server
	t.Cleanup(func() { server.Close() })
	d.id = server.Create("Executive metrics")
	server.Share(d.id, googletest.Account, googletest.Editor)
	d.client = d.open(time.Minute)
	return d
}

func (d *desk) open(timeout time.Duration) *Client {
	d.t.Helper()
	return d.openFor(d.URL, timeout)
}

// openAt opens a client that calls another address than that of the stand-in.
func (d *desk) openAt(endpoint string) *Client {
	d.t.Helper()
	return d.openFor(endpoint, time.Minute)
}

func (d *desk) openFor(endpoint string, timeout time.Duration) *Client {
	d.t.Helper()
	key, err := d.KeyFile(d.t.TempDir())
	if err != nil {
		d.t.Fatal(err)
	}
	client, err := Open(d.t.Context(), Options{Credentials: key, Endpoint: endpoint, Clock: d.clock.time, Sleep: d.clock.sleep,
		Rand: func() float64 { return .5 }, Say: func(text string) { d.says = append(d.says, text) }, Timeout: timeout})
	if err != nil {
		d.t.Fatal(err)
	}
	return client
}

func (d *desk) write(book *workbook.Book) Written {
	d.t.Helper()
	done, err := d.client.Write(d.t.Context(), d.id, "sheet", book, WriteOptions{})
	if err != nil {
		d.t.Fatal(err)
	}
	return done
}

// calls counts the calls of a kind so far.
func (d *desk) calls(kind googletest.Kind) int {
	n := 0
	for _, c := range d.Calls() {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

func at(column, row int) workbook.Ref { return workbook.Ref{Column: column, Row: row} }

func area(column, row, toColumn, toRow int) workbook.Area {
	return workbook.Area{From: at(column, row), To: at(toColumn, toRow)}
}

// sampleBook is a small sheet with one of everything: metrics rows, of which each has a
// link, a note, a number and a sparkline; definitions; and data.
func sampleBook(metrics int, week float64) *workbook.Book {
	sheet := &workbook.Tab{Name: "Tearsheet", Cells: map[workbook.Ref]*workbook.Cell{}, Widths: map[int]float64{1: 3, 2: 26, 3: 12, 4: 14},
		Heights: map[int]float64{1: 27}, Frozen: at(3, 3), NoGrid: true, Merged: []workbook.Area{area(1, 1, 4, 1)}}
	definitions := &workbook.Tab{Name: "Definitions", Cells: map[workbook.Ref]*workbook.Cell{}, Widths: map[int]float64{1: 24, 2: 80}, Frozen: at(1, 2)}
	data := &workbook.Tab{Name: "Data", Cells: map[workbook.Ref]*workbook.Cell{}, Frozen: at(1, 2)}
	sheet.Cells[at(1, 1)] = &workbook.Cell{Kind: workbook.Rich, Look: workbook.Look{Size: 17, Middle: true, Under: workbook.ThickLine},
		Runs: []workbook.Run{{Text: "Tearsheet ", Look: workbook.Look{Size: 17, Bold: true}}, {Text: "of 😀 Tuesday", Look: workbook.Look{Size: 9, Color: workbook.Grey}}}}
	for c, text := range []string{"", "Metric", "Week", "Trend"} {
		sheet.Cells[at(c+1, 2)] = &workbook.Cell{Kind: workbook.Text, Text: text, Look: workbook.Look{Size: 8, Color: workbook.Grey, Under: workbook.ThinLine, Wrap: c == 1}}
		definitions.Cells[at(c+1, 1)] = &workbook.Cell{Kind: workbook.Text, Text: text + " =1+1", Look: workbook.Look{Bold: true}}
	}
	data.Cells[at(1, 1)] = &workbook.Cell{Kind: workbook.Text, Text: "Metric"}
	for i := range metrics {
		row := 3 + i
		name := fmt.Sprintf("metric %d", i+1)
		mark := []string{"▼", "▽", ""}[i%3]
		under := workbook.Look{Under: workbook.Hairline, Middle: true}
		sheet.Cells[at(1, row)] = &workbook.Cell{Kind: workbook.Text, Text: mark, Look: under}
		sheet.Cells[at(2, row)] = &workbook.Cell{Kind: workbook.Text, Text: name, Look: workbook.Look{Under: workbook.Hairline, Middle: true, Shrink: true},
			Note: &workbook.Note{Title: name, Text: "what it counts", Source: "likes"}, Link: &workbook.Link{Tab: "Definitions", To: at(1, 2+i)}}
		sheet.Cells[at(3, row)] = &workbook.Cell{Kind: workbook.Number, Number: week + float64(i)/3,
			Look: workbook.Look{Format: `#,##0.0_ _ _6_/_7;"−"#,##0.0_ _ _6_/_7`, Align: "right", Fill: workbook.Band, Under: workbook.Hairline, Bold: true}}
		if i == 1 {
			sheet.Cells[at(3, row)] = &workbook.Cell{Kind: workbook.Text, Text: "no data", Look: workbook.Look{Format: "@_ _ _6_/_7", Align: "right", Fill: workbook.Band, Under: workbook.Hairline}}
		}
		sheet.Cells[at(4, row)] = &workbook.Cell{Look: under}
		sheet.Heights[row] = 16.5
		sheet.Sparks = append(sheet.Sparks, workbook.Spark{At: at(4, row), Tab: "Data", From: area(2, 2+i, 9, 2+i)})
		definitions.Cells[at(1, 2+i)] = &workbook.Cell{Kind: workbook.Text, Text: name, Look: workbook.Look{Mono: true}}
		definitions.Cells[at(2, 2+i)] = &workbook.Cell{Kind: workbook.Text, Text: "what it counts", Look: workbook.Look{Wrap: true, Indent: 1}}
		data.Cells[at(1, 2+i)] = &workbook.Cell{Kind: workbook.Text, Text: name}
		for k := range 8 {
			data.Cells[at(2+k, 2+i)] = &workbook.Cell{Kind: workbook.Number, Number: week * float64(k) / 7, Look: workbook.Look{Format: "#,##0.00"}}
		}
	}
	sheet.Rules = []workbook.Rule{{Area: area(2, 3, 3, 2+metrics), Column: 1, Is: "▼", Bold: true, Color: workbook.Accent},
		{Area: area(1, 3, 1, 2+metrics), Column: 1, Is: "▽", Bold: true}}
	data.Filter = &workbook.Area{From: at(1, 1), To: at(9, 1+metrics)}
	return &workbook.Book{Title: "Tearsheet", Tabs: []*workbook.Tab{sheet, definitions, data}}
}
