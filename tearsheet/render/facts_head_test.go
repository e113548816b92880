package render_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// strip keeps the items of a line under the head, of which others are not shown.
func (f facts) strip(label string, items []string, others int) {
	for i, item := range items {
		f[fmt.Sprintf("strip %s, item %d", label, i)] = item
	}
	f[fmt.Sprintf("strip %s, items", label)] = strconv.Itoa(len(items) + others)
}

// stripLine reads a strip as printed: its items, and how many more there are. Only
// restated figures have commas within.
func (f facts) stripLine(label, line string) {
	ends := listEnds
	if label == "Restated" {
		ends = restatedEnds
	}
	items, others := strings.Split(ends.ReplaceAllString(line, "$1\n"), "\n"), 0
	if _, err := fmt.Sscanf(items[len(items)-1], "and %d more", &others); err == nil {
		items = items[:len(items)-1]
	}
	f.strip(label, items, others)
}

var (
	listEnds     = regexp.MustCompile(`(),\s+`)
	restatedEnds = regexp.MustCompile(`(\));\s+`)
)

// jsonHead is what the head and foot of a sheet are made of.
type jsonHead struct {
	Counts map[string]int
	Agenda []struct{ Title, Variance, Coverage string } `json:"off_plan"`

	Restated []struct{ Metric, Title, Text string }
	Legend   []struct{ Mark, Sign, Text string }
}

type jsonRestated struct {
	WasText string `json:"was_text"`
	Edition int
	Cause   string
}

func (head jsonHead) facts(f facts) {
	for name, words := range map[string]string{"behind": "off plan", "watch": "watch", "on_plan": "on plan",
		"ahead": "ahead", "no_plan": "not judged", "unknown": "no value"} {
		f["count, "+words] = strconv.Itoa(head.Counts[name])
	}
	var agenda, restated []string
	for _, item := range head.Agenda {
		agenda = append(agenda, strings.TrimSpace(item.Title+" "+item.Variance+" "+item.Coverage))
	}
	for _, item := range head.Restated {
		restated = append(restated, item.Title+": "+item.Text)
	}
	f.strip("Off plan", agenda, 0)
	f.strip("Restated", restated, 0)
	for i, item := range head.Legend {
		f[fmt.Sprintf("legend %d", i)] = strings.TrimSpace(item.Sign + " " + item.Text)
		f[fmt.Sprintf("legend %d, shape", i)] = item.Mark
	}
}

// jsonNote is the note on a cell as its data ask for.
func jsonNote(provisional bool, have, of int, was *jsonRestated) string {
	var sentences []string
	if provisional {
		sentences = append(sentences, fmt.Sprintf("Provisional: %d of %d days are loaded.", have, of))
	}
	if was != nil {
		sentences = append(sentences, fmt.Sprintf("Restated: edition %d printed %s; %s.", was.Edition, was.WasText, was.Cause))
	}
	return strings.Join(sentences, " ")
}

// countsLine reads "10 off plan 4 watch".
func (f facts) countsLine(line string) {
	words := strings.Fields(line)
	for i := 0; i < len(words); {
		name := []string{}
		j := i + 1
		for ; j < len(words); j++ {
			if _, err := strconv.Atoi(words[j]); err == nil {
				break
			}
			name = append(name, words[j])
		}
		f["count, "+strings.Join(name, " ")] = words[i]
		i = j
	}
}
