// Package templates holds what the product looks like: pages, styles and fonts,
// embedded in the program and parsed at its start. What they show is decided by
// those who fill them.
package templates

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
)

//go:embed page.css sheet.html sheet.css schema.html schema.css graph.html graph.css drawing.css woff2/*.woff2
var pages embed.FS

// The pages. Sheet is the tearsheet, which package tearsheet/render fills; Schema the
// schema definitions document of package schemadoc; Graph the pipeline, of package
// pipeline/graphpage: its template "drawing" is the picture alone.
var (
	Sheet  = template.Must(template.ParseFS(pages, "sheet.html"))
	Schema = template.Must(template.ParseFS(pages, "schema.html"))
	Graph  = template.Must(template.ParseFS(pages, "graph.html"))
)

// SheetStyle returns the style of Sheet with the fonts inside, so that the page
// needs nothing but itself.
func SheetStyle() template.CSS { return style("page.css", "sheet.css") }

// SchemaStyle returns the style of Schema, as SheetStyle.
func SchemaStyle() template.CSS { return style("page.css", "schema.css") }

// GraphStyle returns the style of Graph, as SheetStyle.
func GraphStyle() template.CSS { return style("page.css", "drawing.css", "graph.css") }

// DrawingStyle returns the style of the picture of Graph where it stands alone.
func DrawingStyle() template.CSS { return style("drawing.css") }

// style returns the fonts and some style sheets.
func style(sheets ...string) template.CSS {
	var style strings.Builder
	for _, face := range []struct {
		file   string
		weight int
	}{
		{"IBMPlexSansCondensed-Regular", 400},
		{"IBMPlexSansCondensed-SemiBold", 600},
	} {
		fmt.Fprintf(&style, "@font-face{font-family:'IBM Plex Sans Condensed';font-weight:%d;src:url(data:font/woff2;base64,%s) format('woff2')}\n",
			face.weight, base64.StdEncoding.EncodeToString(embedded("woff2/"+face.file+".woff2")))
	}
	for _, sheet := range sheets {
		style.Write(embedded(sheet))
	}
	return template.CSS(style.String())
}

// Policy returns a content security policy that admits a style and the fonts in it,
// and nothing else.
func Policy(style template.CSS) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; font-src data:; base-uri 'none'; form-action 'none'"
}

// embedded returns a file of this package; one that is missing is a mistake of
// ours and panics.
func embedded(name string) []byte {
	text, err := pages.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return text
}
