package journal

import (
	"sync/atomic"
	"time"

	"signalbox/backend/live"
)

// Stats are the journal's counters.
type Stats struct {
	Messages, Bytes int64         // the messages kept and their size
	Appended        int64         // the messages stored since the start of the program
	Lag             time.Duration // from append to commit, a moving average
	Unindexed       int64         // about how many messages a search must test because the index lacks them
	IndexBytes      int64         // the size of the index
	Fault           *live.Error   // the reason while commits fail, else nil
	Damage          *live.Error   // the reason once a part of the history cannot be read, else nil
}

// Trouble returns Fault, or Damage if there is no fault.
func (s *Stats) Trouble() *live.Error {
	if s.Fault != nil {
		return s.Fault
	}
	return s.Damage
}

// Stats returns the counters.
func (j *Journal) Stats() Stats {
	s := Stats{Appended: j.stats.appended.Load(), Lag: time.Duration(j.stats.lag.Load())}
	s.Messages, s.Bytes = j.sources.Total()
	if store, ok := j.store.(indexed); ok {
		s.Unindexed, s.IndexBytes = store.Unindexed()
		s.Unindexed = min(s.Unindexed, s.Messages) // not all numbers have a message
	}
	s.Fault, s.Damage = j.stats.fault.Load(), j.stats.damage.Load()
	return s
}

// indexed is a Store with an index for searches.
type indexed interface {
	// Unindexed returns about how many messages the index lacks, and its size in
	// bytes.
	Unindexed() (messages, bytes int64)
}

// stats are counters that the writer changes and any goroutine reads.
type stats struct {
	appended atomic.Int64
	lag      atomic.Int64 // nanoseconds
	fault    atomic.Pointer[live.Error]
	damage   atomic.Pointer[live.Error]
}

// addLag adds a measured lag to the moving average, with a weight of an eighth.
func (s *stats) addLag(d time.Duration) {
	old := s.lag.Load()
	if old == 0 {
		old = int64(d)
	}
	s.lag.Store(old + (int64(d)-old)/8)
}

// setFault stores an error or nil and reports whether the sentence has changed.
func (s *stats) setFault(e *live.Error) bool {
	old := s.fault.Swap(e)
	return (old == nil) != (e == nil) || e != nil && old.Error() != e.Error()
}

// updateDamage reads the damage that the store has found, and wakes the readers
// if it has changed.
func (j *Journal) updateDamage() {
	err := j.store.Damaged()
	if err == nil {
		return
	}
	e := storeError(err)
	if old := j.stats.damage.Swap(e); old != nil && old.Error() == e.Error() {
		return
	}
	j.opt.Log.Error("the history is damaged", "err", err)
	j.recent.Notify()
}
