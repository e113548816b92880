package sqltext

import "strings"

// cte is a name that WITH gives to a subquery, and the tokens over which it
// covers a table of the same name.
type cte struct {
	name     string
	from, to int
}

func (c cte) covers(name string, at int) bool {
	return strings.EqualFold(c.name, name) && c.from <= at && at < c.to
}

// ctesOf finds the CTEs of a statement and of its subqueries. A CTE is known from
// its end on, as far as its WITH reaches; a recursive one knows itself.
func ctesOf(tokens []Token) []cte {
	var all []cte
	for i, t := range tokens {
		if t.Word() != "with" || i > 0 && !tokens[i-1].Is("(") {
			continue
		}
		end := len(tokens)
		if i > 0 {
			if closes := Closing(tokens[i-1:]); closes >= 0 {
				end = i - 1 + closes
			}
		}
		found, _ := parseCTEs(tokens[i:])
		for _, c := range found {
			all = append(all, cte{c.name, i + c.from, end})
		}
	}
	return all
}

// AfterCTEs returns the index of what follows the CTEs after the WITH that tokens
// begin with.
func AfterCTEs(tokens []Token) int {
	_, end := parseCTEs(tokens)
	return end
}

// parseCTEs reads the CTEs after the WITH that tokens begin with and returns the
// index of what follows them. Each is known from the index from on.
func parseCTEs(tokens []Token) (found []cte, end int) {
	i, recursive := 1, false
	if i < len(tokens) && tokens[i].Word() == "recursive" {
		i, recursive = i+1, true
	}
	for i < len(tokens) && tokens[i].Named() {
		c := cte{name: Fold(tokens[i]), from: i}
		for i++; i < len(tokens); i++ {
			if !tokens[i].Is("(") {
				continue
			}
			isBody := tokens[i-1].Word() == "as" || tokens[i-1].Word() == "materialized"
			closes := Closing(tokens[i:])
			if closes < 0 {
				return found, len(tokens)
			}
			i += closes
			if isBody {
				break
			}
		}
		i++
		if !recursive {
			c.from = i
		}
		found = append(found, c)
		if i >= len(tokens) || !tokens[i].Is(",") {
			return found, i
		}
		i++
	}
	return found, i
}

// Closing returns the index of the parenthesis that closes the one tokens begin
// with, or -1.
func Closing(tokens []Token) int {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.Is("("):
			depth++
		case t.Is(")"):
			depth--
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}
