package main

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"

	"tearsheet/calendar"
	"tearsheet/internal/yamlfile"
	"tearsheet/pipeline"
	"tearsheet/pipeline/source/files"
	"tearsheet/pipeline/source/mysql"
	"tearsheet/warehouse"
)

// sourcesEntry is what fills the warehouse.
type sourcesEntry struct {
	Logs  []logsEntry  `json:"logs,omitempty" jsonschema_description:"Hourly log files that fill a staging table."`
	MySQL []mysqlEntry `json:"mysql,omitempty" jsonschema_description:"Production tables in MySQL or MariaDB, each server read in one consistent snapshot."`
	Files []fileEntry  `json:"files,omitempty" jsonschema_description:"CSV and Parquet files that fill tables."`
}

// described is what the schema document says of a table that a source fills.
type described struct {
	Description string `json:"description,omitempty" jsonschema_description:"What a row of the table is."`
	Owner       string `json:"owner,omitempty" jsonschema_description:"Who answers for the table."`
}

type fileEntry struct {
	Table     string                 `json:"table" jsonschema:"minLength=1" jsonschema_description:"The table that the files fill."`
	Path      string                 `json:"path" jsonschema:"minLength=1,example=data/uploads/{day}.csv.gz" jsonschema_description:"A file, a pattern with *, or one file a local day with {day}."`
	At        string                 `json:"at,omitempty" jsonschema_description:"The column with the UTC instant."`
	Day       string                 `json:"day,omitempty" jsonschema_description:"The column with the local date, instead of at."`
	Whole     bool                   `json:"whole,omitempty" jsonschema_description:"The table is not cut into days: the files hold all of it."`
	Columns   map[string]columnEntry `json:"columns" jsonschema_description:"The columns to load and their types: text, bigint, double, decimal(p,s), boolean, date, timestamp."`
	From      string                 `json:"from,omitempty" jsonschema_description:"The first day that the files hold completely."`
	Through   string                 `json:"through,omitempty" jsonschema_description:"The last day that the files hold completely."`
	MaxShrink string                 `json:"max_shrink,omitempty" jsonschema:"example=5%" jsonschema_description:"The share of rows that may vanish from one night to the next, of a source without {day}. 5% if absent."`
	described
}

// columnEntry is a column: its type alone, or with what else is known of it.
type columnEntry struct {
	Type        string   `json:"type" jsonschema:"minLength=1,example=bigint" jsonschema_description:"text, bigint, double, decimal(p,s), boolean, date, timestamp; of a log line also address."`
	From        string   `json:"from,omitempty" jsonschema_description:"The field of the line, if it has another name."`
	Key         string   `json:"key,omitempty" jsonschema_description:"The parameter of a request that holds the value."`
	Description string   `json:"description,omitempty"`
	Allowed     []string `json:"allowed,omitempty" jsonschema_description:"The values that are known."`
	Categorical bool     `json:"categorical,omitempty" jsonschema_description:"The schema document lists its values."`
	PrimaryKey  bool     `json:"primary_key,omitempty"`
}

// UnmarshalJSON takes a type alone as well.
func (c *columnEntry) UnmarshalJSON(text []byte) error {
	type plain columnEntry
	return yamlfile.DecodeTextOr(text, &c.Type, (*plain)(c))
}

// JSONSchema describes both ways to write a column.
func (columnEntry) JSONSchema() *jsonschema.Schema {
	type plain columnEntry
	return yamlfile.TextOr(plain{})
}

// sources are the sources of a project, and their tables as assets.
type sources struct {
	logs   []logsSource
	mysql  []mysql.Source
	files  []files.Source
	assets []*pipeline.Asset
}

// none reports whether the project has no source at all.
func (s sources) none() bool { return len(s.logs)+len(s.mysql)+len(s.files) == 0 }

// fills reports whether a source fills a table.
func (s sources) fills(table string) bool {
	return slices.ContainsFunc(s.assets, func(a *pipeline.Asset) bool { return a.Name == table })
}

func (r *configReader) readSources(s sourcesEntry) {
	if r.others {
		r.addAt(r.tree.Key("sources"), "sources cannot fill a warehouse with filled_by: others")
	}
	for i, entry := range s.Logs {
		r.readLogs(entry, "sources", "logs", strconv.Itoa(i))
	}
	for i, entry := range s.MySQL {
		r.readMySQL(entry, "sources", "mysql", strconv.Itoa(i))
	}
	for i, entry := range s.Files {
		r.readFiles(entry, "sources", "files", strconv.Itoa(i))
	}
}

