package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"tearsheet/internal/testenv"
	"tearsheet/internal/testenv/canary"
)

// event is one line of "go test -json".
type event struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

// results is what the tests said, and what they used.
type results struct {
	passed, failed int
	skips          []skip
	uses           map[string]map[string]bool // program → the tests that were given it
	output         map[string][]string        // what each running test has printed
	failedIn       map[string]int             // failed tests of a package
	leaks          []string                   // tests that printed a planted secret
}

type skip struct {
	test, reason string
	allowed      bool
}

func newResults() *results {
	return &results{uses: map[string]map[string]bool{}, output: map[string][]string{}, failedIn: map[string]int{}}
}

// good tells whether no test failed, none was skipped that must not be, and nothing that
// was printed holds a secret that a test planted.
func (r *results) good() bool {
	return r.failed == 0 && len(r.leaks) == 0 && !slices.ContainsFunc(r.skips, func(s skip) bool { return !s.allowed })
}

// read takes the events of a run and prints to w a line for each package and
// everything that a failed test said.
func (r *results) read(events io.Reader, w io.Writer) error {
	reader := bufio.NewReader(events)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			r.line(line, w)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *results) line(line []byte, w io.Writer) {
	var e event
	if json.Unmarshal(line, &e) != nil {
		fmt.Fprintf(w, "%s", line) // go test itself speaks
		r.search(event{Package: "go test", Output: string(line)}, w)
		return
	}
	r.search(e, w)
	if e.Test == "" {
		r.ofPackage(e, w)
		return
	}
	r.ofTest(e, w)
}

// heading is a line that names a test; a name may hold a planted secret.
var heading = regexp.MustCompile(`^\s*(=== (RUN|PAUSE|CONT|NAME|ATTR)|--- (PASS|FAIL|SKIP|BENCH):) `)

// search notes output that holds a secret that a test planted, and says at once whose.
func (r *results) search(e event, w io.Writer) {
	if heading.MatchString(e.Output) || canary.Find([]byte(e.Output)) == "" {
		return
	}
	name := strings.TrimSuffix(e.Package+"."+e.Test, ".")
	if !slices.Contains(r.leaks, name) {
		r.leaks = append(r.leaks, name)
		fmt.Fprintf(w, "LEAK %s: a planted secret (%s…) is in its output\n", name, canary.Prefix)
	}
}

func (r *results) ofTest(e event, w io.Writer) {
	name := e.Package + "." + e.Test
	switch e.Action {
	case "output":
		r.output[name] = append(r.output[name], e.Output)
		if program, ok := strings.CutPrefix(strings.TrimSpace(said(e.Output)), testenv.Uses); ok {
			if r.uses[program] == nil {
				r.uses[program] = map[string]bool{}
			}
			r.uses[program][name] = true
		}
		return
	case "pass":
		r.passed++
	case "fail":
		r.failed++
		r.failedIn[e.Package]++
		fmt.Fprintf(w, "FAIL %s\n%s", name, strings.Join(r.output[name], ""))
	case "skip":
		r.skips = append(r.skips, newSkip(name, r.output[name]))
	default:
		return
	}
	delete(r.output, name)
}

func (r *results) ofPackage(e event, w io.Writer) {
	switch e.Action {
	case "build-output":
		fmt.Fprint(w, e.Output)
	case "output":
		r.output[e.Package] = append(r.output[e.Package], e.Output)
	case "pass":
		fmt.Fprintf(w, "ok   %s  %.1fs\n", e.Package, e.Elapsed)
	case "fail":
		fmt.Fprintf(w, "FAIL %s  %.1fs\n", e.Package, e.Elapsed)
		if r.failedIn[e.Package] == 0 { // it did not build, or ended outside a test
			r.failed++
			fmt.Fprint(w, strings.Join(r.output[e.Package], ""))
		}
	}
}

var place = regexp.MustCompile(`^\s*[\w.-]+\.go:\d+: `)

// said is what a test logged, without the file and line before it.
func said(output string) string { return place.ReplaceAllString(output, "") }

// newSkip finds the reason among what the test printed: the last line that is
// not the frame of the test itself.
func newSkip(test string, output []string) skip {
	reason := "no reason given"
	for _, line := range output {
		if place.MatchString(line) && !strings.HasPrefix(said(line), testenv.Uses) {
			reason = strings.TrimSpace(said(line))
		}
	}
	return skip{test, reason, reason == testenv.NoSharedData || reason == testenv.NoSmallDisk || reason == testenv.NoMailServer}
}

// close prints what ran, what was skipped, and the sum as the last line.
func (r *results) close(w io.Writer, products []product) {
	fmt.Fprintln(w, "\nRan with:")
	for _, p := range products {
		fmt.Fprintf(w, "  %s %s%s\n", p.name, p.version, r.usedBy(p))
	}
	fmt.Fprintln(w, "Skipped:")
	if len(r.skips) == 0 {
		fmt.Fprintln(w, "  nothing")
	}
	for _, s := range r.skips {
		fmt.Fprintf(w, "  %s: %s", s.test, s.reason)
		if !s.allowed {
			fmt.Fprint(w, " [a failure here]")
		}
		fmt.Fprintln(w)
	}
	for _, test := range r.leaks {
		fmt.Fprintf(w, "a planted secret (%s…) is in the output of %s [a failure]\n", canary.Prefix, test)
	}
	fmt.Fprintf(w, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, len(r.skips))
}

// usedBy counts the tests that were given a program of the product.
func (r *results) usedBy(p product) string {
	if len(p.programs) == 0 {
		return ""
	}
	tests := map[string]bool{}
	for _, program := range p.programs {
		for test := range r.uses[program] {
			tests[test] = true
		}
	}
	return fmt.Sprintf(", asked for by %d tests", len(tests))
}
