package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"signalbox/backend/disconnect"
	"signalbox/backend/eventstream"
	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// MarkName returns the name of the mark that holds a feed's Last-Event-ID.
func MarkName(source int64) string { return fmt.Sprintf("feed/%d", source) }

// A Config is what a Recorder needs. The functions are called with its lock
// held and must not call it.
type Config struct {
	Journal *journal.Journal
	Source  int64
	Log     *slog.Logger
	// Silence returns how long nothing was received, and a sentence about it.
	Silence    func(now time.Time) (d time.Duration, reason live.Text)
	Duplicates func(n int) // n messages were in the journal already
	Fault      func(error) // commits fail because of an error, or with nil work again
}

// A Recorder writes one feed's messages, notes and gaps. It is safe for use by
// several goroutines; only Event waits for the journal.
type Recorder struct {
	Config
	batcher *batcher

	mu         sync.Mutex // held while something is written, so that the order stays
	connection int64
	outage     Outage
	limit      rateLimit
	ownStream  bool // it was noted that the server is this Signalbox

	lastFailure    string // the reason of the last failed attempt, as far as it was noted
	outages        outageSummary
	failures       summary
	silences       summary
	quietSince     time.Time // zero where the feed is not quiet
	quietCollected bool      // the present silence is in no note
}

// NewRecorder returns a Recorder. Nothing is committed before Run.
func NewRecorder(c Config) *Recorder {
	b := &batcher{journal: c.Journal, log: c.Log, duplicates: c.Duplicates, fault: c.Fault, mark: live.Mark{Name: MarkName(c.Source)}}
	return &Recorder{Config: c, batcher: b}
}

// Run commits until done is closed and all is committed that can be.
func (r *Recorder) Run(done <-chan struct{}) { r.batcher.run(done) }

// Restore sets the place in the stream from what is stored: the mark, and the
// newest messages with the oldest first, whose ids may be a sequence.
func (r *Recorder) Restore(mark live.Mark, messages []live.Message) {
	r.batcher.restoreMark(mark)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range messages {
		if m.ID != "" {
			r.outage.ids.add(m.ID)
		}
		r.connection = max(r.connection, m.Connection)
	}
}

// RestoreOutage makes the time since the last connection an outage: the
// connection ended with a code at that time.
func (r *Recorder) RestoreOutage(code string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outage.code, r.outage.from = disconnect.GapCode(code), at
}

// RestoreUnrecorded adds losses before a crash to the outage that ended the last
// run. A summary had collected them and was not written; first is when the first
// of them was.
func (r *Recorder) RestoreUnrecorded(first time.Time, losses int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if losses > 0 && r.outage.code == disconnect.GapCode(disconnect.Shutdown.Code) {
		r.outage.from, r.outage.unrecorded = first, losses
	}
}

// SetConnection sets the number of the connection for all that follows.
func (r *Recorder) SetConnection(number int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.connection = number
}

// LastEventID returns the last event ID received.
func (r *Recorder) LastEventID() string { return r.batcher.lastID() }

// ResumeAfter returns the id to resume after: that of the last event that is in
// the journal, or was left out by the limit.
func (r *Recorder) ResumeAfter() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit.pending() {
		return r.limit.resumeAfter
	}
	return r.batcher.lastID()
}

// ForgetPlace forgets the place in the stream, because the feed now leads to
// another one. It is called while Run does not run. Until the next commit, a
// crash would bring the old place back.
func (r *Recorder) ForgetPlace() error {
	r.mu.Lock()
	r.outage = Outage{}
	r.mu.Unlock()
	r.batcher.setLastID("")
	return r.batcher.saveMark()
}

// EventOptions are what holds for one event.
type EventOptions struct {
	MaxRate   int  // messages a second that are stored; 0 means all
	MaxEvent  int  // the size limit that an oversize event was over, in bytes
	OwnStream bool // it comes from this very Signalbox
}

// Event writes an event: it waits while the journal is behind, and reports false
// where ctx ended first. The event is not stored then.
func (r *Recorder) Event(ctx context.Context, e eventstream.Event, opt EventOptions) bool {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Kind == eventstream.IDOnly {
		if r.limit.pending() {
			// The id is behind messages that were left out. It is stored with
			// their gap: a crash before that must ask for them again.
			r.limit.resumeAfter = e.LastEventID
		} else {
			r.batcher.setLastID(e.LastEventID)
		}
		return true
	}
	wasUnproven := r.outage.unproven
	if g := r.outage.GapBefore(e); g != nil {
		r.writeReturn(g, wasUnproven)
	}
	d := Draft(r.Source, r.connection, e, now, opt.MaxEvent)
	d.OwnStream = opt.OwnStream
	if !r.limit.allow(opt.MaxRate, now) {
		r.limit.leaveOut(opt.MaxRate, now, e)
		return true
	}
	r.writeLimitGap(now)
	return r.batcher.put(ctx, d, &e.LastEventID)
}

// OwnStream says that a feed follows this very Signalbox.
func OwnStream() live.Text {
	return live.Textf("own", "This stream is this Signalbox's own. Its messages are in the journal already and are not stored again.")
}

// NoteOwnStream notes, once, that the feed follows this very Signalbox.
func (r *Recorder) NoteOwnStream(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ownStream {
		r.ownStream = r.batcher.put(ctx, noteDraft(r.Source, r.connection, live.NewNote(OwnStream()), time.Now()), nil)
	}
}

// writeLimitGap writes the gap for what the limit left out, with the id to
// resume after: both are committed together, so neither a message nor its gap
// can be lost. It is called with mu held.
func (r *Recorder) writeLimitGap(now time.Time) {
	if !r.limit.pending() {
		return
	}
	id := r.limit.resumeAfter
	r.batcher.add(GapDraft(r.Source, r.connection, r.limit.takeGap(now), now), &id)
}

// writeGap is called with mu held.
func (r *Recorder) writeGap(g live.Gap) {
	r.batcher.add(GapDraft(r.Source, r.connection, g, time.Now()), nil)
}
