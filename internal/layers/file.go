package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// file is what one Go file says about its place.
type file struct {
	name      string // path from the root
	dir       string // folder of its package
	test      bool
	imports   []use
	selectors []use // "time.Now", with the import's path: "database/sql.Open"
}

type use struct {
	name string
	line int
}

// walk reads every Go file of the tree except those under testdata, hidden
// folders and modules of their own.
func walk(tree fs.FS, visit func(file)) error {
	return fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && skipped(tree, name) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		f, err := read(tree, name)
		if err != nil {
			return err
		}
		visit(f)
		return nil
	})
}

func skipped(tree fs.FS, dir string) bool {
	base := path.Base(dir)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := fs.Stat(tree, path.Join(dir, "go.mod"))
	return err == nil
}

func read(tree fs.FS, name string) (file, error) {
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return file{}, err
	}
	positions := token.NewFileSet()
	parsed, err := parser.ParseFile(positions, name, source, parser.SkipObjectResolution)
	if err != nil {
		return file{}, err
	}
	f := file{name: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go")}
	named := map[string]string{} // the name in this file → the import path
	for _, spec := range parsed.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return file{}, err
		}
		f.imports = append(f.imports, use{importPath, positions.Position(spec.Pos()).Line})
		named[localName(spec, importPath)] = importPath
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if from, ok := selector.X.(*ast.Ident); ok && named[from.Name] != "" {
				line := positions.Position(selector.Pos()).Line
				f.selectors = append(f.selectors, use{named[from.Name] + "." + selector.Sel.Name, line})
			}
		}
		if function, ok := node.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
			f.selectors = append(f.selectors, use{"func init", positions.Position(function.Pos()).Line})
		}
		return true
	})
	return f, nil
}

// localName is the name under which a file knows an import. The last element is
// right for the standard library, which is all that rules about selectors name.
func localName(spec *ast.ImportSpec, importPath string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path.Base(importPath)
}
