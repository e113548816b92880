package workflow

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// rule is what a cron expression says. Its sets have a bit for each number.
type rule struct {
	minutes, hours, days, months, weekdays uint64
	// anyDay and anyWeekday tell that the field begins with a star. If neither does, a
	// date of the one or of the other will do; else it must be of both.
	anyDay, anyWeekday bool
	text               string // five fields, with Sunday as 0: not all readers take 7
}

func only(n int) uint64 { return 1 << n }

func all(low, high int) uint64 { return (1<<(high-low+1) - 1) << low }

// on reports whether a date is one of the rule.
func (r rule) on(date time.Time) bool {
	if r.months&only(int(date.Month())) == 0 {
		return false
	}
	inMonth, inWeek := r.days&only(date.Day()) != 0, r.weekdays&only(int(date.Weekday())) != 0
	if r.anyDay || r.anyWeekday {
		return inMonth && inWeek
	}
	return inMonth || inWeek
}

// times yields the civil times of the rule on a date, in order, as if they were UTC.
func (r rule) times(date time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for _, hour := range members(r.hours) {
			for _, minute := range members(r.minutes) {
				if !yield(date.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)) {
					return
				}
			}
		}
	}
}

func members(set uint64) []int {
	var numbers []int
	for n := range 64 {
		if set&only(n) != 0 {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// field is one of the five of a cron expression.
type field struct {
	name      string
	low, high int
	words     []string // of the numbers from low on
}

func fields() []field {
	return []field{
		{name: "minute", high: 59},
		{name: "hour", high: 23},
		{name: "day of the month", low: 1, high: 31},
		{name: "month", low: 1, high: 12, words: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
		{name: "day of the week", high: 7, words: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
	}
}

// word returns the expression that a word such as @daily stands for, or "".
func word(text string) string {
	switch strings.ToLower(text) {
	case "@hourly":
		return "0 * * * *"
	case "@daily", "@midnight":
		return "0 0 * * *"
	case "@weekly":
		return "0 0 * * 0"
	case "@monthly":
		return "0 0 1 * *"
	case "@yearly", "@annually":
		return "0 0 1 1 *"
	}
	return ""
}

// ParseCron returns the schedule of a cron expression in a zone. It has five fields:
// minute, hour, day of the month, month, day of the week (0 and 7 are both Sunday). A
// field is a star or a list of numbers, names of three letters and ranges; a star and a
// range may have a step: "0 7 * * tue", "0,30 8-17 * * mon-fri", "*/15 * * * *". The words
// @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually stand for
// expressions.
//
// If neither the day of the month nor that of the week begins with a star, a date of
// either will do, as in Vixie cron: "0 0 13 * fri" is every 13th and every Friday.
//
// An error names the field and the column. An expression that is never due, such as that
// of 30 February, is one, and so is a zone in the expression: a schedule has one already.
func ParseCron(text string, zone *time.Location) (Schedule, error) {
	s := Schedule{Zone: zone}
	if err := s.Validate(); err != nil {
		return Schedule{}, err
	}
	r, err := parseRule(text, zone)
	if err != nil {
		return Schedule{}, fmt.Errorf("cron %q: %w", text, err)
	}
	s.cron = &r
	return s, nil
}

func parseRule(text string, zone *time.Location) (rule, error) {
	parts, columns := split(text)
	if len(parts) > 0 {
		first := strings.ToUpper(parts[0])
		if strings.HasPrefix(first, "TZ=") || strings.HasPrefix(first, "CRON_TZ=") {
			return rule{}, fmt.Errorf("column %d: a zone has no place here: the schedule is in %s; take %s away", columns[0], zone, parts[0])
		}
	}
	if len(parts) == 1 && strings.HasPrefix(parts[0], "@") {
		expression := word(parts[0])
		if expression == "" {
			return rule{}, fmt.Errorf("column %d: %s is none of @hourly, @daily, @weekly, @monthly and @yearly", columns[0], parts[0])
		}
		parts, columns = split(expression)
	}
	if len(parts) != 5 {
		return rule{}, fmt.Errorf("%d fields, want 5: minute, hour, day of the month, month, day of the week", len(parts))
	}
	fits := slices.Clone(parts) // as every reader takes them
	var sets [5]uint64
	for i, f := range fields() {
		set, err := f.parse(parts[i], columns[i])
		if err != nil {
			return rule{}, err
		}
		sets[i] = set
	}
	if sets[4]&only(7) != 0 {
		sets[4] = sets[4]&^only(7) | only(0)
		if parts[4][0] != '*' {
			fits[4] = list(sets[4], 0, 6, "0-6")
		}
	}
	r := rule{
		minutes: sets[0], hours: sets[1], days: sets[2], months: sets[3], weekdays: sets[4],
		anyDay: parts[2][0] == '*', anyWeekday: parts[4][0] == '*', text: strings.Join(fits, " "),
	}
	if !r.possible() {
		return rule{}, fmt.Errorf("day of the month, column %d: %s is in none of the months %s", columns[2], parts[2], parts[3])
	}
	return r, nil
}

// split returns the fields of an expression and the columns, from 1, where they begin.
func split(text string) (parts []string, columns []int) {
	column, begins := 0, true
	for _, c := range text {
		column++
		if unicode.IsSpace(c) {
			begins = true
			continue
		}
		if begins {
			parts, columns, begins = append(parts, ""), append(columns, column), false
		}
		parts[len(parts)-1] += string(c)
	}
	return parts, columns
}

// possible reports whether there is a date of the rule.
func (r rule) possible() bool {
	if !r.anyDay && !r.anyWeekday {
		return true // a weekday will do
	}
	for _, month := range members(r.months) {
		longest := time.Date(2024, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day() // a leap year
		if r.days&all(1, longest) != 0 {
			return true
		}
	}
	return false
}

// parse returns the numbers of a field that begins in a column.
func (f field) parse(text string, column int) (uint64, error) {
	var set uint64
	for item := range strings.SplitSeq(text, ",") {
		numbers, err := f.item(item)
		if err != nil {
			return 0, fmt.Errorf("%s, column %d: %w", f.name, column, err)
		}
		set |= numbers
		column += len([]rune(item)) + 1
	}
	return set, nil
}

// item returns the numbers of one member of a list.
func (f field) item(text string) (uint64, error) {
	if text == "" {
		return 0, fmt.Errorf("there is nothing between two commas, or beside one")
	}
	span, stepText, stepped := strings.Cut(text, "/")
	low, high, err := f.span(span)
	if err != nil {
		return 0, err
	}
	if !stepped {
		return all(low, high), nil
	}
	step, err := number(stepText)
	switch {
	case err != nil || step == 0:
		return 0, fmt.Errorf("%q is no step: write a number from 1", stepText)
	case low == high:
		return 0, fmt.Errorf("%s: a step needs a range: write %s-%d/%s, or %s", text, span, f.last(), stepText, span)
	case step > high-low:
		return 0, fmt.Errorf("%s: a step of %d goes beyond the end: write %d", text, step, low)
	}
	var set uint64
	for n := low; n <= high; n += step {
		set |= only(n)
	}
	return set, nil
}

// last is the greatest number that a star stands for.
func (f field) last() int {
	if f.high == 7 {
		return 6 // 7 is 0, which a star has already
	}
	return f.high
}

func (f field) span(text string) (low, high int, err error) {
	if text == "*" {
		return f.low, f.last(), nil
	}
	from, to, ranged := strings.Cut(text, "-")
	if low, err = f.number(from); err != nil || !ranged {
		return low, low, err
	}
	if high, err = f.number(to); err != nil {
		return 0, 0, err
	}
	if f.high == 7 && high == 0 && low > 0 {
		high = 7 // fri-sun
	}
	if low > high {
		return 0, 0, fmt.Errorf("%s goes backwards: write two ranges, with a comma", text)
	}
	return low, high, nil
}

// number returns the number of a field that a text or a name stands for.
func (f field) number(text string) (int, error) {
	if i := slices.Index(f.words, strings.ToLower(text)); i >= 0 {
		return f.low + i, nil
	}
	n, err := number(text)
	if err != nil {
		kinds := "a number"
		if f.words != nil {
			kinds = fmt.Sprintf("a number or a name such as %s", f.words[0])
		}
		return 0, fmt.Errorf("%q is not %s", text, kinds)
	}
	if n < f.low || n > f.high {
		return 0, fmt.Errorf("%s is not between %d and %d", text, f.low, f.high)
	}
	return n, nil
}

// number reads digits and nothing else.
func number(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	return int(n), err
}
