// Package logs loads hourly log files, one per host and hour, from a folder or a
// bucket into a staging table. A file is known by its path and checksum; each is
// loaded whole, in one transaction with its ledger entries, or not at all. Lines that
// are not of the form are kept with their place and the reason. The grid of hosts and
// hours says how much of a local day is there.
//
// Files are read as streams and several at once; memory grows with the number of
// workers and with the number of files in the ledger, never with the size of a file.
// What the events mean is left to the SQL over the staging table.
package logs

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gocloud.dev/blob"

	"tearsheet/calendar"
	"tearsheet/pipeline/logline"
	"tearsheet/warehouse"
)

// Source says where the log files of a table lie, which are expected, and how a line
// becomes a row.
type Source struct {
	Table string
	// Bucket holds the files; Place is what the ledger and people call it: logs, or
	// s3://bucket. A file's name is Place, a slash and its key.
	Bucket *blob.Bucket
	Place  string
	// Path is the form of the keys: {day} and {hour} are in UTC, {host} is a folder or
	// a part of a name, * is anything but a slash.
	Path string
	// Hosts are those that are expected to deliver every hour.
	Hosts []string
	// From and Until are, by host, the first and the last local day on which one is
	// expected that came later than Since, or went.
	From, Until map[string]calendar.Day
	// Since is the first local day of which files are expected. Files of earlier hours
	// are not read.
	Since calendar.Day
	// MissingIsEmpty says that an hour without a file had no events, once a later hour
	// of its host is there. Otherwise it is not known.
	MissingIsEmpty bool
	Form           *logline.Form
	Columns        []Column
	// Drop names, by field, the values of lines that are left out and counted.
	Drop map[string][]string
	// MaxRejected is the share of refused lines from which on a file is not loaded.
	MaxRejected float64
}

// Column is a column that is made of a field of a line. A field that is empty or "-" is
// NULL.
type Column struct {
	Name    string
	Type    warehouse.Type
	Address bool     // an IPv4 address as a number; anything else is NULL
	Field   string   // of the form
	Key     string   // the parameter of a request, if the field is one
	Allowed []string // the values that are known, or nil
}

// Options are the circumstances of a load.
type Options struct {
	RunID string
	Now   time.Time
	// Accept are names of files that are loaded although they are held.
	Accept []string
	// Forget are names of files of which all that was loaded is taken out first, and
	// the entry with it. One that lies there still is then taken as if it were new.
	Forget   []string
	Workers  int // how many files are read at once; 0 is two
	Progress func(done, total int, name string)
}

// Limits of what is taken for a log file.
const (
	// longestLine is the number of bytes from which on a line is refused.
	longestLine = 1 << 20
	// A file that unpacks to more than mostRatio times its size is a bomb, as is one
	// of more than mostBytes.
	mostRatio = 200
	mostBytes = 20 << 30
	// settles is how long a file has to be unchanged to be taken for finished, unless
	// a later one of its host is there.
	settles = 2 * time.Minute
	// strayBy is how far an event may lie outside the hour of its file, and strayShare
	// the share of lines that may lie further; one line always may.
	strayBy    = 10 * time.Minute
	strayShare = 0.001
)

// AtColumn is the column with the instant of an event.
const AtColumn = "occurred_at"

// StagingTable returns the table that a source fills.
func (s Source) StagingTable() warehouse.Table {
	t := warehouse.Table{Name: s.Table, Columns: []warehouse.Column{
		{Name: warehouse.FileColumn, Type: warehouse.Type{Kind: warehouse.Bigint}},
		{Name: AtColumn, Type: warehouse.Type{Kind: warehouse.Timestamp}},
	}}
	for _, c := range s.Columns {
		t.Columns = append(t.Columns, warehouse.Column{Name: c.Name, Type: c.Type})
	}
	return t
}

// Validate reports all that is wrong with a source.
func (s Source) Validate() error {
	var wrong []error
	if _, err := compilePath(s.Path); err != nil {
		wrong = append(wrong, err)
	}
	if named := strings.Contains(s.Path, hostMark); named != (len(s.Hosts) > 0) {
		wrong = append(wrong, errors.New("hosts and {host} go together: the hosts that are expected, and where their name stands in the path"))
	}
	if s.Form == nil {
		return errors.Join(append(wrong, errors.New("has no form of a line"))...)
	}
	for _, days := range []map[string]calendar.Day{s.From, s.Until} {
		for _, host := range slices.Sorted(maps.Keys(days)) {
			if !slices.Contains(s.Hosts, host) {
				wrong = append(wrong, fmt.Errorf("host %q has a day and is not one of hosts", host))
			}
		}
	}
	fields := s.Form.Fields()
	for _, c := range s.Columns {
		if !slices.Contains(fields, c.Field) {
			wrong = append(wrong, fmt.Errorf("column %s: the line has no field %s; it has %s", c.Name, c.Field, strings.Join(fields, ", ")))
		}
		if len(c.Allowed) > 0 && c.Type.Kind != warehouse.Text {
			wrong = append(wrong, fmt.Errorf("column %s: allowed is for texts, and it is %s", c.Name, c.Type))
		}
		if c.Name == warehouse.FileColumn || c.Name == AtColumn || c.Name == warehouse.DayColumn {
			wrong = append(wrong, fmt.Errorf("column %s is there by itself", c.Name))
		}
	}
	for field := range s.Drop {
		if !slices.Contains(fields, field) {
			wrong = append(wrong, fmt.Errorf("drop: the line has no field %s", field))
		}
	}
	return errors.Join(wrong...)
}

// Report is what a load did.
type Report struct {
	Found, Unchanged, Loaded, Growing int // files
	Lines, Rows, Rejected, Filtered   int64
	Mended                            int64 // lines that were read after a stated repair
	Forgotten                         int   // files
	Changed                           []calendar.Day
	Broken, Held, Odd                 []Problem
	Missing                           []Hours   // of days that are over, and of today what other hosts have delivered
	Last                              time.Time // the last hour that any host has delivered
}

// Problem is what is the matter with a file.
type Problem struct {
	Name string
	Host string
	Hour time.Time
	Text string
	Hint string
}

// Hours are hours that a host has not delivered, of one local day.
type Hours struct {
	Host  string
	Day   calendar.Day
	Hours []time.Time // UTC
	// Silent says that other hosts have delivered these hours.
	Silent bool
}
