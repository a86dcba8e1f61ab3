package ingest

import (
	"context"
	"time"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
)

// newNote returns a note with a code and the sentence t.
func newNote(code string, t live.Text) live.Note {
	n := live.NewNote(t)
	if n.Code != code {
		n.Code, n.Text = code, t.Code
	}
	return n
}

// reasonText returns the sentence of a Reason without its hint.
func reasonText(why *disconnect.Reason) live.Text {
	t := why.AsText()
	t.Hint = ""
	return t
}

// note writes a note. It is called with mu held.
func (r *Recorder) note(code string, t live.Text, now time.Time) { r.write(newNote(code, t), now) }

// write writes a note. Its time is the present even if the note is late: later
// entries of the journal must not be older. It is called with mu held.
func (r *Recorder) write(n live.Note, now time.Time) {
	r.batcher.add(noteDraft(r.Source, r.connection, n, now), nil)
}

// Opened records that the connection to host is open and resumed after an id.
// After an outage, the note is written later, together with the gap.
func (r *Recorder) Opened(after, host string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.outage.Returned(after, now)
	r.lastFailure = ""
	if r.outage.code == "" {
		r.note("opened", live.Textf("opened/first", "Connected to {host}.", "host", host), now)
	}
}

// Lost writes a note that an open connection ended. If the user ended it, Lost
// only stores the time for the gap.
func (r *Recorder) Lost(why *disconnect.Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.endSilence(now, false)
	if why.Wanted() {
		// For Shutdown and Removed, the next start reads the stored attempts.
		if why != disconnect.Shutdown && why != disconnect.Removed {
			r.outage.Lost(why.Code, now)
		}
		return
	}
	r.lastFailure, r.outages.lossReason = why.Message, reasonText(why)
	if !r.outage.Lost("disconnected", now) {
		return
	}
	if r.outages.collecting = !r.outages.happened(now); !r.outages.collecting {
		r.note("lost", live.Textf("lost", "Connection lost.").Then(reasonText(why)), now)
	}
}

// Failed writes a note of why an attempt failed, unless the attempt before failed
// for the same reason.
func (r *Recorder) Failed(why *disconnect.Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if why.Message == r.lastFailure {
		return
	}
	r.lastFailure = why.Message
	now := time.Now()
	if r.failures.happened(now) {
		r.note("failed", live.Textf("failed", "Connecting failed.").Then(reasonText(why)), now)
	} else {
		r.failures.collect(now, now, reasonText(why))
	}
}

// Stopped writes a note that there will be no further attempt.
func (r *Recorder) Stopped(why *disconnect.Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.writeSummaries(now, true)
	r.lastFailure = ""
	r.note("stopped", reasonText(why), now)
}

// Waited adds d to the time that Signalbox itself waited during the outage.
func (r *Recorder) Waited(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outage.Waited(d)
}

// writeReturn writes a note that the connection is open again, and the gap of the
// outage. If the gap was written before without evidence, it writes only the new
// gap. It is called with mu held.
func (r *Recorder) writeReturn(g *live.Gap, wasUnproven bool) {
	switch {
	case r.outages.collecting && wasUnproven && r.outages.proveLast(g):
	case r.outages.collecting && !wasUnproven:
		r.outages.collectGap(g)
	default:
		if !wasUnproven {
			r.note("opened", live.Textf("opened/again", "Connected again."), time.Now())
		}
		r.writeGap(*g)
	}
}

// NoEvidence writes the return of a connection that has received no message
// within EvidenceTimeout.
func (r *Recorder) NoEvidence() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writeUnprovenReturn()
}

// writeUnprovenReturn is called with mu held.
func (r *Recorder) writeUnprovenReturn() {
	if g := r.outage.GapWithoutEvidence(); g != nil {
		r.writeReturn(g, false)
	}
}

// Quiet calls turn, with the lock held, to change the state to quiet. If it
// changed, Quiet writes the sentence that turn returned as a note. It returns
// whether the state changed.
func (r *Recorder) Quiet(now time.Time, turn func(now time.Time) (reason live.Text, turned bool)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	reason, turned := turn(now)
	if !turned {
		return false
	}
	r.quietSince = now
	if r.quietCollected = !r.silences.happened(now); !r.quietCollected {
		r.note("quiet", reason, now)
	}
	return true
}

