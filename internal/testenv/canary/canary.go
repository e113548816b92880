// Package canary knows how the secrets look that tests plant: passwords, keys and tokens
// that exist to be searched for wherever the program could let one out. Only tests import
// this package.
package canary

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf16"
)

// Prefix begins every secret that a test plants. What follows tells which one it is. It
// has no character that URLs, JSON, HTML or a shell would write in another way.
const Prefix = "canary-"

// Find returns the first planted secret in a text, or "" if there is none: as it is, in
// capitals, as UTF-16, in hexadecimal digits, or in base64, wherever in a longer text it
// stood and however that is broken into lines. Of a text that is encoded it returns what
// is enough to look for it.
func Find(text []byte) string {
	if found := plain.Find(text); found != nil {
		return string(found)
	}
	for _, wide := range wide() {
		if bytes.Contains(text, []byte(wide)) {
			return Prefix + " (UTF-16)"
		}
	}
	lower := bytes.ToLower(text)
	if digits := hex.EncodeToString([]byte(Prefix)); bytes.Contains(lower, []byte(digits)) {
		return digits
	}
	joined := lineBreak.ReplaceAll(text, nil)
	if found := plain.Find(joined); found != nil {
		return string(found)
	}
	for _, encoded := range Base64() {
		if bytes.Contains(joined, []byte(encoded)) {
			return encoded
		}
	}
	return ""
}

var (
	plain     = regexp.MustCompile(`(?i)` + Prefix + `[^\s"'<>]{0,40}`)
	lineBreak = regexp.MustCompile(`=?\r?\n`)
)

// Base64 returns the prefix as it looks in base64, for each of the three places in which
// a secret can begin there.
func Base64() []string {
	var forms []string
	for before := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + Prefix))
		first, whole := (before*8+5)/6, (before+len(Prefix))*8/6
		forms = append(forms, text[first:whole])
	}
	return forms
}

// wide returns the prefix as UTF-16 of both orders.
func wide() []string {
	var big, little strings.Builder
	for _, unit := range utf16.Encode([]rune(Prefix)) {
		big.Write([]byte{byte(unit >> 8), byte(unit)})
		little.Write([]byte{byte(unit), byte(unit >> 8)})
	}
	return []string{big.String(), little.String()}
}
