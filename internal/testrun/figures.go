package main

import "strings"

// figures are what benchmarks report, by unit, and what each tells.
func figures() map[string]string {
	return map[string]string{
		"cold/scan":          "40 metrics (20 distinct counts) with nothing stored, in scans: one GROUP BY day of the same columns is 1",
		"separate/cold":      "40 statements one by one, against ours: above 1, computing them together pays",
		"cold/one-more-day":  "all 35 days against one day more: the aim is 25 or above",
		"ms-nothing-changed": "the same again when nothing changed: no statement is sent (checked)",
		"s-cold":             "the seconds behind cold/scan, on this machine",
		"MB-peak":            "most memory resident while metrics were computed, with the gigabyte that DuckDB may use",
		"ms-cpu/op":          "own CPU for the document from stored values: the aim is below 50, whatever the number of rows",

		"load/scan":   "MySQL to DuckDB, in rows a second, against a bare loop over the same rows with database/sql: the aim is 0.6 or above",
		"load/driver": "the same against a bare loop over the driver alone",
		"krows/s":     "thousands of rows a second from MySQL into DuckDB, on this machine",

		"s-nothing-changed": "a night of 207 tables in which nothing changed, from start to end: the aim is below 2",
		"full/nothing":      "the first night of these tables, in such nights",
		"full/late-file":    "90 days of logs and all that is made of them, against one late file: only its day is made",
		"s-late-file":       "the seconds of the late file",

		"×inserts": "200 durable steps, against as many rows inserted into SQLite",
		"s/run":    "the seconds of these 200 steps",
		"s/open":   "opening and closing the state of runs",

		"vectors/engine": "appending to DuckDB by its own vectors, against its copying from table to table",
		"vectors/rows":   "the same against row by row",

		"own/limit":  "COPY encoded by hand, against one of bytes that were encoded before",
		"own/driver": "the same against the driver's own COPY",

		"times_one_scan": "the schema document, in scans of the widest table",
	}
}

// meaning says what a figure tells; it is empty for a figure that tells nothing.
func meaning(benchmark, unit string) string {
	if unit == "ms/op" {
		for _, round := range []string{"Metrics/", "Night/", "Logs/"} { // limit and peer included
			if strings.HasPrefix(benchmark, round) {
				return ""
			}
		}
		return "the time of one"
	}
	return figures()[unit]
}
