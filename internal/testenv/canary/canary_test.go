package canary

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"testing"
)

// hidden is a secret that needs escaping everywhere.
const hidden = Prefix + `p@ss/wörd+"<&>%`

func TestPlantedSecretsAreFoundHoweverTheyAreWritten(t *testing.T) {
	quoted, err := json.Marshal(hidden)
	if err != nil {
		t.Fatal(err)
	}
	var printable strings.Builder
	w := quotedprintable.NewWriter(&printable)
	if _, err := w.Write([]byte(strings.Repeat("x", 70) + hidden)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"plain": hidden, "capitals": strings.ToUpper(hidden), "query": url.QueryEscape(hidden), "path": url.PathEscape(hidden), "JSON": string(quoted),
		"HTML": html.EscapeString(hidden), "hex": hex.EncodeToString([]byte(hidden)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(hidden))),
		"quoted-printable": printable.String(), "UTF-16": "c\x00a\x00n\x00a\x00r\x00y\x00-\x00",
	}
	for before := range 6 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("u", before) + hidden))
		texts["base64 at "+string(rune('0'+before))] = encoded
		texts["base64 in lines at "+string(rune('0'+before))] = encoded[:5] + "\r\n" + encoded[5:]
	}
	for form, text := range texts {
		if Find([]byte("before "+text+" after")) == "" {
			t.Errorf("%s: not found in %q", form, text)
		}
	}
}

func TestOtherTextsHoldNone(t *testing.T) {
	for _, text := range []string{"", "canaryreader12", "a canary in a mine", "Y2FuYX", "vuelo a las Islas Canarias"} {
		if found := Find([]byte(text)); found != "" {
			t.Errorf("%q: found %q", text, found)
		}
	}
}
