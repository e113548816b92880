package templates

import (
	"bytes"
	"embed"
	"encoding/json"
	"strings"
	texttemplate "text/template"
)

//go:embed recipes/*.txt
var recipes embed.FS

// Recipes are the ways to let something else tell the time of a schedule, by name:
// systemd.txt, cron.txt, kubernetes.txt, github.txt. Package cmd/tearsheet fills them.
var Recipes = texttemplate.Must(texttemplate.New("recipes").Funcs(texttemplate.FuncMap{
	"join": func(list []string) string { return strings.Join(list, ", ") },
	"unit": inUnit, "crontab": inCrontab, "yaml": inYAML,
}).ParseFS(recipes, "recipes/*.txt"))

// inUnit writes a path as systemd reads it in a unit, where % begins a name of systemd's.
func inUnit(path string) string { return strings.ReplaceAll(path, "%", "%%") }

// inCrontab writes a text as one word of a shell in a crontab, where % ends the line.
func inCrontab(text string) string {
	word := "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	return strings.ReplaceAll(word, "%", `\%`)
}

// inYAML writes a text in quotes. Those of JSON are some of YAML, too.
func inYAML(text string) (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(text)
	return strings.TrimSpace(b.String()), err
}
