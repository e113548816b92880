package graphpage

import (
	"fmt"
	"strconv"
	"time"

	"tearsheet/templates"
)

// compact writes a number with three digits: 228 M, 1.70 M, 14.2 k.
func compact(n int64) string {
	scaled, unit := float64(n), ""
	for _, next := range []string{" k", " M", " bn"} {
		if scaled < 999.5 {
			break
		}
		scaled, unit = scaled/1000, next
	}
	switch {
	case unit == "":
		return strconv.FormatInt(n, 10)
	case scaled < 9.995:
		return strconv.FormatFloat(scaled, 'f', 2, 64) + unit
	case scaled < 99.95:
		return strconv.FormatFloat(scaled, 'f', 1, 64) + unit
	}
	return strconv.FormatFloat(scaled, 'f', 0, 64) + unit
}

// duration writes how long something took: 0.4 s, 48 s, 3 min 12 s, 2 h 5 min.
func duration(d time.Duration) string {
	switch seconds := int(d.Round(time.Second) / time.Second); {
	case d == 0:
		return ""
	case d < 9950*time.Millisecond:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%d min %d s", seconds/60, seconds%60)
	default:
		return fmt.Sprintf("%d h %d min", seconds/3600, seconds%3600/60)
	}
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return templates.Grouped(int64(n)) + " " + noun
}
