package calendar

import "fmt"

// Coverage says how much of a day or a week there is: Have of the Of parts that
// are expected (hours of a log, days of a week). The zero Coverage is "nothing
// loaded".
type Coverage struct {
	Have int `json:"days"`
	Of   int `json:"of"`
}

// Whole returns the coverage of a day that was loaded in one piece.
func Whole() Coverage { return Coverage{1, 1} }

// Complete reports whether all expected parts are there, and at least one was
// expected.
func (c Coverage) Complete() bool { return c.Of > 0 && c.Have >= c.Of }

// String writes the coverage as 5/7.
func (c Coverage) String() string { return fmt.Sprintf("%d/%d", c.Have, c.Of) }

// Load is what is known of one day of one table: how much of it is there and
// which version of it. Two loads with the same version hold the same rows. An
// empty version is unknown: the day may have changed since it was last read.
type Load struct {
	Coverage
	Version string
}
