package ingest

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"signalbox/backend/broadcast"
	"signalbox/backend/disconnect"
	"signalbox/backend/journal"
	"signalbox/backend/live"
)

const (
	// The batcher reads no further while its queue has this many drafts or bytes.
	maxQueued      = 8192
	maxQueuedBytes = 8 << 20
	// commitPause is the pause after a failed commit.
	commitPause = time.Second
)

// A batcher commits one feed's drafts to the journal. Drafts that are added
// during a commit are in the next one, in one transaction with the feed's mark:
// the stored last event ID always matches the stored messages. While the journal
// cannot write, put blocks, which slows the server through TCP.
type batcher struct {
	journal    *journal.Journal
	log        *slog.Logger
	duplicates func(n int) // called with the number of messages that were in the journal already
	fault      func(error) // called when commits begin to fail, and with nil when they succeed again

	work broadcast.Broadcast // something was added
	room broadcast.Broadcast // the queue was emptied

	mu        sync.Mutex
	mark      live.Mark
	unsaved   bool // the mark has changed since the last commit
	queue     []live.Draft
	bytes     int          // of the queue
	freeQueue []live.Draft // the last queue, emptied, for reuse
}

// put adds a draft and, if lastID is not nil, the last event ID after it. It waits
// while the queue is full, and reports false if ctx ends first.
func (b *batcher) put(ctx context.Context, d live.Draft, lastID *string) bool {
	b.mu.Lock()
	for len(b.queue) >= maxQueued || b.bytes >= maxQueuedBytes {
		room, _ := b.room.Wait()
		b.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return false
		}
		b.mu.Lock()
	}
	b.append(d, lastID)
	b.mu.Unlock()
	return true
}

// add adds a note or a gap even if the queue is full: there are few of them, and
// they must not be lost while the journal cannot write.
func (b *batcher) add(d live.Draft, lastID *string) {
	b.mu.Lock()
	b.append(d, lastID)
	b.mu.Unlock()
}

// setLastID sets the last event ID without a draft.
func (b *batcher) setLastID(id string) {
	b.mu.Lock()
	b.notifyIfIdle()
	b.setMark(&id)
	b.mu.Unlock()
}

// notifyIfIdle wakes run if there was nothing to commit. Otherwise run is awake
// and will find the new draft. It is called with mu held.
func (b *batcher) notifyIfIdle() {
	if len(b.queue) == 0 && !b.unsaved {
		b.work.Notify()
	}
}

// append is called with mu held.
func (b *batcher) append(d live.Draft, lastID *string) {
	b.notifyIfIdle()
	b.queue = append(b.queue, d)
	b.bytes += d.Size()
	b.setMark(lastID)
}

// setMark is called with mu held.
func (b *batcher) setMark(id *string) {
	if id != nil && *id != b.mark.Text {
		b.mark.Text, b.unsaved = *id, true
	}
}

// restoreMark sets the mark to the stored one.
func (b *batcher) restoreMark(m live.Mark) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mark.Number, b.mark.Text = m.Number, m.Text
}

// lastID returns the last event ID, which may not be committed yet.
func (b *batcher) lastID() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mark.Text
}

// saveMark commits the mark alone. It is called only while run does not run.
func (b *batcher) saveMark() error {
	b.mu.Lock()
	mark, alone := b.mark, b.unsaved && len(b.queue) == 0
	b.mu.Unlock()
	if !alone {
		return nil // the mark is saved, or will be with the queue
	}
	if err := b.save(nil, mark); err != nil {
		return err
	}
	b.mu.Lock()
	b.unsaved = false
	b.mu.Unlock()
	return nil
}

// run commits until done is closed and the queue is empty. Drafts that cannot be
// committed by then stay in the queue, and the stored mark stays before them.
func (b *batcher) run(done <-chan struct{}) {
	for {
		work, _ := b.work.Wait()
		for b.commit(done) {
		}
		select {
		case <-done:
			b.mu.Lock()
			left := len(b.queue)
			b.mu.Unlock()
			if left > 0 {
				b.log.Warn("messages were not committed; the server will be asked for them again", "messages", left)
			}
			return
		default:
		}
		select {
		case <-work:
		case <-done:
		}
	}
}

// commit commits the queue, and reports whether there may be more.
func (b *batcher) commit(done <-chan struct{}) (more bool) {
	b.mu.Lock()
	drafts, mark := b.queue, b.mark
	if len(drafts) == 0 && !b.unsaved {
		b.mu.Unlock()
		return false
	}
	b.queue, b.freeQueue = b.freeQueue[:0], nil
	b.bytes, b.unsaved = 0, false
	b.mu.Unlock()
	b.room.Notify()

	err := b.save(drafts, mark)
	for failed := false; err != nil; err = b.save(drafts, mark) {
		if errors.Is(err, &live.Error{Code: "refused"}) && len(drafts) > 0 {
			drafts = b.commitEach(drafts)
			continue
		}
		if errors.Is(err, &live.Error{Code: "not_found"}) {
			b.log.Warn("messages of a removed source were dropped", "messages", len(drafts))
			break
		}
		if !failed {
			failed = true
			b.fault(err)
		}
		select {
		case <-done:
			b.requeue(drafts)
			return false
		case <-time.After(commitPause):
		}
	}
	b.fault(nil)
	clear(drafts) // so that the queue does not keep their texts in memory
	b.mu.Lock()
	b.freeQueue = drafts[:0]
	b.mu.Unlock()
	return true
}

// save commits drafts and the mark in one transaction.
func (b *batcher) save(drafts []live.Draft, mark live.Mark) error {
	mark.Number = live.Newest
	// Without a caller's context: if a commit were cancelled, nobody would know
	// whether it was made.
	done, err := b.journal.AppendAll(context.Background(), drafts, mark)
	if err == nil && done.Repeated > 0 {
		b.duplicates(done.Repeated)
	}
	return err
}

// requeue puts drafts back before all others.
func (b *batcher) requeue(drafts []live.Draft) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue = append(drafts, b.queue...)
	b.unsaved = true
}

// commitEach commits drafts one by one, because the journal refused one of them,
// and replaces each refused draft by a gap. At any other error it returns the
// drafts that are left.
func (b *batcher) commitEach(drafts []live.Draft) (left []live.Draft) {
	for i := range drafts {
		_, err := b.journal.AppendAll(context.Background(), drafts[i:i+1])
		if errors.Is(err, &live.Error{Code: "refused"}) {
			d := &drafts[i]
			t := live.Textf("refused/message", "A message could not be stored.")
			if e, ok := errors.AsType[*live.Error](err); ok {
				t = t.Then(disconnect.FromError(e).AsText())
			}
			g := live.Gap{Missing: new(int64(1)), Code: "refused", To: d.Received}.Because(t)
			_, err = b.journal.AppendAll(context.Background(), []live.Draft{GapDraft(d.Source, d.Connection, g, time.Now())})
		}
		if err != nil {
			return drafts[i:]
		}
	}
	return nil
}
