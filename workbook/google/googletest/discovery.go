package googletest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"

	"google.golang.org/api/sheets/v4"
)

// object is a message of the API as its JSON has it. Checked objects hold int,
// float64, string, bool, object and []any, as the schema says. Nothing in the state
// is changed in place: whoever changes an object makes a new one.
type object = map[string]any

// discovery is the description of the API that Google publishes, and from which the
// client was generated.
type discovery struct {
	Parameters map[string]schema
	Resources  map[string]resource
	Schemas    map[string]schema
}

type resource struct {
	Methods   map[string]method
	Resources map[string]resource
}

type method struct {
	ID         string
	HTTPMethod string
	Path       string
	Parameters map[string]schema
	Request    *schema
	Response   *schema
	Scopes     []string
}

type schema struct {
	ID                   string
	Ref                  string `json:"$ref"`
	Type                 string
	Format               string
	Enum                 []string
	Repeated             bool
	Required             bool
	Location             string
	ReadOnly             bool
	Items                *schema
	Properties           map[string]schema
	AdditionalProperties *schema
}

const (
	apiModule     = "google.golang.org/api"
	discoveryName = "sheets-api.json"
)

// readDiscovery reads the discovery document that lies beside the client's code, so
// that both are of one version.
func readDiscovery() (*discovery, error) {
	name, err := discoveryFile()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("discovery document: %w", err)
	}
	d := &discovery{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("discovery document %s: %w", name, err)
	}
	return d, nil
}

// discoveryFile asks the program where the client's code was compiled from, and, if
// it was built with -trimpath and cannot tell, the go command.
func discoveryFile() (string, error) {
	function := runtime.FuncForPC(reflect.ValueOf(sheets.NewService).Pointer())
	source, _ := function.FileLine(function.Entry())
	name := filepath.Join(filepath.Dir(source), discoveryName)
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", apiModule).Output()
	if err != nil {
		return "", fmt.Errorf("where the module %s lies: go list: %w", apiModule, err)
	}
	return filepath.Join(strings.TrimSpace(string(dir)), "sheets", "v4", discoveryName), nil
}

// route is a method found for a request, with the values that its path held.
type route struct {
	method
	values map[string]string
}

// find returns the method for a path below the root, such as
// v4/spreadsheets/ID:batchUpdate. The parts of the path are still escaped.
func (d *discovery) find(verb, path string) (route, bool) {
	for _, m := range allMethods(d.Resources) {
		if m.HTTPMethod != verb {
			continue
		}
		if values, ok := pathValues(m.Path, path); ok {
			return route{m, values}, true
		}
	}
	return route{}, false
}

func allMethods(resources map[string]resource) []method {
	var all []method
	for _, r := range resources {
		for _, m := range r.Methods {
			all = append(all, m)
		}
		all = append(all, allMethods(r.Resources)...)
	}
	return all
}

// pathValues matches a path with a template part by part: {name} takes a part up to
// the ":" that stands before a verb.
func pathValues(template, path string) (map[string]string, bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	values := map[string]string{}
	for i, part := range want {
		name, verb, isValue := valuePart(part)
		if !isValue {
			if part != got[i] {
				return nil, false
			}
			continue
		}
		value, ok := strings.CutSuffix(got[i], verb)
		if !ok || value == "" || verb == "" && name == "spreadsheetId" && strings.Contains(value, ":") {
			return nil, false
		}
		values[name] = value
	}
	return values, true
}

func valuePart(part string) (name, verb string, ok bool) {
	rest, ok := strings.CutPrefix(part, "{")
	if !ok {
		return "", "", false
	}
	name, verb, ok = strings.Cut(rest, "}")
	return name, verb, ok
}
