package serve

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	period  = 2 * time.Second
	periods = 30
)

// A meter keeps what had been counted at the end of each period, so that rates
// and sparklines are differences. Counting itself costs nothing here.
type meter struct {
	mu      sync.Mutex
	at      []time.Time // ends of the last periods, oldest first
	in, out track
	sources map[int64]*track
}

// A track is one counter's values at the ends of the last periods.
type track []int64

func (t *track) add(n int64) {
	if len(*t) == periods {
		copy(*t, (*t)[1:])
		*t = (*t)[:periods-1]
	}
	*t = append(*t, n)
}

// tick ends a period.
func (m *meter) tick(at time.Time, in, out int64, sources map[int64]int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	begun := m.sources != nil
	if !begun {
		m.sources = make(map[int64]*track)
	}
	if len(m.at) == periods {
		m.at = slices.Delete(m.at, 0, 1)
	}
	m.at = append(m.at, at)
	m.in.add(in)
	m.out.add(out)
	for id, n := range sources {
		t := m.sources[id]
		if t == nil {
			t = new(track)
			// What a new source has came in this period; what one had when the
			// program started did not.
			if begun {
				for range len(m.at) - 1 {
					t.add(0)
				}
			}
			m.sources[id] = t
		}
		t.add(n)
	}
	for id := range m.sources {
		if _, ok := sources[id]; !ok {
			delete(m.sources, id)
		}
	}
}

// rate returns the change per second since the end of the period before last.
func (m *meter) rate(t track, current int64, at time.Time) float64 {
	n := len(t)
	if n == 0 || len(m.at) < n {
		return 0
	}
	back := min(2, n)
	elapsed := at.Sub(m.at[len(m.at)-back]).Seconds()
	if elapsed < 0.1 {
		return 0
	}
	return round(max(0, float64(current-t[n-back])/elapsed))
}

func round(f float64) float64 { return float64(int64(f*10+0.5)) / 10 }

// source returns the rate and the sparkline of a source.
func (m *meter) source(id, current int64, at time.Time) (rate float64, spark []int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	spark = make([]int64, periods)
	t := m.sources[id]
	switch {
	case t == nil && m.sources == nil:
		return 0, spark
	case t == nil:
		// It came after the last period ended.
		spark[periods-1] = current
		return round(float64(current) / max(1, at.Sub(m.at[len(m.at)-1]).Seconds())), spark
	}
	values := append(slices.Clone(*t), current)
	for i := 1; i < len(values); i++ {
		spark[periods-len(values)+i] = max(0, values[i]-values[i-1])
	}
	return m.rate(*t, current, at), spark
}

// totals returns the rates of all messages in and out.
func (m *meter) totals(in, out int64, at time.Time) (float64, float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rate(m.in, in, at), m.rate(m.out, out, at)
}

// measure ends a period every two seconds until ctx ends. It also notices
// sources that came or went without this server's doing.
func (s *Server) measure(ctx context.Context) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		sources := s.j.Sources()
		totals := make(map[int64]int64, len(sources))
		for _, src := range sources {
			totals[src.ID] = s.j.Tally(src.ID).Appended
		}
		s.meter.tick(time.Now(), s.j.Stats().Appended, s.metrics.delivered.Load(), totals)
		s.noticeSources()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
