package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/invopop/jsonschema"

	"tearsheet/workbook/google"
)

// oneOrMore is a list of texts, or one alone.
type oneOrMore []string

// UnmarshalJSON takes one text alone as well.
func (l *oneOrMore) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*l = make(oneOrMore, 1)
		return json.Unmarshal(text, &(*l)[0])
	}
	return json.Unmarshal(text, (*[]string)(l))
}

// JSONSchema describes both ways to write it.
func (oneOrMore) JSONSchema() *jsonschema.Schema {
	text := &jsonschema.Schema{Type: "string"}
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{text, {Type: "array", Items: text}}}
}

// googleEntry says how Google is asked. In a config it is sound, and expanded.
type googleEntry struct {
	Credentials string `json:"credentials,omitempty" jsonschema:"example=tearsheet-key.json" jsonschema_description:"The key file of a service account; ${NAME} is replaced by an environment variable. The application default credentials if absent."`
	Endpoint    string `json:"endpoint,omitempty" jsonschema_description:"Another address of the Sheets API: a private access point, or a stand-in for tests. http only on this machine."`
}

// sheetsEntry is the spreadsheet to which the sheet goes.
type sheetsEntry struct {
	Spreadsheet string `json:"spreadsheet" jsonschema:"minLength=1" jsonschema_description:"The ID of the spreadsheet, or its address in the browser. It is made and shared by you."`
	Archive     int    `json:"archive,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"How many past sheets are kept as tabs of their own, by the date of their week. None if absent."`
}

// heartbeatEntry is the dead-man's switch.
type heartbeatEntry struct {
	File   string `json:"file,omitempty" jsonschema_description:"The file that serve writes every minute, and after every slot. .tearsheet/heartbeat.json if absent."`
	URL    string `json:"url,omitempty" jsonschema_description:"An address that is asked (GET) after every slot that was done. ${NAME} is replaced by an environment variable."`
	Within string `json:"within,omitempty" jsonschema:"example=26h" jsonschema_description:"How old the last slot that was done may be, until status exits with 1. If absent, each name goes by its own slots, which may be two hours late."`
}

// heartbeat is the dead-man's switch of a project.
type heartbeat struct {
	file   string
	url    string
	within time.Duration // 0: as the schedule says
}

const defaultBeat = ".tearsheet/heartbeat.json"

func (r *configReader) readGoogle(g *googleEntry) {
	if g == nil {
		return
	}
	credentials, err := expand(g.Credentials)
	r.add(err, "google", "credentials")
	if credentials != "" {
		r.google.Credentials = r.inProject(credentials)
	}
	r.google.Endpoint, err = expand(g.Endpoint)
	r.add(err, "google", "endpoint")
	if err == nil && g.Endpoint != "" {
		r.add(google.CheckEndpoint(r.google.Endpoint), "google", "endpoint")
	}
}

func (r *configReader) readSheets(s *sheetsEntry) {
	if s == nil {
		return
	}
	id, err := google.ID(s.Spreadsheet)
	r.add(err, "outputs", "sheets", "spreadsheet")
	r.sheets = &sheetsConfig{id: id, keep: s.Archive}
}

// sheetsConfig is a sheetsEntry that is sound.
type sheetsConfig struct {
	id   string
	keep int // past sheets; 0: none
}

func (r *configReader) readHeartbeat(h *heartbeatEntry) {
	r.heartbeat.file = r.inProject(defaultBeat)
	if h == nil {
		return
	}
	var err error
	if h.File != "" {
		r.heartbeat.file = r.inProject(h.File)
	}
	r.heartbeat.url, err = expand(h.URL)
	r.add(err, "heartbeat", "url")
	if u, wrong := url.Parse(r.heartbeat.url); r.heartbeat.url != "" && (wrong != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		r.add(errors.New("is no address such as https://hc.example.com/ping"), "heartbeat", "url")
	}
	if h.Within != "" {
		r.heartbeat.within, err = time.ParseDuration(h.Within)
		if err != nil || r.heartbeat.within <= 0 {
			r.add(fmt.Errorf("%q is no length of time such as 26h", h.Within), "heartbeat", "within")
		}
	}
}
