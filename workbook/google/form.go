package google

import (
	"fmt"
	"hash/fnv"
)

// form names the way in which this program writes tabs and sums up cells. It follows from
// how it would write a document that has one of everything: a build that writes any of it
// otherwise, or tells cells apart by something else, has another form. What differs in a tab
// of another form may be our own doing.
func form() string {
	all := wantedTabs(checkDocument, checkBook(), WriteOptions{})
	place(all, &standing{}, 0)
	fill(all)
	h := fnv.New64a()
	for _, w := range all {
		rows, columns := sums(w.faces)
		fmt.Fprintf(h, "%+v %s %x %x\n", w.faces, w.sum(), rows, columns)
		for i := range w.rows {
			fmt.Fprintln(h, pixels(true, w.Heights[i+1]))
		}
		for i := range w.columns {
			fmt.Fprintln(h, pixels(false, w.Widths[i+1]))
		}
		for _, rule := range w.Rules {
			fmt.Fprintln(h, ruleName(w.ruleOf(rule)))
		}
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
