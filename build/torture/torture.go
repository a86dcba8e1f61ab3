package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	startTimeout    = 60 * time.Second // to start after a kill, on a busy machine
	stopTimeout     = 10 * time.Second // to stop on SIGTERM
	responseTimeout = 25 * time.Second // to answer a request, or to send a subscriber anything
	catchUpTimeout  = 60 * time.Second // for every subscriber to see everything at the end
	logLines        = 60               // newest lines of the log that are printed with an error
)

// allParts are the parts of a run.
var allParts = []string{"pair", "ring", "disk"}

type options struct {
	binary      string
	dir         string
	disk        string
	seed        uint64
	length      time.Duration
	publishers  int
	subscribers int
	parts       []string
	verbose     bool
}

// A torture is one run. Its parts share it.
type torture struct {
	options
	*figures
	began time.Time
	ran   []*part // parts that have started

	mu    sync.Mutex
	first error // the first broken promise
	stops []context.CancelFunc
	lines []string
}

func newTorture(opt options) *torture {
	return &torture{options: opt, figures: newFigures(), began: time.Now()}
}

// broken records the first broken promise and ends the run.
func (t *torture) broken(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first == nil && err != nil {
		t.first = err
		for _, stop := range t.stops {
			stop()
		}
	}
}

// onBroken calls stop at the first broken promise, or now if there was one.
func (t *torture) onBroken(stop context.CancelFunc) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stops = append(t.stops, stop)
	if t.first != nil {
		stop()
	}
}

func (t *torture) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first
}

// note logs a line. The newest lines are printed with an error.
func (t *torture) note(format string, args ...any) {
	t.keep(fmt.Sprintf("%8.3f s  ", time.Since(t.began).Seconds()) + fmt.Sprintf(format, args...))
}

func (t *torture) keep(line string) {
	if t.verbose {
		fmt.Println(line)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == logLines {
		t.lines = slices.Delete(t.lines, 0, 1)
	}
	t.lines = append(t.lines, line)
}

func (t *torture) notes() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.lines)
}

// random returns the random numbers of one actor.
func (t *torture) random(actor int) *rand.Rand { return rand.New(rand.NewPCG(t.seed, uint64(actor))) }

// run runs all parts. It returns an error if a promise was broken.
func (t *torture) run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, name := range t.parts {
		switch name {
		case "pair":
			all.Go(func() { t.broken(t.runPart(ctx, t.pair)) })
		case "ring":
			all.Go(func() { t.broken(t.runPart(ctx, t.ring)) })
		case "disk":
			all.Go(func() { t.broken(t.smallDisk(ctx)) })
		}
	}
	all.Wait()
	return errors.Join(t.failed(), ctx.Err())
}

func (t *torture) runPart(ctx context.Context, set func() (*part, error)) error {
	p, err := set()
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.ran = append(t.ran, p)
	t.mu.Unlock()
	return p.run(ctx)
}
