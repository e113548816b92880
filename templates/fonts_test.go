package templates

import (
	"testing"

	"golang.org/x/image/font/sfnt"
)

// The judge is another reader of font files.
func TestFacesHaveTheGlyphsThatTheirFilesHave(t *testing.T) {
	for _, face := range Faces() {
		font, err := sfnt.Parse(face.TrueType())
		if err != nil {
			t.Fatalf("%v: %v", face, err)
		}
		var buffer sfnt.Buffer
		glyphs := 0
		for r := rune(0); r <= 0xFFFF; r++ {
			index, err := font.GlyphIndex(&buffer, r)
			if err != nil {
				t.Fatalf("%v: %U: %v", face, r, err)
			}
			if face.Has(r) != (index != 0) {
				t.Errorf("%v: Has(%U) = %v, glyph %d", face, r, face.Has(r), index)
			}
			if index != 0 {
				glyphs++
			}
		}
		if glyphs < 500 {
			t.Errorf("%v has %d glyphs: hardly the whole font", face, glyphs)
		}
	}
}

func TestFiguresAreTabular(t *testing.T) {
	for _, face := range Faces() {
		font, err := sfnt.Parse(face.TrueType())
		if err != nil {
			t.Fatal(err)
		}
		var buffer sfnt.Buffer
		width := func(r rune) int {
			index, _ := font.GlyphIndex(&buffer, r)
			advance, err := font.GlyphAdvance(&buffer, index, 1000<<6, 0)
			if err != nil {
				t.Fatal(err)
			}
			return int(advance)
		}
		for r := '1'; r <= '9'; r++ {
			if width(r) != width('0') {
				t.Errorf("%v: %c is %d wide, 0 is %d", face, r, width(r), width('0'))
			}
		}
	}
}

func TestPrintable(t *testing.T) {
	for _, r := range "AZaz09 éßÆŁżøåçÑ«»„“”‘’…–—−+%$€£¥¢‡†·/()&@#'\"≥≤≠×↑↓\u00a0" {
		if !Printable(r) {
			t.Errorf("%q (%U) is not printable", r, r)
		}
	}
	for _, r := range "\x00\t\n\r\x1b\x7f\u0085\u200b\u202e日ع😀\U0001F4C8▲▽" {
		if Printable(r) {
			t.Errorf("%q (%U) is printable", r, r)
		}
	}
	if Printable(-1) || Printable(0x110000) {
		t.Error("what is no rune is printable")
	}
}
