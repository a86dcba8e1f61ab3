package main

import (
	"fmt"
	"sync"
)

// A outcome is what became of a word.
type outcome int8

const (
	stored  outcome = iota // acknowledged, or seen by anybody
	pending                // its publisher got no answer
	absent                 // it was not committed
	unknown                // it may have been trimmed before anybody looked
)

// A doubt is a word without an answer.
type unsettledMessage struct {
	outcome    outcome
	after      int64  // the newest number when it was begun: if it is committed, its own is greater
	open       bool   // still on its way
	generation int    // of the process that it was sent to at the latest
	skipped    string // who went on without it
}

// A record is what became of all words of one instance's publishers. Every
// word that is not in doubt was stored, up to the newest.
type outcomes struct {
	mu        sync.Mutex
	newest    map[int]int64 // of each publisher, whatever became of it
	unsettled map[message]unsettledMessage
	stored    int64
}

func newOutcomes() *outcomes {
	return &outcomes{newest: make(map[int]int64), unsettled: make(map[message]unsettledMessage)}
}

// begin notes that a word is on its way.
func (r *outcomes) begin(m message, after int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.newest[m.publisher] = m.n
	r.unsettled[m] = unsettledMessage{outcome: pending, after: after, open: true}
}

// giveUp notes that no answer came, in that generation or an earlier one.
func (r *outcomes) giveUp(m message, generation int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := r.unsettled[m]; ok {
		d.open, d.generation = false, generation
		r.unsettled[m] = d
	}
}

// acknowledge notes that a word was said.
func (r *outcomes) acknowledge(m message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stored++
	return r.settle(m, stored)
}

// refuse notes that the program stored no: the word must absent be seen.
func (r *outcomes) refuse(m message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.settle(m, absent)
}

// see notes that somebody was shown a word.
func (r *outcomes) see(m message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.n > r.newest[m.publisher] || m.n < 1 {
		return fmt.Errorf("promise 1: %v was shown but never sent", m)
	}
	if _, ok := r.unsettled[m]; !ok {
		return nil
	}
	return r.settle(m, stored)
}

// settle is called with the lock held.
func (r *outcomes) settle(m message, f outcome) error {
	d, ok := r.unsettled[m]
	switch {
	case !ok: // somebody has seen it already
		if f == absent {
			return fmt.Errorf("promise 1: %v was refused although it was shown", m)
		}
		return nil
	case d.outcome == absent && f == stored:
		return fmt.Errorf("promise 1: %v was shown although it was refused, or was missing when the history was read", m)
	case f == stored && d.skipped != "":
		return fmt.Errorf("promise 2: %v is there, but %s went on without it", m, d.skipped)
	case f == stored:
		delete(r.unsettled, m)
		return nil
	}
	d.outcome = f
	r.unsettled[m] = d
	return nil
}

// skip asks whether a reader may go on without a word.
func (r *outcomes) skip(m message, who string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.unsettled[m]
	if !ok {
		return false
	}
	if d.outcome == pending {
		d.skipped = who
		r.unsettled[m] = d
	}
	return true
}

// outcome returns what became of a word, as far as it is known.
func (r *outcomes) outcome(m message) outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.unsettled[m].outcome
}

// close settles what was in doubt since before that generation began: all of the
// history from first on was read, and what was found is no doubt any more.
// Where a word may have gone otherwise, unseen says so.
func (r *outcomes) close(generation int, first int64, unseen func(m message) bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for m, d := range r.unsettled {
		if d.outcome != pending || d.open || d.generation >= generation {
			continue
		}
		f := absent
		if first > d.after+1 || unseen(m) {
			f = unknown
		}
		if err := r.settle(m, f); err != nil {
			return err
		}
	}
	return nil
}

// last returns the newest word of a publisher that was stored and that wanted
// wants; 0 where there is none among the last thousand.
func (r *outcomes) last(publisher int, wanted func(n int64) bool) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	newest := r.newest[publisher]
	for n := newest; n > 0 && n > newest-1000; n-- {
		if _, ok := r.unsettled[message{publisher, n}]; !ok && wanted(n) {
			return n
		}
	}
	return 0
}

func (r *outcomes) counts() (all int64, open map[outcome]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	open = make(map[outcome]int64)
	for _, d := range r.unsettled {
		open[d.outcome]++
	}
	return r.stored, open
}
