package templates

import (
	"embed"
	"strings"
	texttemplate "text/template"
)

//go:embed recipes/*.txt
var recipes embed.FS

// Recipes are the ways to let something else tell the time of a schedule, by name:
// systemd.txt, cron.txt, kubernetes.txt, github.txt. Package cmd/tearsheet fills them.
var Recipes = texttemplate.Must(texttemplate.New("recipes").Funcs(texttemplate.FuncMap{
	"join": func(list []string) string { return strings.Join(list, ", ") },
}).ParseFS(recipes, "recipes/*.txt"))
