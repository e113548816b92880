// Package starter holds the files that a new project begins with: those of the
// example company, beside this file.
package starter

import _ "embed"

//go:embed metrics.yaml
var metrics []byte

//go:embed tearsheet.yaml
var config []byte

// File is a text file of a project.
type File struct {
	Name string
	Text []byte
}

// Files returns the files of the example: tearsheet.yaml and metrics.yaml.
func Files() []File {
	return []File{{"tearsheet.yaml", config}, {"metrics.yaml", metrics}}
}
