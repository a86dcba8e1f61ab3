// Command torture holds a built Signalbox to promises 1 to 4 of its design:
// committed before seen, one order, a hole is a value, a slow reader slows
// nobody. Two instances run as processes; the second follows the first, and
// itself. Publishers, subscribers that come and go, readers that have stopped
// and trimming go on all at once while both are killed at random moments and
// started again. Everything that anybody was told is compared with everything
// that anybody else was told.
//
// It prints its seed and counts, and ends with 1 at the first broken promise,
// leaving the data folders behind. The seed repeats the plan; what happens
// between two processes within a millisecond it cannot repeat.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	var opt options
	seconds := flag.Int("seconds", 60, "how long")
	flag.StringVar(&opt.binary, "binary", "build/bin/signalbox", "the program to torture")
	flag.Uint64Var(&opt.seed, "seed", uint64(time.Now().UnixNano()), "repeats the plan of an earlier run")
	flag.IntVar(&opt.publishers, "publishers", 64, "each with one message on its way")
	flag.IntVar(&opt.subscribers, "subscribers", 40, "that come and go")
	flag.BoolVar(&opt.verbose, "v", false, "print each kill and start")
	flag.Parse()
	opt.length = time.Duration(*seconds) * time.Second

	// A name without a folder is looked up in PATH, as a shell does.
	if filepath.Base(opt.binary) != opt.binary {
		whole, err := filepath.Abs(opt.binary)
		if err != nil {
			fail(err)
		}
		opt.binary = whole
	}
	dir, err := os.MkdirTemp("", "signalbox-torture-")
	if err != nil {
		fail(err)
	}
	opt.dir = dir
	fmt.Printf("torture: seed %d, %d s, %d publishers, %d subscribers\n", opt.seed, *seconds, opt.publishers, opt.subscribers)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t := newTorture(opt)
	err = t.run(ctx)
	t.report()
	if err == nil {
		fmt.Println("torture: every promise was kept")
		if err := os.RemoveAll(dir); err != nil {
			fail(err)
		}
		return
	}
	if ctx.Err() != nil {
		_ = os.RemoveAll(dir) // ended by the user, who wants nothing of it
		fmt.Println("torture: ended early")
		os.Exit(130)
	}
	fmt.Printf("\ntorture: BROKEN: %v\n\nWhat went before:\n", err)
	for _, line := range t.notes() {
		fmt.Println("  " + line)
	}
	fmt.Printf("The data folders and what the program logged: %s\nThe same plan again:\n  go run ./build/torture -binary %s -seed %d -seconds %d -publishers %d -subscribers %d\n",
		dir, opt.binary, opt.seed, *seconds, opt.publishers, opt.subscribers)
	os.Exit(1)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "torture:", err)
	os.Exit(2)
}
