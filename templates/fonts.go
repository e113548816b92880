package templates

import (
	_ "embed"
	"encoding/binary"
	"unicode"
)

// Face is one of the embedded fonts: IBM Plex, under the SIL Open Font License
// in fonts/LICENSE.txt. Its figures are tabular.
type Face int

// The faces, condensed but for Mono.
const (
	Regular Face = iota
	Medium
	SemiBold
	Mono
)

var (
	//go:embed fonts/IBMPlexSansCondensed-Regular.ttf
	regular string
	//go:embed fonts/IBMPlexSansCondensed-Medium.ttf
	medium string
	//go:embed fonts/IBMPlexSansCondensed-SemiBold.ttf
	semiBold string
	//go:embed fonts/IBMPlexMono-Regular.ttf
	mono string
)

// Faces returns all faces.
func Faces() []Face { return []Face{Regular, Medium, SemiBold, Mono} }

// String returns the font's PostScript name.
func (f Face) String() string {
	return [...]string{
		"IBMPlexSansCondensed", "IBMPlexSansCondensed-Medium", "IBMPlexSansCondensed-SemiBold", "IBMPlexMono"}[f]
}

// TrueType returns a copy of the font file.
func (f Face) TrueType() []byte { return []byte(f.file()) }

func (f Face) file() string { return [...]string{regular, medium, semiBold, mono}[f] }

// maxPrintable is the last rune of the Basic Multilingual Plane: what lies above
// it, such as most emoji, cannot be drawn.
const maxPrintable = 0xFFFF

// Printable reports whether r can be printed in every face: it has a glyph in
// each, and is neither a control character nor one without width or shape.
func Printable(r rune) bool {
	if !unicode.IsGraphic(r) {
		return false
	}
	for _, face := range Faces() {
		if !face.Has(r) {
			return false
		}
	}
	return true
}

// Has reports whether the face has a glyph for r.
func (f Face) Has(r rune) bool {
	if r < 0 || r > maxPrintable {
		return false
	}
	return glyphOf(characterMap(f.file()), uint16(r)) != 0
}

// Fields of the TrueType tables that are read below, by their offsets.
const (
	tableCount   = 4  // in the file: number of tables
	tableRecords = 12 // 16 bytes each: tag, checksum, offset, length
	mapRecords   = 4  // in the cmap table: 8 bytes each: platform, encoding, offset
	segmentCount = 6  // in a map of format 4: twice the number of segments
	segmentEnds  = 14
)

// characterMap returns the file from the start of its map of the Basic
// Multilingual Plane (Windows, Unicode, format 4), or "" if it has none.
func characterMap(file string) string {
	for i := range int(u16(file, tableCount)) {
		record := file[tableRecords+16*i:]
		if record[:4] != "cmap" {
			continue
		}
		table := file[u32(record, 8):]
		for j := range int(u16(table, 2)) {
			entry := table[mapRecords+8*j:]
			if found := table[u32(entry, 4):]; u32(entry, 0) == 3<<16|1 && u16(found, 0) == 4 {
				return found
			}
		}
	}
	return ""
}

// glyphOf looks c up in a map of format 4; 0 is the missing glyph.
func glyphOf(m string, c uint16) uint16 {
	if m == "" {
		return 0
	}
	size := int(u16(m, segmentCount)) // of one array over the segments, in bytes
	for at := segmentEnds; at < segmentEnds+size; at += 2 {
		if c > u16(m, at) {
			continue
		}
		start := at + size + 2 // the arrays follow one another: ends, a pad, starts, deltas, offsets
		first, delta, offset := u16(m, start), u16(m, start+size), int(u16(m, start+2*size))
		switch {
		case c < first:
			return 0
		case offset == 0:
			return c + delta
		}
		glyph := u16(m, start+2*size+offset+2*int(c-first))
		if glyph == 0 {
			return 0
		}
		return glyph + delta
	}
	return 0
}

func u16(s string, at int) uint16 { return binary.BigEndian.Uint16([]byte(s[at : at+2])) }

func u32(s string, at int) uint32 { return binary.BigEndian.Uint32([]byte(s[at : at+4])) }
