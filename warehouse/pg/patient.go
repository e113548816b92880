package pg

import (
	"context"
	"database/sql/driver"
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

// patientConnector tries again while the server has no connection left.
type patientConnector struct{ driver.Connector }

func (c patientConnector) Connect(ctx context.Context) (driver.Conn, error) {
	for attempt := 1; ; attempt++ {
		conn, err := c.Connector.Connect(ctx)
		if attempt == attempts || !hasCode(err, tooManyConnections) {
			return conn, err
		}
		if err := wait(ctx, attempt); err != nil {
			return nil, err
		}
	}
}