// Heard writes a note that a quiet feed has sent something again.
func (r *Recorder) Heard(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endSilence(now, true)
}

// endSilence ends a silence, because the feed has sent something or because the
// connection is lost. It is called with mu held.
func (r *Recorder) endSilence(now time.Time, heard bool) {
	if r.quietSince.IsZero() {
		return
	}
	silent, _ := r.Silence(now)
	switch {
	case r.quietCollected:
		r.silences.collect(live.StoredTime(r.quietSince), live.StoredTime(now), live.Textf("silent/past", "Nothing for {silent_ms}.", "silent_ms", silent))
	case heard:
		r.note("heard", live.Textf("heard", "Heard again after {silent_ms} of silence.", "silent_ms", silent), now)
	}
	r.quietSince = time.Time{}
}

// End writes all pending gaps and summaries, and a note of why the feed is no
// longer followed if the user wanted that.
func (r *Recorder) End(why *disconnect.Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.writeLimitGap(now)
	if why == disconnect.Shutdown {
		r.writeUnprovenReturn() // the next start cannot write it
	}
	r.writeSummaries(now, true)
	if why.Wanted() && why != disconnect.Shutdown && why != disconnect.Removed {
		r.note(why.Code, reasonText(why), now)
	}
}

// WriteDue writes the gaps and summaries that are due. It must be called every
// few seconds.
func (r *Recorder) WriteDue(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit.due(now) {
		r.writeLimitGap(now)
	}
	r.writeSummaries(now, false)
}

// ConnectionEnded writes the gap of the rate limit without waiting for the end of
// the second, unless the last such gap is less than a second old: short
// connections share one gap.
func (r *Recorder) ConnectionEnded() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.limit.writtenAt) >= limitWindow {
		r.writeLimitGap(now)
	}
}

// writeSummaries writes the summaries that are due, or all of them. It also writes
// a note of a present outage or silence if that has become too long to be
// collected. It is called with mu held.
func (r *Recorder) writeSummaries(now time.Time, all bool) {
	outages := &r.outages
	isDown := outages.collecting && r.outage.isDown()
	longOutage := isDown && (all || now.Sub(r.outage.from) >= MaxCollectedOutage)
	if outages.due(now) || outages.count > 0 && (all || longOutage) {
		r.writeGap(outages.gap())
		outages.reset(now)
	}
	if longOutage {
		outages.collecting = false
		lost := live.Textf("lost/ago", "Connection lost {ago_ms} ago.", "ago_ms", now.Sub(r.outage.from))
		r.note("lost", lost.Then(outages.lossReason), now)
	}
	silences := &r.silences
	longSilence := r.quietCollected && !r.quietSince.IsZero() && now.Sub(r.quietSince) >= MaxCollectedOutage
	if silences.due(now) || silences.count > 0 && (all || longSilence) {
		r.write(silences.note("quiet", fellSilent), now)
		silences.reset(now)
	}
	if longSilence {
		r.quietCollected = false
		_, reason := r.Silence(now)
		r.note("quiet", reason, now)
	}
	if failures := &r.failures; failures.due(now) || failures.count > 0 && all {
		r.write(failures.note("failed", failedOtherwise), now)
		failures.reset(now)
	}
}

// Resumed writes a note that a paused feed is followed again.
func (r *Recorder) Resumed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note("resumed", live.Textf("resumed", "Resumed."), time.Now())
}

// Edited writes a note of new settings for which no connection was ended. If Run
// is not running, Edited commits the note itself.
func (r *Recorder) Edited(ctx context.Context, why *disconnect.Reason, running bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := newNote(why.Code, reasonText(why))
	if running {
		r.write(n, time.Now())
		return
	}
	// Without the mark: the note is not part of the stream.
	if _, err := r.Journal.AppendAll(ctx, []live.Draft{noteDraft(r.Source, r.connection, n, time.Now())}); err != nil {
		r.Log.Warn("a note was not stored", "error", err)
	}
}
