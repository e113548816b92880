package templates

import (
	_ "embed"
	"html/template"
	"strings"
	texttemplate "text/template"
	"unicode"
	"unicode/utf8"
)

var (
	//go:embed run_mail.html
	runMail string
	//go:embed run_mail.txt
	runMailText string
	//go:embed sheet_mail.html
	sheetMail string
	//go:embed sheet_mail.txt
	sheetMailText string
)

// RunMail is the mail about a run that failed, as a page that needs no picture, no
// font and no style sheet; RunMailText is the same as text. Package cmd/tearsheet
// fills them.
var (
	RunMail = template.Must(template.New("run_mail.html").Funcs(template.FuncMap{
		"list": list, "sentence": sentence}).Parse(runMail))
	RunMailText = texttemplate.Must(texttemplate.New("run_mail.txt").Funcs(texttemplate.FuncMap{
		"indent": indent}).Parse(runMailText))
)

// SheetMail is the mail with which the sheet is sent, as a page of the same kind;
// SheetMailText is the same as text. Package tearsheet/render/letter fills them.
var (
	SheetMail = template.Must(template.New("sheet_mail.html").Funcs(template.FuncMap{
		"sentence": sentence}).Parse(sheetMail))
	SheetMailText = texttemplate.Must(texttemplate.New("sheet_mail.txt").Funcs(texttemplate.FuncMap{
		"sentence": sentence, "upper": strings.ToUpper}).Parse(sheetMailText))
)

func list(items ...string) []string { return items }

// sentence returns the text with a capital letter.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// indent moves each line of a text to the right.
func indent(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ")
}
