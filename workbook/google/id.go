package google

import (
	"net/url"
	"regexp"
	"strings"
)

// idForm is how ids of spreadsheets look.
var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{20,}$`)

// ID returns the id of a spreadsheet from its id, or from its address as the browser shows
// it. The error says what such an address looks like.
func ID(text string) (string, error) {
	text = strings.TrimSpace(text)
	if idForm.MatchString(text) {
		return text, nil
	}
	wrong := &Error{Kind: Settings, Says: "this is not the address of a spreadsheet at Google",
		Do: "copy it from the browser: https://docs.google.com/spreadsheets/d/…/edit"}
	at, err := url.Parse(text)
	if err != nil {
		return "", wrong
	}
	parts := strings.Split(at.Path, "/")
	for i, part := range parts {
		if part != "d" || i == 0 || i+1 == len(parts) || parts[i-1] != "spreadsheets" && !isUser(parts[:i]) {
			continue
		}
		if parts[i+1] == "e" {
			wrong.Says = "this is the address of a published copy, which nobody can write"
			return "", wrong
		}
		if idForm.MatchString(parts[i+1]) {
			return parts[i+1], nil
		}
	}
	if strings.Contains(text, "drive.google.com") {
		wrong.Says = "this is the address of a folder or file in Google Drive, not of a spreadsheet"
	}
	return "", wrong
}

// isUser says that a path before /d/ is that of a browser with several accounts:
// /spreadsheets/u/1.
func isUser(before []string) bool {
	n := len(before)
	return n >= 3 && before[n-2] == "u" && before[n-3] == "spreadsheets"
}
