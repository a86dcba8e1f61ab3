package journal

import (
	"context"
	"errors"
	"time"

	"signalbox/backend/live"
)

const (
	// batchMessages and batchBytes end a batch: what it does not take waits
	// for the next, so that one commit stays short.
	batchMessages = 8192
	batchBytes    = 32 << 20
	// faultsInARow is after how many single failures by the store's own fault
	// the rest of a batch is not tried: each try may cost a disk's time-out.
	faultsInARow = 3
	// crowd is how many callers a batch had where the next one waits crowdTime
	// for them: they were answered together and come back together, and the
	// first would otherwise have a commit to itself while all others wait.
	// Measured with 64 callers in short runs side by side: from nothing to
	// twice as many publishes a second, the more the slower the disk.
	crowd     = 8
	crowdTime = 150 * time.Microsecond
	// checkEvery is how often a faulty store is tried, whoever appends: it may
	// refuse every message until a check has succeeded.
	checkEvery = time.Second
	// lookEvery is how often one that works is looked at while nobody appends.
	lookEvery = 2 * time.Second
)

// write is the writer goroutine. It takes whatever has queued up while the
// last commit ran, commits it, adds it to the tail, then wakes the readers.
func (j *Journal) write() {
	defer close(j.ended)
	w := &writer{Journal: j, ctx: context.Background(), fault: j.Stats().Fault != ""}
	w.timer = time.NewTimer(lookEvery)
	defer w.timer.Stop()
	w.set()
	for open := true; open; {
		select {
		case <-j.queue.wake:
			if w.callers >= crowd {
				time.Sleep(crowdTime)
			}
		case <-w.timer.C:
			w.tick()
			continue
		}
		var requests []*request
		requests, open = j.queue.take(w.spare[:0])
		w.callers = len(requests)
		w.work(requests)
		clear(requests)
		w.spare = requests
		w.set()
	}
	j.tell()
}

// A writer is what the writer goroutine alone knows.
type writer struct {
	*Journal
	ctx   context.Context
	spare []*request // reused
	batch []live.Message
	marks []live.Mark

	timer   *time.Timer
	rang    time.Time // when the readers were last woken
	waiting bool      // whether they are still to be
	fault   bool
	checked time.Time // when a faulty store was last tried
	callers int       // of the last batch
	resting time.Time // until then it does not trim, because that failed
}

// work runs tasks and commits everything between two tasks in as few batches
// as the bounds allow.
func (w *writer) work(requests []*request) {
	for len(requests) > 0 {
		if task := requests[0].task; task != nil {
			requests[0].done <- task()
			requests = requests[1:]
			continue
		}
		n, messages, bytes := 0, 0, 0
		for n < len(requests) && requests[n].task == nil {
			r := requests[n]
			if n > 0 && (messages+len(r.entries) > batchMessages || bytes+r.weight > batchBytes) {
				break
			}
			n, messages, bytes = n+1, messages+len(r.entries), bytes+r.weight
		}
		w.commitAll(requests[:n])
		w.trimBehind(messages)
		requests = requests[n:]
	}
}

// commitAll commits requests together or, where that fails, one by one, so
// that only the culprit fails.
func (w *writer) commitAll(requests []*request) {
	err := w.commit(requests)
	if err == nil || len(requests) == 1 {
		w.answer(requests, err)
		return
	}
	faults := 0
	for i := range requests {
		one := requests[i : i+1]
		if faults < faultsInARow {
			if err = w.commit(one); err == nil || !isFault(err) {
				faults = 0
			} else {
				faults++
			}
		}
		w.answer(one, err)
	}
}

func (w *writer) answer(requests []*request, err error) {
	for _, r := range requests {
		r.done <- err
	}
}

// commit commits requests in one transaction, and shows them once that is done.
func (w *writer) commit(requests []*request) error {
	w.batch, w.marks = w.batch[:0], w.marks[:0]
	for _, r := range requests {
		for _, e := range r.entries {
			w.batch = append(w.batch, e.Message)
		}
		for _, m := range r.marks {
			if m.Number == live.Newest {
				m.Number = w.last.Load()
				if len(r.entries) > 0 {
					m.Number = -int64(len(w.batch)) // the store knows
				}
			}
			w.marks = append(w.marks, m)
		}
	}
	err := w.store.Append(w.ctx, w.batch, w.marks)
	if err == nil {
		w.show(requests)
	}
	// The texts live on in the tail only; the next batch may be small.
	clear(w.batch)
	w.setFault(err)
	return err
}

// show gives the entries their numbers, and readers what is new.
func (w *writer) show(requests []*request) {
	w.sources.count(w.batch)
	rest, stored, last := w.batch, int64(0), int64(0)
	for _, r := range requests {
		for _, e := range r.entries {
			e.Number, e.Again, e.Repeated, e.Origin = rest[0].Number, rest[0].Again, rest[0].Repeated, rest[0].Origin
			rest = rest[1:]
			if !e.Repeated {
				w.tail.add(e)
				stored, last = stored+1, e.Number
			}
		}
	}
	if stored == 0 {
		return
	}
	w.stats.appended.Add(stored)
	w.last.Store(last)
	w.stats.lag(time.Since(requests[0].since))
	w.wake()
}

// wake wakes the readers, at once where they have had time since the last.
func (w *writer) wake() {
	if now := time.Now(); now.Sub(w.rang) >= w.opt.Gather {
		w.rang, w.waiting = now, false
		w.tell()
		return
	}
	w.waiting = true
}

// set sets the timer to what is to be done if nothing else happens.
func (w *writer) set() {
	switch {
	case w.waiting:
		w.timer.Reset(max(0, w.opt.Gather-time.Since(w.rang)))
	case w.fault:
		w.timer.Reset(max(0, checkEvery-time.Since(w.checked)))
	default:
		w.timer.Reset(lookEvery)
	}
}

func (w *writer) tick() {
	if w.waiting {
		w.wake()
	}
	w.watchDamage()
	switch {
	case !w.fault:
		w.setFault(w.store.Look(w.ctx))
	case time.Since(w.checked) >= checkEvery:
		w.setFault(w.store.Check(w.ctx))
		w.checked = time.Now()
	}
	w.set()
}

// setFault notes whether the store works, and rings when that changes.
func (w *writer) setFault(err error) {
	fault := isFault(err)
	if err != nil && !fault || !fault && !w.fault {
		return
	}
	if fault && !w.fault {
		w.checked = time.Now()
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
	w.tell()
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

// isFault tells an error of the store from one of the messages.
func isFault(err error) bool {
	return err != nil && !errors.Is(err, &live.Error{Code: "refused"}) && !errors.Is(err, &live.Error{Code: "key_reused"})
}
