package journal

import (
	"context"
	"errors"
	"time"

	"signalbox/backend/live"
)

const (
	// batchMessages and batchBytes limit a batch, so that one commit stays short.
	batchMessages = 8192
	batchBytes    = 32 << 20
	// maxFaults is the number of consecutive store faults after which the writer
	// stops committing the requests of a failed batch one by one: each commit may
	// take as long as a disk's time-out.
	maxFaults = 3
	// The writer waits groupTime before it drains the queue if the last batch had
	// groupCallers or more. Those callers got their replies together and send
	// their next requests together; without the wait the first of these would be
	// committed alone while all others wait for it. It does not wait if the queue
	// has groupMessages: the sync is then a small part of the commit.
	groupCallers  = 8
	groupTime     = 150 * time.Microsecond
	groupMessages = 256
	// These say how long messages are gathered before readers are woken, see
	// wakeInterval.
	manyMessages = 16
	fastInterval = 125 * time.Microsecond
	longRound    = 10 * time.Millisecond
	maxRound     = 40 * time.Millisecond
	maxRest      = 20 * time.Millisecond
	// checkInterval is the time between two write checks of a faulty store, which
	// may refuse every message until a check succeeds.
	checkInterval = time.Second
	// idleInterval is the time between two checks of the files of a working store
	// while nobody appends.
	idleInterval = 2 * time.Second
)

// A writer is the state of the writer goroutine.
type writer struct {
	*Journal
	ctx context.Context

	requests []*request // these three are reused
	batch    []live.Message
	marks    []live.Mark
	callers  int // how many requests the last batch had

	timer        *time.Timer
	announcedAt  time.Time
	unannounced  int64 // how many messages are committed and not announced
	fault        bool
	checkedAt    time.Time // when a faulty store was last checked
	noTrimBefore time.Time // set when trimming fails
}

// write is the writer goroutine. It drains the queue, commits the requests, adds
// their messages to those in memory, and wakes the readers.
func (j *Journal) write() {
	defer close(j.writerDone)
	w := &writer{Journal: j, ctx: context.Background(), fault: j.Stats().Fault != nil}
	w.timer = time.NewTimer(idleInterval)
	defer w.timer.Stop()
	w.setTimer()
	for open := true; open; {
		select {
		case <-j.queue.wake:
			if w.callers >= groupCallers && j.queue.waiting() < groupMessages {
				time.Sleep(groupTime)
			}
		case <-w.timer.C:
			w.onTimer()
			continue
		}
		w.requests, open = j.queue.drain(w.requests[:0])
		w.callers = len(w.requests)
		w.process(w.requests)
		clear(w.requests)
		w.setTimer()
	}
	j.recent.Announce()
}

// process runs the tasks, and commits the requests between two tasks in as few
// batches as batchMessages and batchBytes allow.
func (w *writer) process(requests []*request) {
	for len(requests) > 0 {
		if task := requests[0].task; task != nil {
			requests[0].done <- task()
			requests = requests[1:]
			continue
		}
		n, messages, bytes := 0, 0, 0
		for n < len(requests) && requests[n].task == nil {
			r := requests[n]
			if n > 0 && (messages+len(r.entries) > batchMessages || bytes+r.bytes > batchBytes) {
				break
			}
			n, messages, bytes = n+1, messages+len(r.entries), bytes+r.bytes
		}
		w.commitAll(requests[:n])
		w.trimAfterBatch(messages)
		requests = requests[n:]
	}
}

// commitAll commits requests together or, if that fails, one by one.
func (w *writer) commitAll(requests []*request) {
	err := w.commit(requests)
	if err == nil || len(requests) == 1 {
		w.reply(requests, err)
		return
	}
	faults := 0
	for i := range requests {
		one := requests[i : i+1]
		if faults < maxFaults {
			if err = w.commit(one); err == nil || !isFault(err) {
				faults = 0
			} else {
				faults++
			}
		}
		w.reply(one, err)
	}
}

func (w *writer) reply(requests []*request, err error) {
	for _, r := range requests {
		r.done <- err
	}
}

