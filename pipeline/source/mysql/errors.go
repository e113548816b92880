package mysql

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/go-sql-driver/mysql"
)

// SourceError says that the server could not be read. What was loaded before is kept.
type SourceError struct {
	Place string // user@host:port/database
	// Temporary says that it may be there later: it is down or lags behind, somebody
	// ended the connection, it took too long. Otherwise somebody has to mend the
	// source's entry in tearsheet.yaml, or the server.
	Temporary bool
	Err       error
	lost      bool // the connection was there and then was not: worth a second attempt
}

func (e *SourceError) Error() string { return "mysql " + e.Place + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *SourceError) Unwrap() error { return e.Err }

// SetupError says that a table of the server is not what the source's entry says.
// Nothing of it was read, and what was loaded before is kept.
type SetupError struct {
	Table  string // of the warehouse
	From   string // of the server
	Faults []string
}

func (e *SetupError) Error() string {
	return fmt.Sprintf("table %s from mysql %s: %s", e.Table, e.From, strings.Join(e.Faults, "\n"))
}

// DataError says that a table has values that its columns in the warehouse do not hold.
// Nothing of it was loaded, and what was loaded before is kept.
type DataError struct {
	Table  string
	From   string
	Faults []Fault // the first twenty
}

// Fault is a value that does not fit.
type Fault struct {
	Column string // of the server
	Key    string // of the row: id 17
	Text   string
}

func (f Fault) Error() string { return fmt.Sprintf("%s, %s: %s", f.Column, f.Key, f.Text) }

func (e *DataError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, fault := range e.Faults {
		lines[i] = e.From + "." + fault.Error()
	}
	return fmt.Sprintf("table %s from mysql: %s", e.Table, strings.Join(lines, "\n"))
}

// HeldError says that a table looks wrong as a whole: much of it is gone, or the server
// has older data than it had. What was loaded before stays until somebody accepts it.
type HeldError struct {
	Table  string
	From   string
	Reason string
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("table %s from mysql %s: %s; what is loaded stays until this is mended or accepted", e.Table, e.From, e.Reason)
}

// errTooLong is the cause when the time of the snapshot is over.
var errTooLong = errors.New("the snapshot took too long")

// The numbers of errors that mean something here: first those of MySQL, then those of
// MariaDB alone.
const (
	accessDeniedToDB  = 1044
	accessDenied      = 1045
	unknownDatabase   = 1049
	noSuchColumn      = 1054
	syntaxFault       = 1064
	hostNotAllowed    = 1130
	selectDenied      = 1142
	columnDenied      = 1143
	noSuchTable       = 1146
	lockWaitTimeout   = 1205
	privilegeMissing  = 1227
	queryInterrupted  = 1317
	definitionChanged = 1412
	passwordExpired   = 1862
	executionTime     = 3024
	secureTransport   = 3159
	connectionKilled  = 1927
	statementTime     = 1969
)

// theTables are the errors that the server has against a statement about one table.
func theTables() []uint16 {
	return []uint16{noSuchColumn, syntaxFault, selectDenied, columnDenied, noSuchTable}
}

func hasNumber(err error, numbers ...uint16) bool {
	var answer *mysql.MySQLError
	return errors.As(err, &answer) && slices.Contains(numbers, answer.Number)
}

func wasLost(err error) bool {
	var e *SourceError
	return errors.As(err, &e) && e.lost
}

// refused turns an error of connecting into a *SourceError.
func (s *server) refused(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), errTooLong) {
		return ctx.Err()
	}
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	lasting := hasNumber(err, accessDeniedToDB, accessDenied, unknownDatabase, hostNotAllowed, passwordExpired, secureTransport) ||
		errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &host)
	for _, cause := range []error{mysql.ErrNoTLS, mysql.ErrCleartextPassword, mysql.ErrNativePassword, mysql.ErrOldPassword, mysql.ErrUnknownPlugin, mysql.ErrOldProtocol} {
		lasting = lasting || errors.Is(err, cause)
	}
	return &SourceError{Place: s.place, Temporary: !lasting, Err: s.log.explain(err)}
}

// failed turns an error of a connection that was there into a *SourceError.
func (s *server) failed(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(context.Cause(ctx), errTooLong), hasNumber(err, statementTime, executionTime):
		return &SourceError{Place: s.place, Temporary: true, Err: fmt.Errorf("%w: its limit is %v; read from a replica, take fewer tables in one source, or raise time_limit", errTooLong, s.timeLimit)}
	case ctx.Err() != nil:
		return ctx.Err()
	}
	var answer *mysql.MySQLError
	said := errors.As(err, &answer)
	lost := !said && !misread(err) || hasNumber(err, queryInterrupted, connectionKilled, definitionChanged)
	lasting := misread(err) || hasNumber(err, append(theTables(), accessDeniedToDB, privilegeMissing)...)
	return &SourceError{Place: s.place, Temporary: !lasting, Err: s.log.explain(err), lost: lost}
}

// misread reports whether the server answered, and the answer was not what we take. There
// is nothing but the text to tell it by.
func misread(err error) bool { return strings.HasPrefix(err.Error(), "sql: Scan error") }

// driverLog keeps what the driver would print: there, and only there, it says what the
// network did.
type driverLog struct {
	mutex sync.Mutex
	last  string
}

// Print keeps what the driver says.
func (l *driverLog) Print(v ...any) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.last = strings.TrimSpace(fmt.Sprint(v...))
}

// explain adds the driver's last words to an error that says nothing.
func (l *driverLog) explain(err error) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.last == "" || !errors.Is(err, mysql.ErrInvalidConn) {
		return err
	}
	return fmt.Errorf("%w: %s", errLost, l.last)
}

var errLost = errors.New("the connection was lost")
