package demo_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tearsheet/calendar"
)

// delivery is what was written, read back by nothing of the product.
type delivery struct {
	dir    string
	events []event
	bad    map[string][]string // lines that are no events, by file
	tables map[string][]map[string]string
}

// event is a line of a log.
type event struct {
	file            string
	at              time.Time
	day             calendar.Day // in Toronto
	photo           string       // or -
	action, user    string
	address, client string
	query           url.Values
}

// toronto is the company's zone.
func toronto(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// dayIn returns the day of an instant in a zone.
func dayIn(zone *time.Location, at time.Time) calendar.Day { return calendar.DayOn(at.In(zone).Date()) }

func read(t testing.TB, dir string) *delivery {
	t.Helper()
	d := &delivery{dir: dir, bad: map[string][]string{}, tables: map[string][]map[string]string{}}
	logs, err := filepath.Glob(filepath.Join(dir, "logs", "*", "*.log.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range logs {
		if !strings.Contains(path, "_again") {
			d.readLog(t, path)
		}
	}
	extracts, err := filepath.Glob(filepath.Join(dir, "production", "*.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range extracts {
		d.tables[strings.TrimSuffix(filepath.Base(path), ".csv.gz")] = records(t, path)
	}
	return d
}

// unzip returns the text of a file, as much of it as there is.
func unzip(t testing.TB, path string) ([]byte, error) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(path, err)
	}
	return io.ReadAll(unzipped)
}

func (d *delivery) readLog(t testing.TB, path string) {
	t.Helper()
	text, err := unzip(t, path)
	if err != nil {
		t.Fatal(path, err)
	}
	name, err := filepath.Rel(d.dir, path)
	if err != nil {
		t.Fatal(err)
	}
	zone := toronto(t)
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		e, ok := parse(lines.Text())
		if !ok {
			d.bad[name] = append(d.bad[name], lines.Text())
			continue
		}
		if e.file, e.day = name, dayIn(zone, e.at); e.action != "healthcheck" {
			d.events = append(d.events, e)
		}
	}
}

// parse reads a line, as a person would who mends en dashes.
func parse(line string) (event, bool) {
	fields := strings.Split(line, " ")
	if len(fields) != 7 || !utf8.ValidString(line) {
		return event{}, false
	}
	at, err := time.Parse("2006-01-02 15:04:05.000", strings.ReplaceAll(fields[0], "–", "-")+" "+fields[1])
	if err != nil {
		return event{}, false
	}
	request, err := url.Parse(fields[6])
	if err != nil {
		return event{}, false
	}
	query := request.Query()
	return event{at: at, photo: fields[2], action: fields[3], user: fields[4], address: fields[5], client: query.Get("client"), query: query}, true
}

// records reads a CSV file as maps.
func records(t testing.TB, path string) []map[string]string {
	t.Helper()
	text, err := unzip(t, path)
	if err != nil {
		t.Fatal(path, err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(path, err)
	}
	var all []map[string]string
	for _, row := range rows[1:] {
		record := map[string]string{}
		for i, name := range rows[0] {
			record[name] = row[i]
		}
		all = append(all, record)
	}
	return all
}
