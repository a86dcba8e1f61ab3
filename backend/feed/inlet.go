package feed

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

const (
	// inletMessages and inletBytes are how much waits for the journal before
	// the feed is read no further.
	inletMessages = 8192
	inletBytes    = 8 << 20
	// retryCommit is how often a failed commit is tried again.
	retryCommit = time.Second
)

// An inlet is the way of one feed's messages into the journal. What comes
// while a commit runs goes into the next one, all together and with the
// feed's mark, so the id to resume from is never ahead of the messages nor
// behind them. While the journal cannot write, messages wait here, and the
// server waits with its own.
type inlet struct {
	journal *journal.Journal
	log     *slog.Logger
	home    func(n int)           // called when messages came that the journal holds already
	fault   func(sentence string) // called when commits begin to fail, and with "" when they work again

	mu      sync.Mutex
	mark    live.Mark
	moved   bool // the mark is not saved yet
	waiting []live.Draft
	bytes   int
	free    []live.Draft  // the other buffer
	work    chan struct{} // holds one call, enough for all that waits
	room    chan struct{} // the same for those who wait for room
}

func newInlet(j *journal.Journal, log *slog.Logger, mark live.Mark) *inlet {
	return &inlet{
		journal: j, log: log, fault: func(string) {}, home: func(int) {}, mark: mark,
		work: make(chan struct{}, 1), room: make(chan struct{}, 1),
	}
}

// put takes a draft, and the last event ID after it where it is not nil. It
// waits while there is no room, and reports false where ctx ended before the
// draft was taken.
func (in *inlet) put(ctx context.Context, d live.Draft, lastID *string) bool {
	in.mu.Lock()
	for len(in.waiting) >= inletMessages || in.bytes >= inletBytes {
		in.mu.Unlock()
		select {
		case <-in.room:
		case <-ctx.Done():
			return false
		}
		in.mu.Lock()
	}
	in.waiting = append(in.waiting, d)
	in.bytes += d.Size()
	in.setID(lastID)
	in.mu.Unlock()
	knock(in.work)
	return true
}

// add takes a note or a gap without waiting for room: there are few of them,
// and what they say must not be lost where the journal stands still.
func (in *inlet) add(d live.Draft, lastID *string) {
	in.mu.Lock()
	in.waiting = append(in.waiting, d)
	in.bytes += d.Size()
	in.setID(lastID)
	in.mu.Unlock()
	knock(in.work)
}

// setLastID takes a last event ID that came without a message.
func (in *inlet) setLastID(id string) {
	in.mu.Lock()
	in.setID(&id)
	in.mu.Unlock()
	knock(in.work)
}

func (in *inlet) setID(id *string) {
	if id != nil && *id != in.mark.Text {
		in.mark.Text, in.moved = *id, true
	}
}

// saveMark commits the mark, where nothing else does: it is called while run
// does not run.
func (in *inlet) saveMark() error {
	in.mu.Lock()
	mark, moved := in.mark, in.moved && len(in.waiting) == 0
	in.mu.Unlock()
	if !moved {
		return nil // it goes with what waits
	}
	if err := in.save(nil, mark); err != nil {
		return err
	}
	in.mu.Lock()
	in.moved = false
	in.mu.Unlock()
	return nil
}

// lastID returns the last event ID that was taken.
func (in *inlet) lastID() string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.mark.Text
}

// run commits until done is closed and nothing waits. It leaves behind what
// cannot be committed by then; the mark stays before it.
func (in *inlet) run(done <-chan struct{}) {
	for {
		select {
		case <-in.work:
		case <-done:
		}
		for in.commit(done) {
		}
		select {
		case <-done:
			in.mu.Lock()
			rest := len(in.waiting)
			in.mu.Unlock()
			if rest > 0 {
				in.log.Warn("messages were left uncommitted; the server will be asked for them again", "messages", rest)
			}
			return
		default:
		}
	}
}

// commit commits all that waits, and reports whether there may be more.
func (in *inlet) commit(done <-chan struct{}) (more bool) {
	in.mu.Lock()
	drafts, mark, moved := in.waiting, in.mark, in.moved
	if len(drafts) == 0 && !moved {
		in.mu.Unlock()
		return false
	}
	in.waiting, in.free = in.free[:0], nil
	in.bytes, in.moved = 0, false
	in.mu.Unlock()
	knock(in.room)

	err := in.save(drafts, mark)
	for failed := false; err != nil; err = in.save(drafts, mark) {
		if errors.Is(err, &live.Error{Code: "refused"}) && len(drafts) > 0 {
			drafts = in.sort(drafts)
			continue
		}
		if errors.Is(err, &live.Error{Code: "not_found"}) {
			in.log.Warn("messages of a source that is gone were dropped", "messages", len(drafts))
			break
		}
		if !failed {
			failed = true
			in.fault(err.Error())
		}
		select {
		case <-done:
			in.back(drafts)
			return false
		case <-time.After(retryCommit):
		}
	}
	in.fault("")
	clear(drafts) // their texts belong to the journal now
	in.mu.Lock()
	in.free = drafts[:0]
	in.mu.Unlock()
	return true
}

func (in *inlet) save(drafts []live.Draft, mark live.Mark) error {
	mark.Number = live.Newest
	// Not the caller's context: a commit that nobody waits for is a commit of
	// which nobody knows.
	done, err := in.journal.AppendAll(context.Background(), drafts, mark)
	if err == nil && done.Repeated > 0 {
		in.home(done.Repeated)
	}
	return err
}

// back puts drafts before all that waits.
func (in *inlet) back(drafts []live.Draft) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.waiting = append(drafts, in.waiting...)
	in.moved = true
}

// sort commits drafts one by one because one of them was refused, and returns
// what then is left to do: what could not be committed for another reason. In
// the place of the refused ones there is a gap.
func (in *inlet) sort(drafts []live.Draft) (left []live.Draft) {
	for i := range drafts {
		_, err := in.journal.AppendAll(context.Background(), drafts[i:i+1])
		if errors.Is(err, &live.Error{Code: "refused"}) {
			g := live.Gap{Missing: new(int64(1)), Code: "refused", Reason: "A message could not be stored: " + err.Error(), To: drafts[i].Received}
			d := gapDraft(drafts[i].Source, drafts[i].Connection, g)
			_, err = in.journal.AppendAll(context.Background(), []live.Draft{d})
		}
		if err != nil {
			return drafts[i:]
		}
	}
	return nil
}

// knock leaves word in a channel that holds one.
func knock(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// begin takes the mark that was saved earlier.
func (in *inlet) begin(m live.Mark) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.mark.Number, in.mark.Text = m.Number, m.Text
}
