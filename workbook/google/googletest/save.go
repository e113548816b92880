package googletest

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// state is what the file of the state holds. The key is in it so that a key file stays
// good when the server starts again.
type state struct {
	Key   []byte
	Made  int
	Books map[string]*book
}

// MarshalText writes a place as a key of JSON.
func (s spot) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%d,%d", s.Row, s.Column), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *spot) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%d,%d", &s.Row, &s.Column)
	return err
}

// load reads the file of the state, if there is one, and makes a key otherwise.
func (s *Server) load() error {
	var text []byte
	err := fs.ErrNotExist
	if s.file != "" {
		text, err = os.ReadFile(s.file)
	}
	if errors.Is(err, fs.ErrNotExist) {
		s.key, err = newKey()
		return err
	}
	if err != nil {
		return fmt.Errorf("state of the stand-in: %w", err)
	}
	return s.restore(text)
}

func (s *Server) restore(text []byte) error {
	var kept state
	if err := json.Unmarshal(text, &kept); err != nil {
		return fmt.Errorf("state of the stand-in: %s: %w", s.file, err)
	}
	key, err := x509.ParsePKCS8PrivateKey(kept.Key)
	if err != nil {
		return fmt.Errorf("state of the stand-in: %s: key: %w", s.file, err)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return fmt.Errorf("state of the stand-in: %s: the key is not RSA", s.file)
	}
	s.key, s.made, s.books = private, kept.Made, kept.Books
	if s.books == nil {
		s.books = map[string]*book{}
	}
	for _, b := range s.books {
		if err := s.check.retype(b); err != nil {
			return fmt.Errorf("state of the stand-in: %s: spreadsheet %s: %w", s.file, b.ID, err)
		}
	}
	return nil
}

// retype gives the numbers of a book that was read from JSON the types that the schemas
// say.
func (c *checker) retype(b *book) error {
	answers := *c
	answers.answers = true
	var first error
	again := func(name string, o object) object {
		v, err := decodeJSON([]byte(shownJSON(o)))
		if err != nil {
			first = errors.Join(first, err)
			return o
		}
		checked, fail := answers.message(name, v, "")
		if fail != nil {
			first = errors.Join(first, fail)
			return o
		}
		return checked
	}
	each := func(name string, all []object) {
		for i := range all {
			all[i] = again(name, all[i])
		}
	}
	b.Properties = again("SpreadsheetProperties", b.Properties)
	each("DeveloperMetadata", b.Metadata)
	each("CommentThread", b.Comments)
	for _, s := range b.Sheets {
		s.Properties = again("SheetProperties", s.Properties)
		for at, cell := range s.Cells {
			s.Cells[at] = again("CellData", cell)
		}
		for _, known := range []map[int]object{s.Rows, s.Columns} {
			for i, o := range known {
				known[i] = again("DimensionProperties", o)
			}
		}
		each("ConditionalFormatRule", s.Rules)
		each("ProtectedRange", s.Protected)
		each("EmbeddedChart", s.Charts)
		each("CommentAnchor", s.Anchors)
		if s.Filter != nil {
			s.Filter = again("BasicFilter", s.Filter)
		}
	}
	return first
}

// save writes the file of the state; it is called with the lock held. A file that
// cannot be written is told by SaveError, as no call of the API is to blame.
func (s *Server) save() {
	if s.file == "" {
		return
	}
	s.unsaved = s.write()
}

func (s *Server) write() error {
	key, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(state{key, s.made, s.books}, "", " ")
	if err != nil {
		return err
	}
	next := filepath.Join(filepath.Dir(s.file), ".state.next")
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return err
	}
	return os.Rename(next, s.file)
}

// SaveError returns why the state could not be written the last time, if so.
func (s *Server) SaveError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unsaved
}

// Spreadsheets returns the ids of all spreadsheets.
func (s *Server) Spreadsheets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sortedKeys(s.books)
}
