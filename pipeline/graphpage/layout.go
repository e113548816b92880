package graphpage

import (
	"cmp"
	"slices"
)

// The measures of the drawing, in pixels.
const (
	nodeHeight = 58
	nodeGap    = 14
	passHeight = 8 // of an edge that passes a layer
	layerGap   = 92
	margin     = 4
	portGap    = 13 // between the ends of edges at a node
	sweeps     = 12
	mostVoid   = 26 // between what stands above and below, in all layers
)

// slot is a place in a layer: a node, or a point that an edge passes.
type slot struct {
	node           int // in Page.Nodes, or -1
	layer          int
	y              int // of its middle
	before, behind []*slot
}

func (s *slot) height() int {
	if s.node < 0 {
		return passHeight
	}
	return nodeHeight
}

// plan is where everything stands: nodes in layers, each right of all that it is made
// of, in an order with few crossings.
type plan struct {
	layers [][]*slot
	nodes  []*slot   // by their place in Page.Nodes
	routes [][]*slot // by edge: its parent, what it passes, its child; nil if it is not drawn
	height int
}

// layOut places the nodes of a page. It is the same for the same page; the states
// change nothing.
func layOut(p Page) plan {
	names := map[string]int{}
	for i, n := range p.Nodes {
		names[n.Name] = i
	}
	l := plan{nodes: make([]*slot, len(p.Nodes)), routes: make([][]*slot, len(p.Edges))}
	for i, layer := range layersOf(p, names) {
		l.nodes[i] = &slot{node: i, layer: layer}
		l.put(l.nodes[i])
	}
	for i, e := range p.Edges {
		from, ok := names[e.From]
		to, known := names[e.To]
		if ok && known && l.nodes[from].layer < l.nodes[to].layer {
			l.routes[i] = l.route(l.nodes[from], l.nodes[to])
		}
	}
	l.order()
	l.settle()
	return l
}

func (l *plan) put(s *slot) {
	for len(l.layers) <= s.layer {
		l.layers = append(l.layers, nil)
	}
	l.layers[s.layer] = append(l.layers[s.layer], s)
}

// route leads an edge through the layers between its ends.
func (l *plan) route(from, to *slot) []*slot {
	route := []*slot{from}
	for layer := from.layer + 1; layer < to.layer; layer++ {
		pass := &slot{node: -1, layer: layer}
		l.put(pass)
		route = append(route, pass)
	}
	route = append(route, to)
	for i := 1; i < len(route); i++ {
		route[i-1].behind = append(route[i-1].behind, route[i])
		route[i].before = append(route[i].before, route[i-1])
	}
	return route
}

// layersOf gives each node the layer right of its rightmost parent. An edge of a circle
// is passed over; a graph without faults has none.
func layersOf(p Page, names map[string]int) []int {
	parents := make([][]int, len(p.Nodes))
	for _, e := range p.Edges {
		from, ok := names[e.From]
		if to, known := names[e.To]; ok && known {
			parents[to] = append(parents[to], from)
		}
	}
	const under = -2
	layers := make([]int, len(p.Nodes))
	for i := range layers {
		layers[i] = -1
	}
	var walk func(i int) int
	walk = func(i int) int {
		if layers[i] == -1 {
			layers[i] = under
			layer := 0
			for _, parent := range parents[i] {
				if at := walk(parent); at >= 0 {
					layer = max(layer, at+1)
				}
			}
			layers[i] = layer
		}
		return layers[i]
	}
	for i := range layers {
		walk(i)
	}
	return layers
}

// order sorts each layer by where the neighbours stand, to and fro, and keeps the order
// with the fewest crossings.
func (l *plan) order() {
	best, least := l.copied(), l.crossings()
	for sweep := range sweeps {
		for i := range l.layers {
			if sweep%2 == 0 {
				l.sortBy(i, func(s *slot) []*slot { return s.before })
			} else {
				l.sortBy(len(l.layers)-1-i, func(s *slot) []*slot { return s.behind })
			}
		}
		if n := l.crossings(); n < least {
			best, least = l.copied(), n
		}
	}
	l.layers = best
}

