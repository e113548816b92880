package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// stopped is the signal that stopped the program, as the cause of a context's end.
type stopped syscall.Signal

func (s stopped) Error() string { return "stopped: " + syscall.Signal(s).String() }

// code is what shells expect of a program that a signal ended: 130 for SIGINT, 143 for
// SIGTERM.
func (s stopped) code() int { return 128 + int(s) }

// untilStopped returns a context that ends with the first SIGINT or SIGTERM. A second
// one ends the program at once, whatever it is waiting for.
func untilStopped(parent context.Context) (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		cancel(stopped((<-signals).(syscall.Signal)))
		os.Exit(stopped((<-signals).(syscall.Signal)).code())
	}()
	return ctx, func() { signal.Stop(signals) }
}
