package graphpage

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// grown is a graph of so many nodes, each made of a few before it.
func grown(n int, seed uint64) Page {
	r := rand.New(rand.NewPCG(seed, 1))
	var p Page
	for i := range n {
		p.Nodes = append(p.Nodes, Node{Name: fmt.Sprintf("t%03d", i)})
		for range r.IntN(4) {
			if i > 0 {
				p.Edges = append(p.Edges, Edge{From: fmt.Sprintf("t%03d", r.IntN(i)), To: fmt.Sprintf("t%03d", i)})
			}
		}
	}
	return p
}

func TestParentsStandLeftAndNothingOverlaps(t *testing.T) {
	for seed := range uint64(40) {
		p := grown(1+int(seed)*2, seed)
		if fault := wrong(p, layOut(p)); fault != "" {
			t.Errorf("seed %d: %s", seed, fault)
		}
	}
}

// wrong says what is the matter with a layout, or "".
func wrong(p Page, l plan) string {
	for i, e := range p.Edges {
		route := l.routes[i]
		if route == nil || p.Nodes[route[0].node].Name != e.From || p.Nodes[route[len(route)-1].node].Name != e.To {
			return fmt.Sprintf("edge %v is drawn elsewhere", e)
		}
		for k := 1; k < len(route); k++ {
			if route[k].layer != route[k-1].layer+1 {
				return fmt.Sprintf("edge %v leaps over a layer, or goes back", e)
			}
		}
	}
	for _, layer := range l.layers {
		for k, s := range layer {
			if s.y-s.height()/2 < 0 || s.y+s.height()/2 > l.height {
				return fmt.Sprintf("slot at %d lies outside 0 to %d", s.y, l.height)
			}
			if k > 0 && s.y-layer[k-1].y < (s.height()+layer[k-1].height())/2 {
				return fmt.Sprintf("slots at %d and %d overlap", layer[k-1].y, s.y)
			}
		}
	}
	return ""
}

// Negative control: a layout that was spoilt is seen.
func TestSpoiltLayoutIsSeen(t *testing.T) {
	p := grown(30, 3)
	l := layOut(p)
	l.layers[0][1].y = l.layers[0][0].y
	if wrong(p, l) == "" {
		t.Error("two nodes in one place were not seen")
	}
}

// The layout has no more crossings than the order of names has.
func TestOrderLessensCrossings(t *testing.T) {
	total, before := 0, 0
	for seed := range uint64(10) {
		p := grown(30, seed)
		l := layOut(p)
		total += l.crossings()
		for _, layer := range l.layers {
			byName := layer[:0:0]
			for _, s := range layer { // nodes by name, then points, as they were put
				if s.node >= 0 {
					byName = append(byName, s)
				}
			}
			for _, s := range layer {
				if s.node < 0 {
					byName = append(byName, s)
				}
			}
			copy(layer, byName)
		}
		before += l.crossings()
	}
	t.Logf("crossings of ten graphs: %d, unsorted %d", total, before)
	if total >= before {
		t.Errorf("%d crossings, unsorted %d", total, before)
	}
}

// A circle, a table made of itself and a parent that is not there draw no edge and do
// no harm.
func TestFaultyGraphIsDrawn(t *testing.T) {
	p := Page{Nodes: []Node{{Name: "a"}, {Name: "b"}, {Name: "c"}}, Edges: []Edge{{From: "a", To: "b"}, {From: "b", To: "a"}, {From: "c", To: "c"}, {From: "nowhere", To: "a"}}}
	l := layOut(p)
	drawn := 0
	for _, route := range l.routes {
		if route != nil {
			drawn++
		}
	}
	if drawn != 1 {
		t.Errorf("%d edges are drawn, want 1", drawn)
	}
}

func TestNumbersForReaders(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1.00 k", 9_994: "9.99 k", 9_996: "10.0 k", 999_400: "999 k", 999_600: "1.00 M", 228_401_377: "228 M", 4_120_833_905: "4.12 bn"} {
		if got := compact(n); got != want {
			t.Errorf("compact(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "", 400 * time.Millisecond: "0.4 s", 48 * time.Second: "48 s", 192 * time.Second: "3 min 12 s", 125 * time.Minute: "2 h 5 min", 59_700 * time.Millisecond: "1 min 0 s"} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func BenchmarkLayoutOf200Tables(b *testing.B) {
	p := grown(200, 7)
	for b.Loop() {
		layOut(p)
	}
}
