package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Hash identifies what decides the rows of an asset: its statement, its columns and
// checks, and how it is made of its parents. Another wording of a description, and
// blanks at the ends of lines, change nothing.
func (a *Asset) Hash() string {
	h := sha256.New()
	part := func(text string) { fmt.Fprintf(h, "%d:%s\n", len(text), text) }
	for line := range strings.Lines(a.SQL) {
		part(strings.TrimRight(line, " \t\r\n"))
	}
	part(fmt.Sprint(a.Whole))
	for _, c := range a.Columns {
		part(c.Name + " " + c.Type.String())
	}
	for _, d := range a.Depends {
		part(fmt.Sprintf("%s %s %d", d.Asset, d.Mapping, d.Days))
	}
	for _, c := range a.Checks {
		part(fmt.Sprintf("%s %s %d", c.Name, c.Query, c.Want))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