func (l *plan) copied() [][]*slot {
	layers := make([][]*slot, len(l.layers))
	for i := range layers {
		layers[i] = slices.Clone(l.layers[i])
	}
	return layers
}

// places numbers the slots of all layers.
func (l *plan) places() map[*slot]int {
	places := map[*slot]int{}
	for _, layer := range l.layers {
		for i, s := range layer {
			places[s] = i
		}
	}
	return places
}

// sortBy sorts a layer by the mean place of neighbours. Who has none keeps his place.
func (l *plan) sortBy(layer int, neighbours func(*slot) []*slot) {
	places := l.places()
	mean := func(s *slot) (sum, of int) {
		for _, n := range neighbours(s) {
			sum += places[n]
		}
		if of = len(neighbours(s)); of == 0 {
			return places[s], 1
		}
		return sum, of
	}
	slices.SortStableFunc(l.layers[layer], func(a, b *slot) int {
		x, of := mean(a)
		y, from := mean(b)
		return cmp.Compare(x*from, y*of)
	})
}

// crossings counts how often edges between neighbouring layers cross.
func (l *plan) crossings() int {
	places, count := l.places(), 0
	for _, layer := range l.layers {
		var ends []int // of the edges of the slots so far
		for _, s := range layer {
			for _, to := range s.behind {
				for _, end := range ends {
					if end > places[to] {
						count++
					}
				}
			}
			for _, to := range s.behind {
				ends = append(ends, places[to])
			}
		}
	}
	return count
}

// settle gives each slot its height: near its neighbours, and apart from the others of
// its layer.
func (l *plan) settle() {
	for _, layer := range l.layers {
		y := 0
		for _, s := range layer {
			s.y = y + s.height()/2
			y += s.height() + nodeGap
		}
	}
	for sweep := range sweeps {
		for i := range l.layers {
			layer, neighbours := l.layers[i], func(s *slot) []*slot { return s.before }
			if sweep%2 == 0 {
				layer, neighbours = l.layers[len(l.layers)-1-i], func(s *slot) []*slot { return s.behind }
			}
			spread(layer, neighbours)
		}
	}
	l.height = closeUp(slices.Concat(l.layers...))
}

// closeUp moves all slots up to the upper margin, and up where nothing stands between
// them and others in any layer, and returns the height of all.
func closeUp(slots []*slot) int {
	slices.SortStableFunc(slots, func(a, b *slot) int { return cmp.Compare(a.y-a.height()/2, b.y-b.height()/2) })
	bottom, shift := margin, 0
	for i, s := range slots {
		top := s.y - s.height()/2 - shift
		if i == 0 {
			shift = top - margin
		} else if top > bottom+mostVoid {
			shift += top - bottom - mostVoid
		}
		s.y -= shift
		bottom = max(bottom, s.y+s.height()/2)
	}
	return bottom + margin
}

// block is slots that touch each other.
type block struct{ sum, n int }

// spread moves the slots of a layer as near to the middle of their neighbours as their
// order and their heights allow, with the least sum of squares.
func spread(layer []*slot, neighbours func(*slot) []*slot) {
	var blocks []block
	offsets := make([]int, len(layer))
	for i, s := range layer {
		if i > 0 {
			offsets[i] = offsets[i-1] + (layer[i-1].height()+s.height())/2 + nodeGap
		}
		wish := s.y
		if near := neighbours(s); len(near) > 0 {
			wish = 0
			for _, n := range near {
				wish += n.y
			}
			wish /= len(near)
		}
		blocks = append(blocks, block{wish - offsets[i], 1})
		for k := len(blocks) - 1; k > 0 && blocks[k-1].sum*blocks[k].n > blocks[k].sum*blocks[k-1].n; k-- {
			blocks[k-1] = block{blocks[k-1].sum + blocks[k].sum, blocks[k-1].n + blocks[k].n}
			blocks = blocks[:k]
		}
	}
	i := 0
	for _, b := range blocks {
		for range b.n {
			layer[i].y = b.sum/b.n + offsets[i]
			i++
		}
	}
}
