package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"tearsheet/internal/sqltext"
)

// Hash identifies what decides the rows of an asset: its statement, its columns and
// checks, and how it is made of its parents. Another wording of a description, another
// comment, and other blanks and line breaks between the words of a statement change
// nothing.
func (a *Asset) Hash() string {
	h := sha256.New()
	part := func(text string) { fmt.Fprintf(h, "%d:%s\n", len(text), text) }
	part(a.bare(a.SQL))
	part(fmt.Sprint(a.Whole))
	for _, c := range a.Columns {
		part(c.Name + " " + c.Type.String())
	}
	for _, d := range a.Depends {
		part(fmt.Sprintf("%s %s %d", d.Asset, d.Mapping, d.Days))
	}
	for _, c := range a.Checks {
		part(fmt.Sprintf("%s %s %d", c.Name, a.bare(c.Query), c.Want))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// bare returns what counts of a statement of the asset: it is asked for each day, and
// known of those that were read from its file.
func (a *Asset) bare(statement string) string {
	if known, ok := a.bares[statement]; ok {
		return known
	}
	return bare(statement)
}

// bare returns a statement without its comments, and with one blank wherever there was
// any. A blank that is put in, or taken away, is a change: between some signs it
// decides what they mean; and between two texts a line break does, which makes one of
// them. A text that cannot be cut into tokens stays as it is.
func bare(statement string) string {
	tokens, err := sqltext.Lex(statement)
	if err != nil {
		return statement
	}
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 && tokens[i-1].End < t.At {
			between := " "
			if t.Kind == sqltext.String && tokens[i-1].Kind == sqltext.String && strings.ContainsAny(statement[tokens[i-1].End:t.At], "\r\n") {
				between = "\n"
			}
			b.WriteString(between)
		}
		b.WriteString(t.Text)
	}
	return b.String()
}
