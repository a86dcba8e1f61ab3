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

// noticeDelay is the time after which an ending program prints a notice.
const noticeDelay = time.Second

// untilSignal returns a context that ends at the first SIGINT or SIGTERM. The
// second ends the program at once, with the exit code that shells report for a
// program that a signal ended. No acknowledged message is lost: to the journal
// this is a crash.
func untilSignal(stderr io.Writer) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2) // both may arrive before they are read
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
		case <-done:
			return
		}
		cancel()
		notice := time.NewTimer(noticeDelay)
		defer notice.Stop()
		for {
			select {
			case <-done:
				return
			case <-notice.C:
				fmt.Fprintln(stderr, "signalbox: ending. Publishers get their answers first. Press Ctrl+C again to end at once.")
			case s := <-signals:
				os.Exit(exitCode(s))
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}

// exitCode returns the exit code of shells for a signal.
func exitCode(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return 1
}
