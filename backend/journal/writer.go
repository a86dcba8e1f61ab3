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
	// maxFaults is after how many faults of the store in a row the writer stops
	// to commit the requests of a failed batch one by one: each may take as long
	// as a disk's time-out.
	maxFaults = 3
	// groupCallers is how many callers a batch has if the next batch waits
	// groupTime for them. They got their answers together and come back together;
	// without the wait the first would get a commit of its own while all others
	// wait for it.
	groupCallers = 8
	groupTime    = 150 * time.Microsecond
	// checkInterval is how often a faulty store is tried, even if nobody appends:
	// it may refuse every message until a check has succeeded.
	checkInterval = time.Second
	// lookInterval is how often a store that works is looked at while nobody
	// appends.
	lookInterval = 2 * time.Second
)

// A writer is the state of the writer goroutine.
type writer struct {
	*Journal
	ctx context.Context

	requests []*request // these three are reused
	batch    []live.Message
	marks    []live.Mark
	callers  int // of the last batch

	timer        *time.Timer
	announcedAt  time.Time
	announceSoon bool // whether something is committed and not announced
	fault        bool
	checkedAt    time.Time // when a faulty store was last tried
	noTrimBefore time.Time // after trimming has failed
}

// write is the writer goroutine. It takes all requests that have queued up,
// commits them, adds their messages to those in memory, and wakes the readers.
func (j *Journal) write() {
	defer close(j.writerDone)
	w := &writer{Journal: j, ctx: context.Background(), fault: j.Stats().Fault != ""}
	w.timer = time.NewTimer(lookInterval)
	defer w.timer.Stop()
	w.setTimer()
	for open := true; open; {
		select {
		case <-j.queue.wake:
			if w.callers >= groupCallers {
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

// process runs tasks, and commits the requests between two tasks in as few
// batches as the limits allow.
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

// commit commits requests in one transaction, and then adds their messages to
// those in memory.
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
					m.Number = -int64(len(w.batch)) // the store knows the number
				}
			}
			w.marks = append(w.marks, m)
		}
	}
	err := w.store.Append(w.ctx, w.batch, w.marks)
	if err == nil {
		w.addToRecent(requests)
	}
	// The next batch may be smaller, and would keep these texts in memory.
	clear(w.batch)
	w.setFault(err)
	return err
}

// addToRecent gives the entries of a committed batch their numbers, and adds the
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
	w.announce()
}

// announce wakes the readers, or leaves that to the timer if they were woken a
// moment ago.
func (w *writer) announce() {
	if now := time.Now(); now.Sub(w.announcedAt) >= w.opt.Gather {
		w.announcedAt, w.announceSoon = now, false
		w.recent.Announce()
		return
	}
	w.announceSoon = true
}

// setTimer sets the timer to what comes next if there are no requests.
func (w *writer) setTimer() {
	switch {
	case w.announceSoon:
		w.timer.Reset(max(0, w.opt.Gather-time.Since(w.announcedAt)))
	case w.fault:
		w.timer.Reset(max(0, checkInterval-time.Since(w.checkedAt)))
	default:
		w.timer.Reset(lookInterval)
	}
}

func (w *writer) onTimer() {
	if w.announceSoon {
		w.announce()
	}
	w.noteDamage()
	switch {
	case !w.fault:
		w.setFault(w.store.Look(w.ctx))
	case time.Since(w.checkedAt) >= checkInterval:
		w.setFault(w.store.Check(w.ctx))
		w.checkedAt = time.Now()
	}
	w.setTimer()
}

// setFault notes whether the store works, and wakes the readers if that has
// changed.
func (w *writer) setFault(err error) {
	fault := isFault(err)
	if err != nil && !fault || !fault && !w.fault {
		return
	}
	if fault && !w.fault {
		w.checkedAt = time.Now()
	}
	w.fault = fault
	if !w.stats.setFault(sentence(err)) {
		return
	}
	if fault {
		w.opt.Log.Error("the history cannot be written", "err", err, "cause", errors.Unwrap(err))
	} else {
		w.opt.Log.Info("the history can be written again")
	}
	w.recent.Announce()
}

// sentence returns what a user is told of an error, "" for none.
func sentence(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e.Error()
	}
	return err.Error()
}

// isFault reports whether an error is one of the store, and not of the messages.
func isFault(err error) bool {
	return err != nil && !errors.Is(err, &live.Error{Code: "refused"}) && !errors.Is(err, &live.Error{Code: "key_reused"})
}
