package googletest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Snapshot is a copy of all that a spreadsheet holds, for comparing. Tabs go by their
// ids, cells by their names. It does not change any more.
type Snapshot struct {
	Properties map[string]any
	Tabs       map[int]Tab
	Metadata   []map[string]any
	Comments   []map[string]any
}

// Tab is a tab in a Snapshot.
type Tab struct {
	Title      string
	Index      int
	Properties map[string]any            // without the index
	Cells      map[string]map[string]any // "B3" → CellData, as far as a user can enter it
	Rows       map[int]map[string]any    // from 0; only those that are not as usual
	Columns    map[int]map[string]any
	Merges     []string // in A1 notation
	Rules      []map[string]any
	Protected  []map[string]any
	Filter     map[string]any
	Charts     []map[string]any
	Anchors    []map[string]any // of comments
}

// Snapshot returns what a spreadsheet holds now. That there is none is a mistake of the
// test, and panics.
func (s *Server) Snapshot(id string) Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.books[id]
	if b == nil {
		panic("googletest: no spreadsheet " + id)
	}
	b = b.clone()
	shot := Snapshot{Properties: b.Properties, Tabs: map[int]Tab{}, Metadata: b.Metadata, Comments: b.Comments}
	for i, s := range b.Sheets {
		t := Tab{Title: s.title(), Index: i, Properties: s.Properties, Cells: map[string]map[string]any{},
			Rows: s.Rows, Columns: s.Columns, Rules: s.Rules, Protected: s.Protected, Filter: s.Filter,
			Charts: s.Charts, Anchors: s.Anchors}
		for at, cell := range s.Cells {
			t.Cells[at.String()] = cell
		}
		for _, m := range s.Merges {
			t.Merges = append(t.Merges, cellName(m.From.Row, m.From.Column)+":"+cellName(m.To.Row-1, m.To.Column-1))
		}
		slices.Sort(t.Merges)
		shot.Tabs[s.id()] = t
	}
	return shot
}

// Diff lists where two snapshots differ, one line each: the place, what was, what is.
// The order of the list is that of the places.
func Diff(before, after Snapshot) []string {
	var lines []string
	diff("", plain(before), plain(after), &lines)
	return lines
}

// plain is a value as maps and lists, which are walked alike.
func plain(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	out, err := decodeJSON(text)
	if err != nil {
		return fmt.Sprint(v)
	}
	return out
}

func diff(at string, before, after any, lines *[]string) {
	old, wasMap := before.(map[string]any)
	now, isMap := after.(map[string]any)
	if wasMap && isMap {
		keys := sortedKeys(old)
		for key := range now {
			if _, ok := old[key]; !ok {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			diff(at+"/"+key, old[key], now[key], lines)
		}
		return
	}
	was, is := shownJSON(before), shownJSON(after)
	if was != is {
		*lines = append(*lines, fmt.Sprintf("%s: %s → %s", at, was, is))
	}
}

func shownJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
