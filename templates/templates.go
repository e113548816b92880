// Package templates holds what the product looks like: pages, styles and fonts,
// embedded in the program and parsed at its start. What they show is decided by
// those who fill them.
package templates

import (
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
)

//go:embed sheet.html sheet.css woff2/*.woff2
var pages embed.FS

// Sheet is the tearsheet as a web page. Package tearsheet/render fills it.
var Sheet = template.Must(template.ParseFS(pages, "sheet.html"))

// SheetStyle returns the style of Sheet with the fonts inside, so that the page
// needs nothing but itself.
func SheetStyle() template.CSS {
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
	style.Write(embedded("sheet.css"))
	return template.CSS(style.String())
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
