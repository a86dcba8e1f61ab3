package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// patient is how long an end may take before the user is told what it waits
// for.
const patient = time.Second

// untilSignal returns a context that ends at the first SIGINT or SIGTERM. At
// the second the program exits at once, with the code that shells give to a
// program which that signal has ended. Nothing that was acknowledged is lost:
// the journal takes it as a crash.
func untilSignal(stderr io.Writer) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	come := make(chan os.Signal, 2) // both may come before they are looked at
	signal.Notify(come, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-come:
		case <-done:
			return
		}
		cancel()
		long := time.NewTimer(patient)
		defer long.Stop()
		for {
			select {
			case <-done:
				return
			case <-long.C:
				fmt.Fprintln(stderr, "signalbox: ending; publishers that have begun get their answers first. Press Ctrl+C again to end at once.")
			case s := <-come:
				os.Exit(exitCode(s))
			}
		}
	}()
	return ctx, func() {
		signal.Stop(come)
		close(done)
		cancel()
	}
}

func exitCode(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return 1
}