// table adds the table of a source as an asset. The day column is there by itself.
func (r *configReader) table(name string, about described, source string, whole bool, path ...string) *pipeline.Asset {
	twice := r.sources.fills(name)
	if twice {
		r.add(fmt.Errorf("table %s is filled by an earlier entry", name), append(path, "table")...)
	}
	a := &pipeline.Asset{Name: name, File: configName, Line: r.tree.Value(append(path, "table")...).Line, Source: source, Whole: whole,
		Description: about.Description, Owner: about.Owner}
	if !whole {
		a.Columns = append(a.Columns, pipeline.Column{Name: warehouse.DayColumn, Type: warehouse.Type{Kind: warehouse.Date},
			Description: "The local date in " + r.calendar.Zone().String() + "."})
	}
	if !twice {
		r.sources.assets = append(r.sources.assets, a)
	}
	return a
}

// columns adds the columns of an entry to an asset, in the order of the file.
func (r *configReader) columns(a *pipeline.Asset, entries map[string]columnEntry, parse func(string) (warehouse.Type, error), path ...string) {
	for _, name := range r.tree.Keys(append(path, "columns")...) {
		entry, at := entries[name], append(slices.Clone(path), "columns", name)
		typ, err := parse(entry.Type)
		r.add(err, at...)
		if name == warehouse.DayColumn {
			continue // it is there by itself
		}
		a.Columns = append(a.Columns, pipeline.Column{Name: strings.ToLower(name), Type: typ, Description: entry.Description,
			Allowed: entry.Allowed, Categorical: entry.Categorical || len(entry.Allowed) > 0, PrimaryKey: entry.PrimaryKey, Line: r.tree.Key(at...).Line})
	}
}

func (r *configReader) readFiles(f fileEntry, path ...string) {
	source := files.Source{Table: f.Table, Path: f.Path, At: f.At, Day: f.Day, Whole: f.Whole}
	daily := strings.Contains(f.Path, "{day}")
	switch {
	case f.Whole && (f.At != "" || f.Day != "" || daily || f.From != "" || f.Through != ""):
		r.addAt(r.tree.Value(path...), "a whole table has no days: leave out at:, day:, from:, through: and {day}, or whole:")
	case !f.Whole && (f.At != "" && f.Day != "" || f.At == "" && f.Day == "" && !daily):
		r.addAt(r.tree.Value(path...), "name the column with the instant (at:) or the one with the local date (day:), one of them; only a path with {day}, and a whole table, need neither")
	}
	a := r.table(f.Table, f.described, "files "+f.Path, f.Whole, path...)
	for _, name := range r.tree.Keys(append(path, "columns")...) {
		typ, _ := warehouse.ParseType(f.Columns[name].Type) // columns says what is wrong with it
		source.Columns = append(source.Columns, files.Column{Name: name, Type: typ})
	}
	r.columns(a, f.Columns, warehouse.ParseType, path...)
	source.MaxShrink = r.shrink(f.MaxShrink, append(path, "max_shrink")...)
	if f.MaxShrink != "" && daily {
		r.add(errors.New("a source with {day} is not compared with the time before: leave out max_shrink:"), append(path, "max_shrink")...)
	}
	source.From = r.dayAt(f.From, append(path, "from")...)
	source.Through = r.dayAt(f.Through, append(path, "through")...)
	r.sources.files = append(r.sources.files, source)
}

// share reads a share such as 1% or 0.5%.
func (r *configReader) share(text string, otherwise float64, path ...string) float64 {
	if text == "" {
		return otherwise
	}
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || !percent || value < 0 || value > 100 {
		r.add(fmt.Errorf("%q is not a share such as 1%%", text), path...)
		return otherwise
	}
	return value / 100
}

// shrink reads the share of rows that may be gone, or returns nil if there is none: a
// share of 0% is one.
func (r *configReader) shrink(text string, path ...string) *float64 {
	if text == "" {
		return nil
	}
	share := r.share(text, 0, path...)
	return &share
}

// bucketURL returns the URL of a folder of the project, or the one that is given.
func (r *configReader) bucketURL(text string) (string, error) {
	expanded, err := expand(text)
	if err != nil {
		return "", err
	}
	scheme, _, isURL := strings.Cut(expanded, "://")
	switch {
	case !isURL:
		folder, err := filepath.Abs(r.inProject(expanded))
		if err != nil {
			return "", err
		}
		return (&url.URL{Scheme: "file", Path: filepath.ToSlash(folder), RawQuery: "metadata=skip"}).String(), nil
	case slices.Contains([]string{"file", "s3", "gs"}, scheme):
		u, err := url.Parse(expanded)
		if err != nil {
			return "", errors.New("the URL cannot be read")
		}
		if u.User != nil {
			return "", errors.New("a key has no place in it: it comes from the environment, as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine")
		}
		return expanded, nil
	}
	return "", fmt.Errorf("logs lie in a folder, in s3://… or in gs://…")
}

// assetsDir is the folder of a project in which its SQL assets lie.
const assetsDir = "etl"

// dayOr returns a day, or another one if there is none.
func dayOr(day *calendar.Day, otherwise calendar.Day) calendar.Day {
	if day == nil {
		return otherwise
	}
	return *day
}
