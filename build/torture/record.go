package main

import (
	"fmt"
	"sync"
)

// A fate is what became of a word.
type fate int8

const (
	said    fate = iota // acknowledged, or seen by anybody
	pending             // its publisher got no answer
	never               // it was not committed
	lapsed              // it may have been trimmed before anybody looked
)

// A doubt is a word without an answer.
type doubt struct {
	fate    fate
	after   int64  // the newest number when it was begun: if it is committed, its own is greater
	open    bool   // still on its way
	life    int    // of the process that it was sent to at the latest
	skipped string // who went on without it
}

// A record is what became of all words of one instance's publishers. Every
// word that is not in doubt was said, up to the newest.
type record struct {
	mu     sync.Mutex
	newest map[int]int64 // of each publisher, whatever became of it
	doubts map[word]doubt
	said   int64
}

func newRecord() *record {
	return &record{newest: make(map[int]int64), doubts: make(map[word]doubt)}
}

// begin notes that a word is on its way.
func (r *record) begin(w word, after int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.newest[w.publisher] = w.n
	r.doubts[w] = doubt{fate: pending, after: after, open: true}
}

// giveUp notes that no answer came, in that life or an earlier one.
func (r *record) giveUp(w word, life int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := r.doubts[w]; ok {
		d.open, d.life = false, life
		r.doubts[w] = d
	}
}

// acknowledge notes that a word was said.
func (r *record) acknowledge(w word) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said++
	return r.settle(w, said)
}

// refuse notes that the program said no: the word must never be seen.
func (r *record) refuse(w word) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.settle(w, never)
}

// see notes that somebody was shown a word.
func (r *record) see(w word) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.n > r.newest[w.publisher] || w.n < 1 {
		return fmt.Errorf("promise 1: %v was shown and never sent", w)
	}
	if _, ok := r.doubts[w]; !ok {
		return nil
	}
	return r.settle(w, said)
}

// settle is called with the lock held.
func (r *record) settle(w word, f fate) error {
	d, ok := r.doubts[w]
	switch {
	case !ok: // somebody has seen it already
		if f == never {
			return fmt.Errorf("promise 1: %v was refused although it was shown", w)
		}
		return nil
	case d.fate == never && f == said:
		return fmt.Errorf("promise 1: %v was shown although it was refused, or was missing when the history was read", w)
	case f == said && d.skipped != "":
		return fmt.Errorf("promise 2: %v is there, but %s went on without it", w, d.skipped)
	case f == said:
		delete(r.doubts, w)
		return nil
	}
	d.fate = f
	r.doubts[w] = d
	return nil
}

// skip asks whether a reader may go on without a word.
func (r *record) skip(w word, who string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.doubts[w]
	if !ok {
		return false
	}
	if d.fate == pending {
		d.skipped = who
		r.doubts[w] = d
	}
	return true
}

// fate returns what became of a word, as far as it is known.
func (r *record) fate(w word) fate {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.doubts[w].fate
}

// close settles what was in doubt since before that life began: all of the
// history from first on was read, and what was found is no doubt any more.
// Where a word may have gone otherwise, unseen says so.
func (r *record) close(life int, first int64, unseen func(w word) bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for w, d := range r.doubts {
		if d.fate != pending || d.open || d.life >= life {
			continue
		}
		f := never
		if first > d.after+1 || unseen(w) {
			f = lapsed
		}
		if err := r.settle(w, f); err != nil {
			return err
		}
	}
	return nil
}

// last returns the newest word of a publisher that was said and that wanted
// wants; 0 where there is none among the last thousand.
func (r *record) last(publisher int, wanted func(n int64) bool) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	newest := r.newest[publisher]
	for n := newest; n > 0 && n > newest-1000; n-- {
		if _, ok := r.doubts[word{publisher, n}]; !ok && wanted(n) {
			return n
		}
	}
	return 0
}

func (r *record) counts() (all int64, open map[fate]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	open = make(map[fate]int64)
	for _, d := range r.doubts {
		open[d.fate]++
	}
	return r.said, open
}
