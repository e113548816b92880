package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkNight times runs of the pipeline. Each figure is a ratio to the full night of
// the same run, or seconds that the design bounds.
func BenchmarkNight(b *testing.B) {
	b.Run("200Nodes", func(b *testing.B) { benchmarkNodes(b, 200) })
	b.Run("LateFile", benchmarkLateFile)
}

// benchmarkNodes makes so many tables of one day, and then nothing, since nothing
// changed.
func benchmarkNodes(b *testing.B, nodes int) {
	dir := night(b, nightDuckDB)
	for i := range nodes {
		parent := "likes"
		if i%10 > 0 { // chains of ten
			parent = fmt.Sprintf("node_%d", i-1)
		}
		asset := nightAsset(fmt.Sprintf("node_%d", i), parent, "", "day date, user_id bigint",
			"select day, user_id from "+parent+" where day >= $1 and day < $2")
		if err := os.WriteFile(filepath.Join(dir, "etl", fmt.Sprintf("node_%d.sql", i)), []byte(asset), 0o640); err != nil {
			b.Fatal(err)
		}
	}
	full := timed(b, dir)
	b.ResetTimer()
	for b.Loop() {
		nothing := timed(b, dir)
		b.ReportMetric(nothing.Seconds(), "s-nothing-changed")
		b.ReportMetric(full.Seconds()/nothing.Seconds(), "full/nothing")
	}
}

// timed runs the pipeline and returns how long it took.
func timed(b *testing.B, dir string) time.Duration {
	b.Helper()
	began := time.Now()
	if o := tearsheetAt(b, tuesday, dir, "run"); o.code != exitDone && o.code != exitHeld {
		b.Fatalf("exit %d\n%s%s", o.code, o.out, o.errOut)
	}
	return time.Since(began)
}

// benchmarkLateFile makes 90 days of one host, and then the day of one more file.
func benchmarkLateFile(b *testing.B) {
	for b.Loop() {
		dir := night(b, nightDuckDB)
		config, err := os.ReadFile(filepath.Join(dir, configName))
		if err != nil {
			b.Fatal(err)
		}
		first := time.Date(2026, time.August, 15, 4, 0, 0, 0, time.UTC)
		overwrite(b, dir, configName, strings.Replace(string(config), "since: 2026-11-10", "since: 2026-08-15", 1))
		for hour := range 87 * 24 {
			nightLog(b, dir, first.Add(time.Duration(hour)*time.Hour), 1+hour%2)
		}
		full := timed(b, dir)
		nightLog(b, dir, first.Add(40*24*time.Hour), 2)
		late := timed(b, dir)
		b.ReportMetric(full.Seconds()/late.Seconds(), "full/late-file")
		b.ReportMetric(late.Seconds(), "s-late-file")
	}
}
