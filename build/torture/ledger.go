package main

import (
	"fmt"
	"slices"
	"sync"
)

// A message is the content of one message: its publisher, and a number that
// counts the publisher's messages from 1. Each content is published once.
type message struct {
	publisher int
	n         int64
}

func (m message) String() string { return fmt.Sprintf("publisher %d's message %d", m.publisher, m.n) }

const (
	pageSize = 4096
	// pagesKept bounds the ledger to 4 million numbers, 96 MiB at most.
	pagesKept = 1024
)

// A kind says how a message came into a journal.
type kind int8

const (
	original kind = iota + 1 // published here
	mirrored                 // through a feed: subscribers see the position at its origin
)

type entry struct {
	message
	kind kind
}

// A ledger is the message behind each number of one journal, as publishers,
// subscribers and readers of the history were told. It holds the newest few
// million numbers.
type ledger struct {
	mu    sync.Mutex
	pages map[int64]*[pageSize]entry
	top   int64 // the newest number
	floor int64 // older numbers are forgotten
}

func newLedger() *ledger { return &ledger{pages: make(map[int64]*[pageSize]entry)} }

// add records the message of a number. k is 0 if the kind is not known.
func (l *ledger) add(number int64, m message, k kind) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if number < l.floor {
		return nil
	}
	page := l.pages[number/pageSize]
	if page == nil {
		page = new([pageSize]entry)
		l.pages[number/pageSize] = page
		l.forget()
	}
	e := &page[number%pageSize]
	if e.n != 0 && e.message != m {
		return fmt.Errorf("promise 1 or 2: number %d was %v and is now %v", number, e.message, m)
	}
	e.message = m
	if k != 0 {
		e.kind = k
	}
	l.top = max(l.top, number)
	return nil
}

func (l *ledger) forget() {
	if len(l.pages) <= pagesKept {
		return
	}
	oldest := l.sorted()[0]
	delete(l.pages, oldest)
	l.floor = (oldest + 1) * pageSize
}

func (l *ledger) sorted() []int64 {
	keys := make([]int64, 0, len(l.pages))
	for k := range l.pages {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// newest returns the newest number.
func (l *ledger) newest() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.top
}

// between calls f for the numbers between after and before, both exclusive, in
// order, until f returns false.
func (l *ledger) between(after, before int64, f func(number int64, e entry) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first, last := (after+1)/pageSize, (before-1)/pageSize
	keys := []int64{first}
	switch {
	case last == first:
	case last-first < 4:
		for k := first + 1; k <= last; k++ {
			keys = append(keys, k)
		}
	default: // numbers jump after a kill
		keys = l.sorted()
	}
	for _, key := range keys {
		page := l.pages[key]
		if page == nil || key < first || key > last {
			continue
		}
		for i := range page {
			number := key*pageSize + int64(i)
			if number > after && number < before && page[i].n != 0 && !f(number, page[i]) {
				return
			}
		}
	}
}
