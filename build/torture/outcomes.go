package main

import (
	"fmt"
	"sync"
)

// An outcome is what became of a published message.
type outcome int8

const (
	stored  outcome = iota // acknowledged, or seen by a subscriber
	pending                // no clear answer yet
	absent                 // not committed
	unknown                // possibly committed and trimmed before a check
)

// An unsettledMessage is a message without an acknowledgement.
type unsettledMessage struct {
	outcome    outcome
	after      int64  // the newest number before it was sent: its own is greater
	open       bool   // in flight
	generation int    // the last one that it may have reached
	skipped    string // the reader that went on without it
}

// outcomes are the outcomes of all messages published to one instance. Every
// message up to a publisher's newest is stored unless it is unsettled.
type outcomes struct {
	mu        sync.Mutex
	newest    map[int]int64 // of each publisher, whatever its outcome
	unsettled map[message]unsettledMessage
	stored    int64
}

func newOutcomes() *outcomes {
	return &outcomes{newest: make(map[int]int64), unsettled: make(map[message]unsettledMessage)}
}

// begin records that a message is being sent. after is the newest number before.
func (r *outcomes) begin(m message, after int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.newest[m.publisher] = m.n
	r.unsettled[m] = unsettledMessage{outcome: pending, after: after, open: true}
}

// giveUp records that no answer came from that generation or an earlier one.
func (r *outcomes) giveUp(m message, generation int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := r.unsettled[m]; ok {
		d.open, d.generation = false, generation
		r.unsettled[m] = d
	}
}

// acknowledge records that a message was stored.
func (r *outcomes) acknowledge(m message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stored++
	return r.settle(m, stored)
}

// refuse records that the program refused a message: it must never appear.
func (r *outcomes) refuse(m message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.settle(m, absent)
}

// see records that a subscriber or a page showed a message.
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
	case !ok: // stored
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

// skip reports whether a reader may go on without a message.
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

// outcome returns the outcome of a message as far as it is known.
func (r *outcomes) outcome(m message) outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.unsettled[m].outcome
}

// close settles the messages that earlier generations left unsettled, after the
// history from first on was read. unseen reports whether a message may have been
// deleted for another reason.
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

// last returns the newest stored message of a publisher for which wanted is true,
// or 0 if there is none among the last thousand.
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
