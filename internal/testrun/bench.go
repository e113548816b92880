package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// benchRuns are the calls of go test that "make bench" makes: the large tables
// only as often as their ratios need, everything else for a second.
func benchRuns(packages []string) [][]string {
	run := func(flags ...string) []string {
		args := append([]string{"test", "-run", "^$", "-timeout", "30m", "-vet=off"}, flags...)
		return append(args, packages...)
	}
	return [][]string{
		run("-bench", "^BenchmarkMetrics$/^10M$", "-benchtime", "3x"),
		run("-bench", "^BenchmarkMetrics$/^100M$", "-benchtime", "1x"),
		run("-bench", "^Benchmark(Night|Logs)$/^(200Nodes|LateFile|0.1G|1G|1G-short)$", "-benchtime", "1x"),
		run("-bench", ".", "-skip", "^Benchmark(Metrics|Night|Logs)$"),
	}
}

// bench runs the benchmarks of the packages and prints each figure with what it
// means. It judges none: they depend on the machine.
func bench(ctx context.Context, packages []string) int {
	for _, args := range benchRuns(packages) {
		begin := time.Now()
		out, err := command(ctx, "go", args...).CombinedOutput()
		if err != nil {
			os.Stdout.Write(out)
			return fail(fmt.Errorf("go %s: %w", strings.Join(args, " "), err))
		}
		printFigures(os.Stdout, out)
		fmt.Printf("(%.0f s)\n\n", time.Since(begin).Seconds())
	}
	return 0
}

// printFigures turns what go test -bench said into one line for each figure.
func printFigures(w io.Writer, out []byte) {
	folder := ""
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) == 2 && words[0] == "pkg:" {
			folder = strings.TrimPrefix(words[1], "tearsheet/")
		}
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		name := name(words[0])
		fmt.Fprintf(w, "%s: %s\n", folder, name)
		for i := 2; i+1 < len(words); i += 2 {
			value, unit := readable(words[i], words[i+1])
			if meaning := meaning(name, unit); meaning != "" {
				fmt.Fprintf(w, "  %10s  %-18s  %s\n", value, unit, meaning)
			}
		}
	}
}

// readable turns nanoseconds into milliseconds.
func readable(value, unit string) (string, string) {
	nanoseconds, err := strconv.ParseFloat(value, 64)
	if unit != "ns/op" || err != nil {
		return value, unit
	}
	return strconv.FormatFloat(nanoseconds/1e6, 'f', 1, 64), "ms/op"
}

// name is a benchmark's without the number of processors that go test appends.
func name(benchmark string) string {
	if at := strings.LastIndexByte(benchmark, '-'); at > 0 {
		if _, err := strconv.Atoi(benchmark[at+1:]); err == nil {
			benchmark = benchmark[:at]
		}
	}
	return strings.TrimPrefix(benchmark, "Benchmark")
}
