package google

import (
	"strings"
	"testing"
)

func TestIDOfASpreadsheetIsFoundInItsAddress(t *testing.T) {
	const id = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde"
	for _, text := range []string{id, " " + id + "\n",
		"https://docs.google.com/spreadsheets/d/" + id + "/edit#gid=0",
		"https://docs.google.com/spreadsheets/d/" + id,
		"https://docs.google.com/spreadsheets/u/1/d/" + id + "/edit?gid=12",
		"docs.google.com/spreadsheets/d/" + id + "/edit"} {
		if got, err := ID(text); err != nil || got != id {
			t.Errorf("ID(%q) = %q, %v", text, got, err)
		}
	}
	for text, says := range map[string]string{
		"":      "not the address of a spreadsheet",
		"plan":  "not the address of a spreadsheet",
		"../..": "not the address of a spreadsheet",
		"https://docs.google.com/document/d/" + id + "/edit":             "not the address of a spreadsheet",
		"https://docs.google.com/spreadsheets/d/e/2PACX-" + id + "/html": "published copy",
		"https://drive.google.com/drive/folders/" + id:                   "Google Drive",
		id + "?x=" + id: "not the address",
	} {
		if got, err := ID(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("ID(%q) = %q, %v, want an error that says %q", text, got, err, says)
		}
	}
}
