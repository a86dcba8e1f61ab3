package journal

import (
	"sync/atomic"
	"time"
)

// Stats are the journal's counters.
type Stats struct {
	Messages, Bytes int64         // kept
	Appended        int64         // since the start of the program
	Lag             time.Duration // from append to commit, of late
	Fault           string        // a sentence while commits fail, else empty
	Damage          string        // a sentence once something cannot be read, else empty
}

// Trouble returns the sentence of what is wrong with the store, or "".
func (s *Stats) Trouble() string {
	if s.Fault != "" {
		return s.Fault
	}
	return s.Damage
}

// Stats returns the counters.
func (j *Journal) Stats() Stats {
	s := Stats{Appended: j.stats.appended.Load(), Lag: time.Duration(j.stats.smooth.Load())}
	s.Messages, s.Bytes = j.sources.sum()
	if f := j.stats.fault.Load(); f != nil {
		s.Fault = *f
	}
	if d := j.stats.damage.Load(); d != nil {
		s.Damage = *d
	}
	return s
}

// stats is what the writer counts and anybody reads.
type stats struct {
	appended atomic.Int64
	smooth   atomic.Int64 // nanoseconds
	fault    atomic.Pointer[string]
	damage   atomic.Pointer[string]
}

// lag takes a new reading into the smoothed one: an eighth of it, so that a
// few dozen commits make "of late".
func (s *stats) lag(d time.Duration) {
	old := s.smooth.Load()
	if old == 0 {
		old = int64(d)
	}
	s.smooth.Store(old + (int64(d)-old)/8)
}

// setFault says whether the sentence is a new one.
func (s *stats) setFault(sentence string) bool {
	old := s.fault.Swap(&sentence)
	return old == nil && sentence != "" || old != nil && *old != sentence
}
