package pg

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"tearsheet/warehouse"
)

// The codes of PostgreSQL that mean something here.
const (
	serializationFailure = "40001"
	deadlock             = "40P01"
	tooManyConnections   = "53300"
	queryCanceled        = "57014"
	uniqueViolation      = "23505"
	duplicateSchema      = "42P06"
	duplicateObject      = "42710" // the row type of a table
	duplicateTable       = "42P07"
	insufficientRights   = "42501"
	noDatabase           = "3D000"
	notSupported         = "0A000" // a statement, or a part of one, that the server does not know
	// By their first two digits:
	accessClass    = "28"
	syntaxClass    = "42"
	resourcesClass = "53"  // a full disk, no memory, no connection left
	stoppedClass   = "57P" // the server is being stopped, or was
	systemClass    = "58"
)

// hasCode reports whether err comes from the server with one of the codes.
func hasCode(err error, codes ...string) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && slices.Contains(codes, answer.Code)
}

// explain turns an error of the server or the driver into the contract's.
func (s server) explain(err error, statement string) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if source := (*sourceError)(nil); errors.As(err, &source) {
		return source.err
	}
	if isExplained(err) {
		return err
	}
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		if isNetwork(err) || errors.Is(err, errNotCommitted) {
			return &warehouse.StorageError{Place: s.place(), Err: s.scrub(err), Down: true}
		}
		return s.scrub(err)
	}
	switch {
	case isConnect(err) && (strings.HasPrefix(answer.Code, accessClass) || answer.Code == noDatabase):
		return &warehouse.AccessError{Place: s.config.User + "@" + s.place(), Err: s.scrub(err)}
	case isConnect(err) || strings.HasPrefix(answer.Code, stoppedClass):
		return &warehouse.StorageError{Place: s.place(), Err: s.scrub(err), Down: true}
	case strings.HasPrefix(answer.Code, resourcesClass) || strings.HasPrefix(answer.Code, systemClass):
		return &warehouse.StorageError{Place: s.place(), Err: s.scrub(err)}
	case answer.Code == insufficientRights || !strings.HasPrefix(answer.Code, syntaxClass) && answer.Code != notSupported:
		return s.scrub(err)
	}
	message := answer.Message
	if answer.Hint != "" {
		message += " (" + strings.TrimSuffix(answer.Hint, ".") + ")"
	}
	return &warehouse.SyntaxError{Message: message, Offset: byteOffset(statement, int(answer.Position))}
}

// isExplained reports whether an error is the contract's already.
func isExplained(err error) bool {
	var storage *warehouse.StorageError
	var access *warehouse.AccessError
	var late *warehouse.TimeoutError
	var syntax *warehouse.SyntaxError
	var check *warehouse.CheckError
	return errors.As(err, &storage) || errors.As(err, &access) || errors.As(err, &late) || errors.As(err, &syntax) || errors.As(err, &check)
}

// byteOffset turns a position in characters, from 1, into an offset in bytes.
func byteOffset(statement string, position int) int {
	if position < 1 || position > utf8.RuneCountInString(statement)+1 {
		return -1
	}
	offset := 0
	for range position - 1 {
		_, size := utf8.DecodeRuneInString(statement[offset:])
		offset += size
	}
	return offset
}

func isConnect(err error) bool {
	var connect *pgconn.ConnectError
	return errors.As(err, &connect)
}

func isNetwork(err error) bool {
	var network net.Error
	var silent *silentError
	return isConnect(err) || errors.As(err, &silent) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err) ||
		errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed")
}

// scrub returns err on one line and without the password, should its text hold it.
func (s server) scrub(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	if s.config.Password != "" {
		text = strings.ReplaceAll(text, s.config.Password, "***")
	}
	if text == err.Error() {
		return err
	}
	return &scrubbedError{text, err}
}

type scrubbedError struct {
	text string
	err  error
}

func (e *scrubbedError) Error() string { return e.text }

// As lets the server's answer be found; the text that holds the password stays
// inside, so there is no Unwrap.
func (e *scrubbedError) As(target any) bool {
	answer, ok := target.(**pgconn.PgError)
	return ok && errors.As(e.err, answer)
}
