package main

import (
	"strings"
	"testing"
)

func TestEachFigureIsPrintedWithItsMeaning(t *testing.T) {
	var out strings.Builder
	printFigures(&out, []byte(`goos: linux
pkg: tearsheet/cmd/tearsheet
BenchmarkMetrics/10M-2         	       3	4193000000 ns/op	         2.50 cold/scan	        31.0 cold/one-more-day
PASS
ok  	tearsheet/cmd/tearsheet	12.3s
pkg: tearsheet/tearsheet/render/pdf
BenchmarkRender-2   	     100	  11000000 ns/op	 3 furlongs
`))
	want := `cmd/tearsheet: Metrics/10M
        2.50  cold/scan           40 metrics (20 distinct counts) with nothing stored, in scans: one GROUP BY day of the same columns is 1
        31.0  cold/one-more-day   all 35 days against one day more: the aim is 25 or above
tearsheet/render/pdf: Render
        11.0  ms/op               the time of one
`
	if out.String() != want {
		t.Errorf("printed:\n%swant:\n%s", out.String(), want)
	}
}
