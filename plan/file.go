package plan

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tearsheet/metrics"
)

// largestFile is the size to which a planning document may grow, 10 MB.
const largestFile = 10 << 20

// ReadFile reads the plan in a .csv or .xlsx file. What a person can mend in the
// document comes as metrics.Faults, all at once, each with its cell; with any
// fault there is no plan.
func ReadFile(path string, o Options) (*Plan, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("plan: %s is not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, largestFile+1))
	if err != nil {
		return nil, fmt.Errorf("plan: %s: %w", path, err)
	}
	return Parse(filepath.Base(path), data, o)
}

// Parse reads the plan in data, the content of a file of that name, as ReadFile
// does. The ending of the name says what it is.
func Parse(file string, data []byte, o Options) (*Plan, error) {
	if len(data) > largestFile {
		return nil, metrics.Faults{{Place: file, Text: "is larger than 10 MB: this is not a plan"}}
	}
	t, err := readTable(file, data, o.Sheet)
	if err != nil {
		return nil, err
	}
	return t.plan(o)
}

func readTable(file string, data []byte, sheet string) (*table, error) {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".csv":
		return readCSV(file, data)
	case ".xlsx", ".xlsm":
		return readXLSX(file, data, sheet)
	}
	return nil, metrics.Faults{{Place: file, Text: "is neither .csv nor .xlsx: save the plan as one of them"}}
}