// commit commits requests in one transaction and adds their messages to those in
// memory.
func (w *writer) commit(requests []*request) error {
	w.batch, w.marks = w.batch[:0], w.marks[:0]
	for _, r := range requests {
		for _, e := range r.entries {
			w.batch = append(w.batch, e.Message)
		}
		for _, m := range r.marks {
			if m.Number == live.Newest {
				m.Number = w.recent.Last()
				if len(r.entries) > 0 {
					m.Number = -int64(len(w.batch)) // Store.Append replaces it by the number
				}
			}
			w.marks = append(w.marks, m)
		}
	}
	err := w.store.Append(w.ctx, w.batch, w.marks)
	if err == nil {
		w.addToRecent(requests)
	}
	// If the next batch is smaller, these texts would stay in memory.
	clear(w.batch)
	w.setFault(err)
	return err
}

// addToRecent sets the numbers of the entries of a committed batch, and adds the
// new ones to those in memory.
func (w *writer) addToRecent(requests []*request) {
	w.sources.Add(w.batch)
	i, stored, last := 0, int64(0), int64(0)
	for _, r := range requests {
		for _, e := range r.entries {
			m := &w.batch[i]
			i++
			e.Number, e.DuplicateID, e.Repeated, e.Origin = m.Number, m.DuplicateID, m.Repeated, m.Origin
			if !e.Repeated {
				w.recent.Add(e)
				stored, last = stored+1, e.Number
			}
		}
	}
	if stored == 0 {
		return
	}
	w.stats.appended.Add(stored)
	w.recent.SetLast(last)
	w.stats.addLag(time.Since(requests[0].queuedAt))
	w.unannounced += stored
	w.announce()
}

// announce wakes the readers, or lets the timer do so if they were woken less
// than wakeInterval ago.
func (w *writer) announce() {
	if now := time.Now(); now.Sub(w.announcedAt) >= w.wakeInterval() {
		w.announcedAt, w.unannounced = now, 0
		w.recent.Announce()
	}
}

// wakeInterval returns how long after the last announcement the next may follow.
//
// The mean lateness of the readers is half of the time until the last of them
// has read everything. Woken before that, they would get fewer messages at a
// time, and to wake and to write costs more than a message. While messages come
// faster than one in fastInterval, or readers need longRound for what they have,
// they then rest for twice that time: the publishers get ahead, and there is more
// to read at a time. At a lower rate a rest would only be a delay.
func (w *writer) wakeInterval() time.Duration {
	round := min(2*w.recent.Lateness(), maxRound)
	fast := time.Since(w.announcedAt) < time.Duration(w.unannounced)*fastInterval
	if w.unannounced >= manyMessages && (fast || round >= longRound) {
		round += min(2*round, maxRest)
	}
	return max(w.opt.WakeInterval, round)
}

// setTimer sets the timer for the next announcement or check.
func (w *writer) setTimer() {
	switch {
	case w.unannounced > 0:
		w.timer.Reset(max(0, w.wakeInterval()-time.Since(w.announcedAt)))
	case w.fault:
		w.timer.Reset(max(0, checkInterval-time.Since(w.checkedAt)))
	default:
		w.timer.Reset(idleInterval)
	}
}

func (w *writer) onTimer() {
	if w.unannounced > 0 {
		w.announce()
	}
	w.updateDamage()
	switch {
	case !w.fault:
		w.setFault(w.store.CheckFiles(w.ctx))
	case time.Since(w.checkedAt) >= checkInterval:
		w.setFault(w.store.CheckWrite(w.ctx))
		w.checkedAt = time.Now()
	}
	w.setTimer()
}

// setFault stores whether err is a fault of the store, and wakes the readers if
// that has changed.
func (w *writer) setFault(err error) {
	fault := isFault(err)
	if err != nil && !fault || !fault && !w.fault {
		return
	}
	if fault && !w.fault {
		w.checkedAt = time.Now()
	}
	w.fault = fault
	if !w.stats.setFault(storeError(err)) {
		return
	}
	if fault {
		w.opt.Log.Error("the history cannot be written", "err", err, "cause", errors.Unwrap(err))
	} else {
		w.opt.Log.Info("the history can be written again")
	}
	w.recent.Announce()
}

// storeError returns an error of the store with a sentence for the user, or nil.
func storeError(err error) *live.Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e
	}
	return live.Errorf("store_fault", "The history could not be read or written: {cause}.", "cause", err).WithCause(err)
}

// isFault reports whether an error is about the store rather than the messages.
func isFault(err error) bool {
	return err != nil && !errors.Is(err, &live.Error{Code: "refused"}) && !errors.Is(err, &live.Error{Code: "key_reused"})
}
