package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // logs lie in a folder,
	_ "gocloud.dev/blob/gcsblob"  // in a bucket of Google
	_ "gocloud.dev/blob/s3blob"   // or of Amazon, or of what speaks its protocol

	"tearsheet/calendar"
	"tearsheet/pipeline"
	"tearsheet/pipeline/logline"
	"tearsheet/pipeline/source/logs"
	"tearsheet/warehouse"
)

// logsEntry is a kind of log files.
type logsEntry struct {
	Table       string                 `json:"table" jsonschema:"minLength=1,example=staging.events" jsonschema_description:"The staging table."`
	URL         string                 `json:"url" jsonschema:"minLength=1,example=logs" jsonschema_description:"A folder, s3://bucket?region=… or gs://bucket."`
	Path        string                 `json:"path" jsonschema:"minLength=1,example={host}/{day}-{hour}.log.gz" jsonschema_description:"The names of the files: {day} and {hour} in UTC, {host}, and * for anything."`
	Hosts       []string               `json:"hosts,omitempty" jsonschema_description:"The hosts that are expected to deliver every hour."`
	HostsFrom   map[string]string      `json:"hosts_from,omitempty" jsonschema_description:"Hosts that came later than since: the first day on which each is expected."`
	HostsUntil  map[string]string      `json:"hosts_until,omitempty" jsonschema_description:"Hosts that went: the last day on which each is expected."`
	Since       string                 `json:"since" jsonschema:"example=2026-05-18" jsonschema_description:"The first day of which files are expected."`
	Missing     string                 `json:"missing,omitempty" jsonschema:"enum=unknown,enum=empty" jsonschema_description:"What an hour without a file is: unknown (the default), or empty once a later hour of the host is there."`
	Line        string                 `json:"line" jsonschema:"minLength=1,example={date} {time} {photo_id} {action} {user_id} {address} {request}" jsonschema_description:"The form of a line."`
	Columns     map[string]columnEntry `json:"columns" jsonschema_description:"The columns that are made of a line."`
	Drop        map[string][]string    `json:"drop,omitempty" jsonschema_description:"Lines with one of these values in a field are left out and counted."`
	MaxRejected string                 `json:"max_rejected,omitempty" jsonschema:"example=1%" jsonschema_description:"The share of refused lines from which on a file is not loaded. 1% if absent."`
	described
}

// logsSource is a kind of log files, and the bucket in which they lie.
type logsSource struct {
	logs.Source
	url string
}

// open opens the bucket. It has to be closed.
func (s logsSource) open(ctx context.Context) (logs.Source, error) {
	bucket, err := blob.OpenBucket(ctx, s.url)
	if err != nil {
		return s.Source, &logs.PlaceError{Place: s.Place, Err: err}
	}
	source := s.Source
	source.Bucket = bucket
	return source, nil
}

// defaultRejected is the share of refused lines from which on a file is not loaded.
const defaultRejected = 0.01

// addressType is the type of a column of a log line that holds an address.
const addressType = "address"

func (r *configReader) readLogs(e logsEntry, path ...string) {
	s := logsSource{Source: logs.Source{Table: e.Table, Place: withoutLogins(strings.TrimSuffix(e.URL, "/")), Path: e.Path, Hosts: e.Hosts,
		MissingIsEmpty: e.Missing == "empty", Drop: e.Drop}}
	var err error
	s.url, err = r.bucketURL(e.URL)
	r.add(err, append(path, "url")...)
	s.Since = dayOr(r.dayAt(e.Since, append(path, "since")...), 0)
	s.From = r.hostDays(e.HostsFrom, append(path, "hosts_from")...)
	s.Until = r.hostDays(e.HostsUntil, append(path, "hosts_until")...)
	s.MaxRejected = r.share(e.MaxRejected, defaultRejected, append(path, "max_rejected")...)
	s.Form, err = logline.Compile(e.Line)
	if form := (*logline.FormError)(nil); errors.As(err, &form) {
		r.addAt(r.tree.Text(form.Offset, append(path, "line")...), "line: "+form.Text)
	}
	a := r.table(e.Table, e.described, fmt.Sprintf("hourly logs %s/%s", s.Place, e.Path), false, path...)
	a.Columns = append(a.Columns,
		pipeline.Column{Name: warehouse.FileColumn, Type: warehouse.Type{Kind: warehouse.Bigint}, Description: "The file that the line stood in, as a number; etl.file has its path."},
		pipeline.Column{Name: logs.AtColumn, Type: warehouse.Type{Kind: warehouse.Timestamp}, Description: "The instant of the event, in UTC."})
	r.columns(a, e.Columns, parseLogType, path...)
	for _, name := range r.tree.Keys(append(path, "columns")...) {
		s.Columns = append(s.Columns, logColumn(name, e.Columns[name]))
	}
	if s.Form != nil {
		for _, fault := range unjoined(s.Validate()) {
			r.addAt(r.tree.Value(path...), fault.Error())
		}
	}
	r.sources.logs = append(r.sources.logs, s)
}

// hostDays reads a day for each of some hosts.
func (r *configReader) hostDays(days map[string]string, path ...string) map[string]calendar.Day {
	read := map[string]calendar.Day{}
	for host, text := range days {
		if day := r.dayAt(text, append(path, host)...); day != nil {
			read[host] = *day
		}
	}
	return read
}

// parseLogType reads the type of a column of a log line.
func parseLogType(text string) (warehouse.Type, error) {
	if text == addressType {
		return warehouse.Type{Kind: warehouse.Bigint}, nil
	}
	return warehouse.ParseType(text)
}

// logColumn returns a column as the source takes it; what is wrong with its type has
// been said.
func logColumn(name string, e columnEntry) logs.Column {
	typ, _ := parseLogType(e.Type)
	c := logs.Column{Name: strings.ToLower(name), Type: typ, Address: e.Type == addressType, Field: e.From, Key: e.Key, Allowed: slices.Clone(e.Allowed)}
	if c.Field == "" {
		c.Field = name
	}
	return c
}

// unjoined returns the errors that were joined to one.
func unjoined(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
