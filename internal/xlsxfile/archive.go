package xlsxfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Archive is the zip file of a workbook. It holds its entries back until Close
// and writes them in one order and with one date, as the library's own order
// changes from run to run. It is an excelize.ZipWriter.
type Archive struct {
	to      io.Writer
	entries []entry
}

// NewArchive returns an archive that is written to w.
func NewArchive(w io.Writer) *Archive { return &Archive{to: w} }

type entry struct {
	name string
	data *bytes.Buffer
}

// zipEpoch is the first date that a zip file can hold.
var zipEpoch = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

// contentTypes is the entry that readers expect first.
const contentTypes = "[Content_Types].xml"

// Create adds an entry.
func (a *Archive) Create(name string) (io.Writer, error) {
	data := &bytes.Buffer{}
	a.entries = append(a.entries, entry{name, data})
	return data, nil
}

// AddFS is refused: the workbook has no files from outside.
func (a *Archive) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close writes the zip file.
func (a *Archive) Close() error {
	slices.SortFunc(a.entries, func(x, y entry) int {
		if first := (x.name == contentTypes); first != (y.name == contentTypes) {
			if first {
				return -1
			}
			return 1
		}
		return strings.Compare(x.name, y.name)
	})
	z := zip.NewWriter(a.to)
	for _, e := range a.entries {
		data := e.data.Bytes()
		if e.name == contentTypes {
			data = sortTypes(data)
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: zipEpoch})
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return z.Close()
}

var typeElement = regexp.MustCompile(`<(?:Default|Override) [^>]*>(?:</(?:Default|Override)>)?`)

// sortTypes puts the elements of the content types in one order.
func sortTypes(data []byte) []byte {
	elements := typeElement.FindAll(data, -1)
	if len(elements) == 0 {
		return data
	}
	first := typeElement.FindIndex(data)[0]
	rest := typeElement.ReplaceAll(data, nil)
	slices.SortFunc(elements, bytes.Compare)
	return slices.Concat(rest[:first], bytes.Join(elements, nil), rest[first:])
}
