package yamlfile

import (
	"strings"
	"testing"
)

// K01: a URL in the wrong place is told without its password.
func TestAFaultQuotesNoPassword(t *testing.T) {
	for _, text := range []string{"postgres://anna:canary-1@host/db", "anna:canary-1@tcp(host:3306)/db", "smtp://anna:canary-1/with-a-slash-that-goes-on@mail.example.com:587"} {
		if got := short(text); strings.Contains(got, "canary") || !strings.Contains(got, "***@") {
			t.Errorf("it quotes %s", strings.ReplaceAll(got, "canary-", "(planted) "))
		}
	}
}
