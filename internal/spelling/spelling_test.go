package spelling_test

import (
	"fmt"
	"testing"

	"tearsheet/internal/spelling"
)

func TestDidYouMean(t *testing.T) {
	known := []string{"measure", "metric", "week", "where", "by", "up"}
	for word, want := range map[string]string{
		"mesure": "measure", "waek": "week", "wehre": "where", "Week": "week", "weeks": "week", "upward": "up", "bz": "by",
		"x": "", "": "", "quantile": "", "ab": "",
	} {
		if want != "" {
			want = fmt.Sprintf(" (did you mean %q?)", want)
		}
		if got := spelling.DidYouMean(word, known); got != want {
			t.Errorf("%q:%s, want%s", word, got, want)
		}
	}
}
