package warehousetest

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tearsheet/warehouse"
)

// What an error quotes of the data can hold anything. That it is remembered must not
// hang on it: what PostgreSQL refuses would end the run.
func anyErrorIsRemembered(t *testing.T, w warehouse.Warehouse) {
	for text, want := range map[string]string{
		"":                                "",
		"no table likes":                  "no table likes",
		"value 'a\x00b\xff' of naïve ☃":   "value 'a\uFFFDb\uFFFD' of naïve ☃",
		strings.Repeat("☃ ", 40_000):      "☃ ☃ ",
		"x" + strings.Repeat("é", 70_000): "xéé",
	} {
		a := warehouse.Attempt{RunID: "run", Asset: "likes", From: monday, To: monday + 1, State: warehouse.Failed, Error: text, Started: when, Ended: when.Add(time.Second)}
		if err := warehouse.Remember(t.Context(), w, a); err != nil {
			t.Errorf("%.20q: %v", text, err)
			continue
		}
		list, err := warehouse.Attempts(t.Context(), w, "likes", when)
		if err != nil {
			t.Fatal(err)
		}
		got := list[len(list)-1]
		cut := len(text) > 4096
		if cut && (!strings.HasPrefix(got.Error, want) || !utf8.ValidString(got.Error) || len(got.Error) < 4000) || !cut && got.Error != want {
			t.Errorf("%.20q came back as %.20q, %d bytes", text, got.Error, len(got.Error))
		}
		got.Error, got.Started, got.Ended = a.Error, got.Started.UTC(), got.Ended.UTC()
		if got != a {
			t.Errorf("came back as %+v, want %+v", got, a)
		}
		if _, err := w.ExecContext(t.Context(), "delete from "+warehouse.AttemptTable); err != nil {
			t.Fatal(err)
		}
	}
}
