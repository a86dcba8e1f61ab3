package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	startTime  = 60 * time.Second // to start after a kill, on a busy machine
	endTime    = 10 * time.Second // to end when asked to
	answerTime = 25 * time.Second // to answer a publisher, or to say anything to a subscriber
	lateTime   = 60 * time.Second // for the last reader to have seen everything
	linesKept  = 60
)

type options struct {
	binary      string
	dir         string
	seed        uint64
	length      time.Duration
	publishers  int
	subscribers int
	verbose     bool
}

// An asking is what some subscribers ask for.
type asking struct {
	at      *instance
	sources []string // empty for all
	types   []string
}

// A torture is one run.
type torture struct {
	options
	began time.Time
	a, b  *instance // b follows a, and a channel of its own

	publishers map[int]*publisher
	sources    map[*instance][]string
	asked      []asking
	origin     map[string]string // of a feed: whose words it brings, "" for all of a

	shown, visits, unanswered, refused, slowest, slowestEnd atomic.Int64
	kills, ends, trims, checks                              atomic.Int64

	mu    sync.Mutex
	first error // the first broken promise
	stop  context.CancelFunc
	lines []string
	gaps  map[string]int64
}

func newTorture(opt options) *torture {
	return &torture{options: opt, began: time.Now(), publishers: make(map[int]*publisher), gaps: make(map[string]int64), stop: func() {}}
}

// broken keeps the first broken promise and ends the run.
func (t *torture) broken(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first == nil && err != nil {
		t.first = err
		t.stop()
	}
}

// note keeps a line for the end.
func (t *torture) note(format string, args ...any) {
	line := fmt.Sprintf("%8.3f s  ", time.Since(t.began).Seconds()) + fmt.Sprintf(format, args...)
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

func (t *torture) countGap(code string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gaps[code]++
}

// random returns a source of randomness for one actor.
func (t *torture) random(actor int) *rand.Rand { return rand.New(rand.NewPCG(t.seed, uint64(actor))) }

// speakers returns whose words a source brings.
func (t *torture) speakers(source string) (numbers []int) {
	for n, p := range t.publishers {
		origin, isFeed := t.origin[source]
		if p.channel == source || isFeed && (p.channel == origin || origin == "" && p.at == t.a) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// run does it all. Its error is a broken promise.
func (t *torture) run(ctx context.Context) error {
	var err error
	if t.a, err = newInstance("a", t.options); err != nil {
		return err
	}
	if t.b, err = newInstance("b", t.options); err != nil {
		return err
	}
	defer t.quit()
	if err := t.begin(ctx); err != nil {
		return err
	}
	// busy ends first: then nothing new is said, killed or trimmed, and the
	// readers have until late to see everything.
	busy, stop := context.WithTimeout(ctx, t.length)
	late, give := context.WithCancel(ctx)
	defer give()
	t.mu.Lock()
	t.stop = func() { stop(); give() }
	t.mu.Unlock()

	var publishers, readers, others sync.WaitGroup
	for _, p := range t.publishers {
		publishers.Go(func() { p.run(busy) })
	}
	quiet, rest := context.WithCancel(ctx)
	defer rest()
	for n := range t.options.subscribers {
		s := t.subscriber(n, t.random(1000+n))
		readers.Go(func() { s.run(quiet, late) })
	}
	for n := range 3 {
		others.Go(func() { t.stopped(busy, t.b, t.random(2000+n)) })
	}
	c := &chaos{torture: t, rand: t.random(3000)}
	others.Go(func() { c.run(busy) })
	others.Wait()
	publishers.Wait()
	if t.failed() == nil && ctx.Err() == nil {
		t.note("nothing new is said from here on")
	}
	time.AfterFunc(lateTime, give)
	rest()
	readers.Wait()
	if err := errors.Join(t.failed(), ctx.Err()); err != nil {
		return err
	}
	if err := t.finish(late); err != nil {
		t.broken(err)
	}
	return t.failed()
}

func (t *torture) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first
}

// begin starts both instances and sets everything up.
func (t *torture) begin(ctx context.Context) error {
	for _, i := range []*instance{t.a, t.b} {
		if err := i.start(); err != nil {
			return err
		}
		if err := i.learn(ctx); err != nil {
			return err
		}
		// Come back soon, and beat often: a run is short.
		if err := i.ask(ctx, "PUT", "/api/settings", map[string]any{"retry_ms": 100, "heartbeat_s": 1}, nil); err != nil {
			return err
		}
	}
	t.sources = map[*instance][]string{t.a: {"a0", "a1"}, t.b: {"c0", "c1", "c2", "named", "mirror", "echo"}}
	t.origin = map[string]string{"mirror": "", "echo": "c0"}
	channels := []struct {
		at   *instance
		name string
	}{{t.b, "c0"}, {t.b, "c1"}, {t.a, "a0"}, {t.b, "c2"}, {t.b, "named"}, {t.a, "a1"}}
	for n := 1; n <= t.options.publishers; n++ {
		c := channels[n%len(channels)]
		t.publishers[n] = &publisher{torture: t, at: c.at, number: n, channel: c.name, ids: c.name == "named", rand: t.random(n)}
	}
	t.asked = []asking{
		{at: t.b}, {at: t.b, sources: []string{"c0"}}, {at: t.b, sources: []string{"mirror"}},
		{at: t.b, sources: []string{"named"}}, {at: t.b, sources: []string{"c1", "c2"}}, {at: t.b, sources: []string{"echo"}},
		{at: t.b, sources: []string{"c0"}, types: []string{"stock.low"}}, {at: t.b, types: []string{"order.paid", "message"}},
		{at: t.a}, {at: t.b, sources: []string{"mirror", "named"}, types: []string{"order.paid"}}, {at: t.a, sources: []string{"a1"}},
	}
	for name, url := range map[string]string{"mirror": t.a.url + "/events?after=0", "echo": t.b.url + "/events/c0?after=0"} {
		feed := map[string]any{"name": name, "url": url, "method": "GET", "proxy": "direct"}
		if err := t.b.ask(ctx, "POST", "/api/feeds", feed, nil); err != nil {
			return err
		}
	}
	return nil
}

// quit ends what still runs.
func (t *torture) quit() {
	for _, i := range []*instance{t.a, t.b} {
		if cmd := i.process(); cmd != nil && cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
		i.log.Close()
	}
}

// report prints the counts.
func (t *torture) report() {
	var said int64
	open := make(map[fate]int64)
	for _, i := range []*instance{t.a, t.b} {
		if i == nil {
			return
		}
		n, doubts := i.record.counts()
		said += n
		for f, n := range doubts {
			open[f] += n
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Printf(`  %d messages acknowledged, the slowest answer after %v
  %d without an answer: of those in doubt %d were not committed, %d trimmed unseen; %d refused
  %d messages shown to subscribers in %d visits
  %d kills, %d clean ends in at most %v, %d trimmings, %d checks of the whole history
  gaps shown: %v
  most memory: a %d MiB, b %d MiB
`, said, time.Duration(t.slowest.Load()).Round(time.Millisecond),
		t.unanswered.Load(), open[never], open[lapsed], t.refused.Load(),
		t.shown.Load(), t.visits.Load(),
		t.kills.Load(), t.ends.Load(), time.Duration(t.slowestEnd.Load()).Round(time.Millisecond), t.trims.Load(), t.checks.Load(),
		t.gaps, t.a.peak.Load()>>10, t.b.peak.Load()>>10)
	if info, err := os.Stat(t.b.log.Name()); err == nil && t.verbose {
		fmt.Printf("  b logged %d bytes\n", info.Size())
	}
}
