package console

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	period     = 2 * time.Second
	maxPeriods = 30
)

// rates keep what had been counted at the end of each of the last periods, so
// that rates and sparklines are differences. Counting costs nothing here.
type rates struct {
	mu      sync.Mutex
	ends    []time.Time // of the last periods, oldest first
	in, out counts
	sources map[int64]*counts // nil before the first period
}

// counts are a counter's values at the ends of the last periods.
type counts []int64

func (c *counts) add(n int64) {
	if len(*c) == maxPeriods {
		copy(*c, (*c)[1:])
		*c = (*c)[:maxPeriods-1]
	}
	*c = append(*c, n)
}

// endPeriod notes what has been counted by now.
func (r *rates) endPeriod(now time.Time, in, out int64, sources map[int64]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.sources == nil
	if first {
		r.sources = make(map[int64]*counts)
	}
	if len(r.ends) == maxPeriods {
		r.ends = slices.Delete(r.ends, 0, 1)
	}
	r.ends = append(r.ends, now)
	r.in.add(in)
	r.out.add(out)
	for id, n := range sources {
		c := r.sources[id]
		if c == nil {
			c = new(counts)
			// What a new source has came in this period; what a source had when
			// the program started did not.
			if !first {
				for range len(r.ends) - 1 {
					c.add(0)
				}
			}
			r.sources[id] = c
		}
		c.add(n)
	}
	for id := range r.sources {
		if _, ok := sources[id]; !ok {
			delete(r.sources, id)
		}
	}
}

// perSecond returns the change of a counter per second since the end of the
// period before last. The caller holds the lock.
func (r *rates) perSecond(c counts, current int64, now time.Time) float64 {
	n := len(c)
	if n == 0 || len(r.ends) < n {
		return 0
	}
	back := min(2, n)
	elapsed := now.Sub(r.ends[len(r.ends)-back]).Seconds()
	if elapsed < 0.1 {
		return 0
	}
	return roundToTenths(max(0, float64(current-c[n-back])/elapsed))
}

func roundToTenths(f float64) float64 { return float64(int64(f*10+0.5)) / 10 }

// source returns the rate of a source per second.
func (r *rates) source(id, current int64, now time.Time) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.sources[id]
	switch {
	case c == nil && r.sources == nil:
		return 0
	case c == nil: // a source that came after the last period
		return roundToTenths(float64(current) / max(1, now.Sub(r.ends[len(r.ends)-1]).Seconds()))
	}
	return r.perSecond(*c, current, now)
}

// spark returns the sparkline of a source: the messages of each period, oldest
// first.
func (r *rates) spark(id, current int64) []int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.sources[id]; c != nil || r.sources == nil {
		return c.differences(current)
	}
	spark := make([]int64, maxPeriods)
	spark[maxPeriods-1] = current // a source that came after the last period
	return spark
}

// totalSpark returns the sparkline of all messages in.
func (r *rates) totalSpark(current int64) []int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.in.differences(current)
}

// differences returns how much the counter grew in each period.
func (c *counts) differences(current int64) []int64 {
	spark := make([]int64, maxPeriods)
	if c == nil || len(*c) == 0 {
		return spark
	}
	values := append(slices.Clone(*c), current)
	for i := 1; i < len(values); i++ {
		spark[maxPeriods-len(values)+i] = max(0, values[i]-values[i-1])
	}
	return spark
}

// totals returns the rates of all messages in and out, per second.
func (r *rates) totals(in, out int64, now time.Time) (inRate, outRate float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.perSecond(r.in, in, now), r.perSecond(r.out, out, now)
}

// Run counts for the rates until ctx ends. It also notices sources that came or
// went without a request.
func (c *Console) Run(ctx context.Context) {
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		sources := c.journal.Sources()
		appended := make(map[int64]int64, len(sources))
		for _, src := range sources {
			appended[src.ID] = c.journal.Tally(src.ID).Appended
		}
		delivered, _ := c.clients.Delivered()
		c.rates.endPeriod(time.Now(), c.journal.Stats().Appended, delivered, appended)
		c.server.CheckSources()
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
