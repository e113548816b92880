package workbook

import "strings"

// Lines estimates the number of lines that text takes in a column of so many
// characters, broken at spaces.
func Lines(text string, width int) int {
	lines := 0
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines++
		used := 0
		for _, word := range strings.SplitAfter(paragraph, " ") {
			size := len([]rune(word))
			if used > 0 && used+len([]rune(strings.TrimRight(word, " "))) > width {
				lines++
				used = 0
			}
			lines += max(0, size-1) / width
			used += size
		}
	}
	return lines
}
