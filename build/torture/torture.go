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
	startTime  = 60 * time.Second // to start after a kill, on a busy machine
	endTime    = 10 * time.Second // to end when asked to
	answerTime = 25 * time.Second // to answer a publisher, or to say anything to a subscriber
	lateTime   = 60 * time.Second // for the last reader to have seen everything
	linesKept  = 60
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

// A torture is one run: what its parts have in common.
type torture struct {
	options
	*figures
	began time.Time
	ran   []*part

	mu    sync.Mutex
	first error // the first broken promise
	stops []context.CancelFunc
	lines []string
}

func newTorture(opt options) *torture {
	return &torture{options: opt, figures: newFigures(), began: time.Now()}
}

// broken keeps the first broken promise and ends the run.
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

// onBroken calls stop at the first broken promise, at once where there is one.
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

// note keeps a line for the end.
func (t *torture) note(format string, args ...any) {
	t.keep(fmt.Sprintf("%8.3f s  ", time.Since(t.began).Seconds()) + fmt.Sprintf(format, args...))
}

func (t *torture) keep(line string) {
	if t.verbose {
		fmt.Println(line)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == linesKept {
		t.lines = slices.Delete(t.lines, 0, 1)
	}
	t.lines = append(t.lines, line)
}

func (t *torture) notes() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.lines)
}

// random returns a source of randomness for one actor.
func (t *torture) random(actor int) *rand.Rand { return rand.New(rand.NewPCG(t.seed, uint64(actor))) }

// run runs all parts. Its error is a broken promise.
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
