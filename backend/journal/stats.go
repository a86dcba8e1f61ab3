package journal

import (
	"sync/atomic"
	"time"
)

// Stats are the journal's counters.
type Stats struct {
	Messages, Bytes int64         // the messages kept and their size
	Appended        int64         // the messages stored since the start of the program
	Lag             time.Duration // from append to commit, a moving average
	Fault           string        // a sentence while commits fail, else empty
	Damage          string        // a sentence once a part of the history cannot be read, else empty
}

// Trouble returns Fault, or Damage if there is no fault.
func (s *Stats) Trouble() string {
	if s.Fault != "" {
		return s.Fault
	}
	return s.Damage
}

// Stats returns the counters.
func (j *Journal) Stats() Stats {
	s := Stats{Appended: j.stats.appended.Load(), Lag: time.Duration(j.stats.lag.Load())}
	s.Messages, s.Bytes = j.sources.Total()
	if f := j.stats.fault.Load(); f != nil {
		s.Fault = *f
	}
	if d := j.stats.damage.Load(); d != nil {
		s.Damage = *d
	}
	return s
}

// stats are counters that the writer changes and any goroutine reads.
type stats struct {
	appended atomic.Int64
	lag      atomic.Int64 // nanoseconds
	fault    atomic.Pointer[string]
	damage   atomic.Pointer[string]
}

// addLag adds a measured lag to the moving average, with a weight of an eighth.
func (s *stats) addLag(d time.Duration) {
	old := s.lag.Load()
	if old == 0 {
		old = int64(d)
	}
	s.lag.Store(old + (int64(d)-old)/8)
}

// setFault stores the sentence and reports whether it has changed.
func (s *stats) setFault(sentence string) bool {
	old := s.fault.Swap(&sentence)
	return old == nil && sentence != "" || old != nil && *old != sentence
}

// updateDamage reads the damage that the store has found, and wakes the readers
// if it has changed.
func (j *Journal) updateDamage() {
	err := j.store.Damaged()
	if err == nil {
		return
	}
	text := sentence(err)
	if old := j.stats.damage.Swap(&text); old != nil && *old == text {
		return
	}
	j.opt.Log.Error("the history is damaged", "err", err)
	j.recent.Notify()
}
