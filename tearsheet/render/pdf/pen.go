package pdf

import (
	"strings"

	"github.com/go-pdf/fpdf"

	"tearsheet/templates"
)

// ink is a colour as 0xRRGGBB.
type ink uint32

// One accent, and it only doubles what shape and weight say already: the sheet
// must lose nothing on a grey printer.
const (
	black  ink = 0x111111
	white  ink = 0xFFFFFF
	grey   ink = 0x626262
	light  ink = 0x8C8C8C
	hair   ink = 0xD6D6D6
	band   ink = 0xF0F0F0
	accent ink = 0x960C12
)

func (c ink) rgb() (r, g, b int) { return int(c >> 16), int(c >> 8 & 0xFF), int(c & 0xFF) }

// style is how a text is set.
type style struct {
	face templates.Face
	size float64
	ink  ink
}

func (s style) sized(factor float64) style {
	s.size *= factor
	return s
}

// pen draws on the current page; y is the baseline of a text.
type pen struct {
	file *fpdf.Fpdf
}

func (p pen) width(text string, s style) float64 {
	p.file.SetFont(s.face.String(), "", s.size)
	return p.file.GetStringWidth(text)
}

// text sets a text from x on and returns where it ends.
func (p pen) text(x, y float64, text string, s style) float64 {
	if text == "" {
		return x
	}
	width := p.width(text, s)
	p.file.SetTextColor(s.ink.rgb())
	p.file.Text(x, y, text)
	return x + width
}

// right sets a text that ends at x and returns where it begins.
func (p pen) right(x, y float64, text string, s style) float64 {
	x -= p.width(text, s)
	p.text(x, y, text, s)
	return x
}

func (p pen) centre(x, y float64, text string, s style) {
	p.text(x-p.width(text, s)/2, y, text, s)
}

const ellipsis = "…"

// fit returns the text, or as much of its beginning as fits with an ellipsis.
func (p pen) fit(text string, s style, width float64) string {
	if p.width(text, s) <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 {
		runes = runes[:len(runes)-1]
		short := strings.TrimRight(string(runes), " ,") + ellipsis
		if p.width(short, s) <= width {
			return short
		}
	}
	return ""
}

// leastSqueeze keeps words legible: what would have to be smaller is cut.
const leastSqueeze = 0.75

// squeeze returns the text and its style, smaller or cut, so that it fits.
func (p pen) squeeze(text string, s style, width float64) (string, style) {
	if w := p.width(text, s); w > width {
		s = s.sized(max(leastSqueeze, width/w))
	}
	return p.fit(text, s, width+.01), s
}

func (p pen) rule(x1, x2, y, width float64, c ink) {
	p.file.SetDrawColor(c.rgb())
	p.file.SetLineWidth(width)
	p.file.Line(x1, y, x2, y)
}

func (p pen) upright(x, y1, y2, width float64, c ink) {
	p.file.SetDrawColor(c.rgb())
	p.file.SetLineWidth(width)
	p.file.Line(x, y1, x, y2)
}

func (p pen) fill(x1, y1, x2, y2 float64, c ink) {
	p.file.SetFillColor(c.rgb())
	p.file.Rect(x1, y1, x2-x1, y2-y1, "F")
}

// ring draws an open dot as large as dot does: what lies below does not show in it.
func (p pen) ring(x, y, radius float64, c ink) {
	p.file.SetFillColor(white.rgb())
	p.file.SetDrawColor(c.rgb())
	p.file.SetLineWidth(ringWidth)
	p.file.Circle(x, y, radius-ringWidth/2, "FD")
}

func (p pen) dot(x, y, radius float64, c ink) {
	p.file.SetFillColor(c.rgb())
	p.file.Circle(x, y, radius, "F")
}
