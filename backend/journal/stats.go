package journal

import (
	"sync/atomic"
	"time"
)

// Stats are the journal's counters.
type Stats struct {
	Messages, Bytes int64         // kept
	Appended        int64         // since the start of the program
	Lag             time.Duration // from append to commit, a moving average
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

// stats is what the writer counts and anybody reads.
type stats struct {
	appended atomic.Int64
	lag      atomic.Int64 // nanoseconds
	fault    atomic.Pointer[string]
	damage   atomic.Pointer[string]
}

// addLag adds a reading to the moving average, with a weight of an eighth.
func (s *stats) addLag(d time.Duration) {
	old := s.lag.Load()
	if old == 0 {
		old = int64(d)
	}
	s.lag.Store(old + (int64(d)-old)/8)
}

// setFault reports whether the sentence is a new one.
func (s *stats) setFault(sentence string) bool {
	old := s.fault.Swap(&sentence)
	return old == nil && sentence != "" || old != nil && *old != sentence
}

// noteDamage notes what the store has found to be damaged, and wakes the readers
// if that is new.
func (j *Journal) noteDamage() {
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
