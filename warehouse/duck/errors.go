package duck

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"tearsheet/warehouse"
)

var holder = regexp.MustCompile(`Conflicting lock is held in .*\(PID (\d+)\)`)

var shortRead = regexp.MustCompile(`Could not read enough bytes from file .* from location (\d+)`)

// headSize is the size of DuckDB's three headers, in bytes.
const headSize = 3 * 4096

// cutInItsHead reports whether DuckDB says that a file ends within its headers: such a
// file never was whole.
func cutInItsHead(text string) bool {
	m := shortRead.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	at, err := strconv.Atoi(m[1])
	return err == nil && at < headSize
}

// explainOpening turns an error of opening a file into one that says what to do.
func explainOpening(err error, path string) error {
	text := err.Error()
	if m := holder.FindStringSubmatch(text); m != nil {
		pid, _ := strconv.Atoi(m[1])
		return &warehouse.ActiveError{Path: path, PID: pid}
	}
	if strings.Contains(text, "Could not set lock on file") {
		return &warehouse.ActiveError{Path: path}
	}
	if strings.Contains(text, "with a different configuration") { // it is open in this very process
		return &warehouse.ActiveError{Path: path, PID: os.Getpid()}
	}
	switch {
	case strings.Contains(text, "not a valid DuckDB database file"), cutInItsHead(text):
		err = errors.New("not a DuckDB file: move it away, or name another file in warehouse.url")
	case strings.Contains(text, "version number"):
		err = fmt.Errorf("%s (this program has DuckDB %s)", firstLine(err), engineVersion())
	}
	return &warehouse.StorageError{Place: path, Err: err}
}

func engineVersion() string {
	// The linked library says it best; it needs no file for that.
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return "of unknown version"
	}
	defer connector.Close()
	conn, err := connector.Connect(context.Background())
	if err != nil {
		return "of unknown version"
	}
	defer conn.Close()
	return libraryVersion(conn)
}

// explain turns an engine's error about a statement into the contract's.
func explain(err error, path, statement string, limits warehouse.Limits) error {
	if err == nil {
		return nil
	}
	engine := engineError(err)
	switch kind := engine.Type; {
	case kind == duckdb.ErrorTypeOutOfMemory:
		return fmt.Errorf("%s: %s: out of memory (memory limit %s): %w", path, warehouse.Excerpt(statement), limitText(limits.Memory), firstError(err))
	case engineFailed(engine) && outOfSpace(engine.Msg):
		return &warehouse.StorageError{Place: path, Err: fmt.Errorf("%w (%s free)", firstError(err), freeText(path))}
	case engineFailed(engine):
		return &warehouse.StorageError{Place: path, Err: firstError(err)}
	case slices.Contains(ofText(), kind):
		return syntaxError(engine.Msg, statement)
	case kind != untyped:
		return &shortError{syntaxError(engine.Msg, statement).Message, err}
	}
	return err
}

// untyped is an error that is not the engine's.
const untyped = duckdb.ErrorType(-1)

// engineError returns what the engine said. Its kind stands in the type of the driver
// or before the first colon; what comes after may quote data, and proves nothing.
func engineError(err error) *duckdb.Error {
	var engine *duckdb.Error
	if errors.As(err, &engine) {
		return engine
	}
	return &duckdb.Error{Type: untyped, Msg: err.Error()}
}

// engineFailed reports whether it is not the statement that failed but what it runs on.
// What a commit says of a file that could not be written is no more than a text.
func engineFailed(engine *duckdb.Error) bool {
	switch engine.Type {
	case duckdb.ErrorTypeIO, duckdb.ErrorTypeFatal:
		return true
	case duckdb.ErrorTypeTransaction, duckdb.ErrorTypeInternal, duckdb.ErrorTypeInvalid, untyped:
		return outOfSpace(engine.Msg) || strings.Contains(engine.Msg, "IO Error") ||
			strings.Contains(engine.Msg, "FATAL Error") || strings.Contains(engine.Msg, "database has been invalidated")
	}
	return false
}

// ofText are the kinds of errors that are about the text of a statement.
func ofText() []duckdb.ErrorType {
	return []duckdb.ErrorType{duckdb.ErrorTypeParser, duckdb.ErrorTypeSyntax, duckdb.ErrorTypeBinder, duckdb.ErrorTypeCatalog,
		duckdb.ErrorTypeNotImplemented, duckdb.ErrorTypeParameterNotResolved, duckdb.ErrorTypeParameterNotAllowed}
}

func outOfSpace(text string) bool {
	return strings.Contains(text, "No space left on device") || strings.Contains(text, "not enough space on the disk")
}

func limitText(bytes int64) string {
	if bytes == 0 {
		return "of the engine"
	}
	return strconv.FormatInt(bytes>>20, 10) + " MiB"
}

// firstError returns err with the first line of its text: the rest is advice for
// people who type statements.
func firstError(err error) error { return &shortError{firstLine(err), err} }

type shortError struct {
	text string
	err  error
}

func (e *shortError) Error() string { return e.text }
func (e *shortError) Unwrap() error { return e.err }

func firstLine(err error) string {
	text := strings.TrimPrefix(err.Error(), "database/sql/driver: could not connect to database: ")
	line, _, _ := strings.Cut(text, "\n")
	return line
}

var caret = regexp.MustCompile(`\n\s*LINE (\d+): (.*)\n( *)\^`)

// syntaxError separates what DuckDB has against a statement from where it is.
func syntaxError(message, statement string) *warehouse.SyntaxError {
	m := caret.FindStringSubmatch(message)
	if m == nil {
		return &warehouse.SyntaxError{Message: strings.TrimSpace(message), Offset: -1}
	}
	text, _, _ := strings.Cut(message, m[0])
	number, _ := strconv.Atoi(m[1])
	inExcerpt := len(m[3]) - len("LINE "+m[1]+": ")
	return &warehouse.SyntaxError{
		Message: strings.Join(strings.Fields(text), " "),
		Offset:  offset(statement, number, m[2], inExcerpt),
	}
}

// offset finds the byte that a caret points to: the place in an excerpt of the line
// with the given number (from 1). Long lines are cut at both ends by "...".
func offset(statement string, number int, excerpt string, place int) int {
	lines := strings.SplitAfter(statement, "\n")
	if number < 1 || number > len(lines) || place < 0 {
		return -1
	}
	if cut, ok := strings.CutPrefix(excerpt, "..."); ok {
		excerpt, place = cut, place-len("...")
	}
	start := strings.Index(lines[number-1], strings.TrimSuffix(excerpt, "..."))
	if start < 0 || place < 0 {
		return -1
	}
	for _, line := range lines[:number-1] {
		start += len(line)
	}
	return start + place
}
