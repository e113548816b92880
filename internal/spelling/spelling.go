// Package spelling guesses which known word a person meant by an unknown one.
package spelling

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// DidYouMean returns ` (did you mean "x"?)` for the known word that is nearest to
// word, or "" if none is near.
func DidYouMean(word string, known []string) string {
	const longest = 100 // nothing longer was misspelt
	if len(word) > longest {
		return ""
	}
	best, nearest := "", utf8.RuneCountInString(word)/3+2
	for _, candidate := range known {
		if len(candidate) > 1 && strings.HasPrefix(strings.ToLower(word), strings.ToLower(candidate)) {
			best, nearest = candidate, 1
		}
		if len(candidate) > longest {
			continue
		}
		if d := distance(strings.ToLower(word), strings.ToLower(candidate)); d < nearest && d < utf8.RuneCountInString(candidate) {
			best, nearest = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance counts the letters to change, add, drop or swap with their neighbour to
// make b of a.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var beforeLast, last []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		beforeLast, last, row = last, row, make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := last[j-1]
			if x[i-1] != y[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], beforeLast[j-2]+1)
			}
		}
	}
	return row[len(y)]
}
