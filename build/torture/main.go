// Command torture tests a built Signalbox against promises 1 to 4 of the README:
// committed before seen, one order, a hole is a value, a slow reader slows
// nobody. It compares all responses, streams and pages of history with each
// other. It shares no code with the program.
//
// Three parts run at the same time, each with its own instances of the program:
//
//   - pair: the second instance follows the first. Both are killed and
//     restarted while publishers retry unanswered messages, ids repeat,
//     subscribers disconnect and resume, readers stall, channels are removed
//     and recreated, and history is trimmed.
//   - ring: three instances, each following everything of the one before it.
//   - disk: one instance on a small disk that is filled and freed. It needs a
//     user namespace, and reports where it cannot get one.
//
// It prints its seed, its counts, and which events never happened. At the first
// broken promise it exits with status 1 and keeps the data folders. The seed
// repeats the plan, but not the timing between processes.
//
// Read torture.go and part.go (a run and its parts), pair.go and disk.go (what
// each part does), chaos.go (kills and trims), instance.go (the program),
// publisher.go and subscriber.go (its users), then the checks: ledger.go,
// outcomes.go, view.go, trimcount.go, history.go.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	var opt options
	seconds := flag.Int("seconds", 60, "length of the run")
	flag.StringVar(&opt.binary, "binary", "build/bin/signalbox", "the program to test")
	flag.Uint64Var(&opt.seed, "seed", uint64(time.Now().UnixNano()), "seed of the plan; that of an earlier run repeats it")
	flag.IntVar(&opt.publishers, "publishers", 64, "number of publishers of the pair; each has one message in flight")
	flag.IntVar(&opt.subscribers, "subscribers", 40, "number of subscribers of the pair")
	parts := flag.String("parts", strings.Join(allParts, ","), "parts to run")
	flag.StringVar(&opt.disk, "disk", "", "folder of the small disk; torture itself sets it in the new namespace")
	flag.BoolVar(&opt.verbose, "v", false, "print each kill and start")
	flag.Parse()
	opt.length = time.Duration(*seconds) * time.Second
	opt.parts = strings.Split(*parts, ",")
	for _, p := range opt.parts {
		if !slices.Contains(allParts, p) {
			fail(fmt.Errorf("there is no part %q; the parts are %s", p, strings.Join(allParts, ", ")))
		}
	}

	// A name without a folder is looked up in PATH, as a shell does.
	if filepath.Base(opt.binary) != opt.binary {
		whole, err := filepath.Abs(opt.binary)
		if err != nil {
			fail(err)
		}
		opt.binary = whole
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if opt.disk != "" {
		os.Exit(onSmallDisk(ctx, opt))
	}
	dir, err := os.MkdirTemp("", "signalbox-torture-")
	if err != nil {
		fail(err)
	}
	opt.dir = dir
	fmt.Printf("torture: seed %d, %d s, %d publishers, %d subscribers, parts %s\n", opt.seed, *seconds, opt.publishers, opt.subscribers, *parts)
	t := newTorture(opt)
	err = t.run(ctx)
	t.report(os.Stdout)
	if err == nil {
		fmt.Println("torture: every promise was kept")
		if err := os.RemoveAll(dir); err != nil {
			fail(err)
		}
		return
	}
	if ctx.Err() != nil {
		_ = os.RemoveAll(dir) // the user ended the run
		fmt.Println("torture: ended early")
		os.Exit(130)
	}
	fmt.Printf("\ntorture: BROKEN: %v\n\nEvents before it:\n", err)
	for _, line := range t.notes() {
		fmt.Println("  " + line)
	}
	fmt.Printf("Data folders and logs: %s\nTo repeat the plan:\n  go run ./build/torture -binary %s -seed %d -seconds %d -publishers %d -subscribers %d -parts %s\n",
		dir, opt.binary, opt.seed, *seconds, opt.publishers, opt.subscribers, *parts)
	os.Exit(1)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "torture:", err)
	os.Exit(2)
}
