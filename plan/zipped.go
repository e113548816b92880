package plan

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// largestUnzipped is the size to which a workbook may unfold, and mostPlaces the
// number of cells, blank ones between others counted, that a sheet may span. Both
// are far above any plan and far below what a crafted archive can reach: a sheet
// with one cell in the last column of every row is a small file and fills the
// memory of a machine.
const (
	largestUnzipped = 64 << 20
	mostPlaces      = 2_000_000
)

// checkSize returns an error for a workbook that is broken as an archive, or too
// large to be unfolded.
func checkSize(data []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	left := int64(largestUnzipped)
	for _, f := range archive.File {
		part, err := f.Open()
		if err != nil {
			return err
		}
		limited := &io.LimitedReader{R: part, N: left + 1}
		err = readPart(f.Name, limited)
		part.Close()
		if left = limited.N - 1; left < 0 {
			return fmt.Errorf("it unfolds to more than %d MB", largestUnzipped>>20)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// readPart reads one file of the archive to its end, with its checksum, and
// counts the places of a worksheet on the way.
func readPart(name string, r io.Reader) error {
	if strings.HasPrefix(name, "xl/worksheets/") && strings.HasSuffix(name, ".xml") {
		if err := checkPlaces(r); err != nil {
			return err
		}
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

// checkPlaces adds up the columns that each row of a worksheet spans.
func checkPlaces(r io.Reader) error {
	decoder := xml.NewDecoder(r)
	places, col := 0, 0
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "row":
			col = 0
		case "c":
			next := max(columnOf(start), col+1)
			places, col = places+next-col, next
		}
		if places > mostPlaces {
			return fmt.Errorf("the sheet spans more than %d cells", mostPlaces)
		}
	}
}

// columnOf returns the column that a cell says it is in, or 0.
func columnOf(c xml.StartElement) int {
	for _, attr := range c.Attr {
		if attr.Name.Local == "r" {
			col, _, err := excelize.CellNameToCoordinates(attr.Value)
			if err != nil {
				return 0
			}
			return col
		}
	}
	return 0
}
