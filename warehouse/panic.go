package warehouse

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Panicked is a panic of who gives rows, on its way around a driver that would hang on
// it, or meets it on a goroutine of its own: Catch takes it below the driver, Rethrow
// lets it go on above, when the transaction is over.
type Panicked struct {
	Value any
	Stack []byte // of where it began
}

func (p *Panicked) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Catch runs do, and returns its panic as a *Panicked.
func Catch(do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &Panicked{value, debug.Stack()}
		}
	}()
	return do()
}

// Rethrow panics if err holds a panic.
func Rethrow(err error) {
	if p := (*Panicked)(nil); errors.As(err, &p) {
		panic(p)
	}
}
