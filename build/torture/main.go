// Command torture holds a built Signalbox to promises 1 to 4 of its design:
// committed before seen, one order, a hole is a value, a slow reader slows
// nobody. Everything that anybody was told is compared with everything that
// anybody else was told. It shares no code with the program.
//
// Three parts run at the same time, each with instances of its own, which are
// real processes:
//
//   - pair: the second instance follows the first. Publishers retry what was
//     not answered, ids repeat, subscribers come and go with what they read
//     last, readers stop, channels are removed and made again, and history is
//     trimmed, while both are killed and started again.
//   - ring: three instances, of which each follows all of the one before it.
//   - disk: one instance on a small disk, which is filled and freed again. It
//     needs a user namespace of its own and says so where it gets none.
//
// It prints its seed, what it counted and what did not happen, and ends with 1
// at the first broken promise, leaving the data folders behind. The seed
// repeats the plan; what happens between two processes within a millisecond it
// cannot repeat.
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
	seconds := flag.Int("seconds", 60, "how long")
	flag.StringVar(&opt.binary, "binary", "build/bin/signalbox", "the program to torture")
	flag.Uint64Var(&opt.seed, "seed", uint64(time.Now().UnixNano()), "repeats the plan of an earlier run")
	flag.IntVar(&opt.publishers, "publishers", 64, "of the pair, each with one message on its way")
	flag.IntVar(&opt.subscribers, "subscribers", 40, "of the pair, that come and go")
	parts := flag.String("parts", strings.Join(allParts, ","), "which parts run")
	flag.StringVar(&opt.disk, "disk", "", "the folder of the small disk: used by torture itself, in a namespace of its own")
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
		_ = os.RemoveAll(dir) // ended by the user, who wants nothing of it
		fmt.Println("torture: ended early")
		os.Exit(130)
	}
	fmt.Printf("\ntorture: BROKEN: %v\n\nWhat went before:\n", err)
	for _, line := range t.notes() {
		fmt.Println("  " + line)
	}
	fmt.Printf("The data folders and what the program logged: %s\nThe same plan again:\n  go run ./build/torture -binary %s -seed %d -seconds %d -publishers %d -subscribers %d -parts %s\n",
		dir, opt.binary, opt.seed, *seconds, opt.publishers, opt.subscribers, *parts)
	os.Exit(1)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "torture:", err)
	os.Exit(2)
}
