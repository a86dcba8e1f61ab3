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

// MarkName returns the name of the mark that stores a feed's last event ID.
func MarkName(source int64) string { return fmt.Sprintf("feed/%d", source) }

// A Config configures a Recorder. Its functions are called with the Recorder's
// lock held and must not call the Recorder.
type Config struct {
	Journal *journal.Journal
	Source  int64
	Log     *slog.Logger
	// Silence returns the time since the last received bytes, and a sentence about
	// it.
	Silence    func(now time.Time) (d time.Duration, reason live.Text)
	Duplicates func(n int) // n messages were in the journal already
	Fault      func(error) // commits begin to fail; nil means that they succeed again
}

// A Recorder writes one feed's messages, notes and gaps. Its methods may be called
// from any goroutine. Event waits while the queue for the journal is full.
type Recorder struct {
	Config
	batcher *batcher

	mu         sync.Mutex // held while writing, so that the order is correct
	connection int64
	outage     Outage
	limit      rateLimit
	ownStream  bool // the note that the server is this Signalbox was written

	lastFailure    string // the sentence of the last failure
	outages        outageSummary
	failures       summary
	silences       summary
	quietSince     time.Time // zero if the feed is not quiet
	quietCollected bool      // the present silence will be in a summary
}

// NewRecorder returns a Recorder. Nothing is committed before Run.
func NewRecorder(c Config) *Recorder {
	b := &batcher{journal: c.Journal, log: c.Log, duplicates: c.Duplicates, fault: c.Fault, mark: live.Mark{Name: MarkName(c.Source)}}
	return &Recorder{Config: c, batcher: b}
}

// Run commits until done is closed. Before it returns it commits the queue,
// unless the journal cannot write.
func (r *Recorder) Run(done <-chan struct{}) { r.batcher.run(done) }

// Restore restores the last event ID from the stored mark, and the id sequence
// from the newest messages, oldest first.
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

// RestoreOutage restores the outage since the last connection, which ended at that
// time with a code.
func (r *Recorder) RestoreOutage(code string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outage.code, r.outage.from = disconnect.GapCode(code), at
}

// RestoreUnrecorded adds losses to a restored outage: losses that a summary had
// collected when the program crashed. first is the time of the first of them.
func (r *Recorder) RestoreUnrecorded(first time.Time, losses int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if losses > 0 && r.outage.code == disconnect.GapCode(disconnect.Shutdown.Code) {
		r.outage.from, r.outage.unrecorded = first, losses
	}
}

// SetConnection sets the number of the connection for further entries.
func (r *Recorder) SetConnection(number int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.connection = number
}

// LastEventID returns the last event ID received.
func (r *Recorder) LastEventID() string { return r.batcher.lastID() }

// ResumeAfter returns the last event ID after the last event that was stored, or
// left out by the rate limit.
func (r *Recorder) ResumeAfter() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit.pending() {
		return r.limit.resumeAfter
	}
	return r.batcher.lastID()
}

// ForgetStream deletes the last event ID and the outage, because the feed has been
// changed to another stream. It must be called while Run is not running. If it
// returns an error, the old last event ID is still stored until the next commit.
func (r *Recorder) ForgetStream() error {
	r.mu.Lock()
	r.outage = Outage{}
	r.mu.Unlock()
	r.batcher.setLastID("")
	return r.batcher.saveMark()
}

// EventOptions are the settings of Event.
type EventOptions struct {
	MaxRate   int  // messages a second that are stored; 0 means all
	MaxEvent  int  // the size limit of events, in bytes
	OwnStream bool // the server is this Signalbox
}

// Event writes an event. It waits while the queue for the journal is full, and
// reports false if ctx ends first; then the event is not stored.
func (r *Recorder) Event(ctx context.Context, e eventstream.Event, opt EventOptions) bool {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Kind == eventstream.IDOnly {
		if r.limit.pending() {
			// The id follows messages that were left out. It is stored together with
			// their gap: after a crash before that, they must be requested again.
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

// OwnStream returns the sentence for a feed that follows this Signalbox itself.
func OwnStream() live.Text {
	return live.Textf("own", "This stream is this Signalbox's own. Its messages are in the journal already and are not stored again.")
}

// WriteOwnStreamNote writes a note that the feed follows this Signalbox itself. It
// does so once.
func (r *Recorder) WriteOwnStreamNote(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ownStream {
		r.ownStream = r.batcher.put(ctx, noteDraft(r.Source, r.connection, live.NewNote(OwnStream()), time.Now()), nil)
	}
}

// writeLimitGap writes the gap of the rate limit together with the last event ID
// after it. Both are committed in one transaction, so neither a message nor its
// gap can be lost. It is called with mu held.
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
