// Package starter holds the files that a new project begins with: those of the
// example company, beside this file.
package starter

import (
	"embed"
	"io/fs"
)

//go:embed metrics.yaml tearsheet.yaml etl/*.sql
var files embed.FS

// File is a text file of a project.
type File struct {
	Name string // its path in the project's folder, with slashes
	Text []byte
}

// Files returns the files of the example by their names: tearsheet.yaml, metrics.yaml
// and etl/*.sql.
func Files() []File {
	var list []File
	names := []string{"tearsheet.yaml", "metrics.yaml"}
	assets, _ := fs.Glob(files, "etl/*.sql") // the pattern is one
	for _, name := range append(names, assets...) {
		text, _ := files.ReadFile(name) // it is embedded
		list = append(list, File{name, text})
	}
	return list
}
