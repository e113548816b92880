package pg

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

const (
	attempts = 4 // the first, and three more
	pause    = 50 * time.Millisecond
)

// wait waits before another attempt, longer each time.
func wait(ctx context.Context, attempt int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause << attempt):
		return nil
	}
}

// connectTimeout is how long a server may take to let us in, unless the URL says it.
const connectTimeout = 30 * time.Second

// silentError says that a server took our connection and gave no answer in time.
type silentError struct{ within time.Duration }

func (e *silentError) Error() string { return fmt.Sprintf("it did not answer within %s", e.within) }

// patientConnector tries again while the server has no connection left.
type patientConnector struct {
	driver.Connector
	timeout time.Duration // of one attempt
}

func (c patientConnector) Connect(ctx context.Context) (driver.Conn, error) {
	for attempt := 1; ; attempt++ {
		conn, err := c.Connector.Connect(ctx)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil { // it is not the caller's time that is over
			return nil, &silentError{c.timeout}
		}
		if attempt == attempts || !hasCode(err, tooManyConnections) {
			return conn, err
		}
		if err := wait(ctx, attempt); err != nil {
			return nil, err
		}
	}
}
