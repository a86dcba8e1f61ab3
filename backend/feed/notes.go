package feed

import (
	"context"
	"time"

	"signalbox/backend/live"
)

// notes is what a keeper has to remember to note every change of its feed's
// health once in the journal. It is guarded by keeper.telling.
type notes struct {
	failure  string // why the last attempt failed, as far as it was told
	outages  outageFold
	failures fold
	silences fold
	quiet    time.Time // since when it has been quiet; zero where it is not
	gathered bool      // it is not told
}

// note puts a note. Its time is the present one also where it is told late: what
// follows in the journal must not be older. It is called with telling held.
func (k *keeper) note(n live.Note, now time.Time) {
	k.in.add(noteDraft(k.id, k.number(), n, now), nil)
}

// tellOpened tells of a connection before which nothing was lost. One after an
// outage is told with what the outage cost. It is called with telling held.
func (k *keeper) tellOpened(now time.Time) {
	k.failure = ""
	if k.absence.code == "" {
		k.note(live.Note{Code: "opened", Reason: "Connected to " + host(k.address()) + "."}, now)
	}
}

// tellLost tells that a connection was lost, or notes since when it is gone
// where we ended it.
func (k *keeper) tellLost(end *ending) {
	k.telling.Lock()
	defer k.telling.Unlock()
	now := time.Now()
	k.tellHeard(now, false)
	if end.ours() {
		if end != endClosed && end != endRemoved { // of those the next start finds out from the record of the attempts
			k.absence.begin(end.code, now)
		}
		return
	}
	k.failure, k.outages.reason = end.reason, end.reason
	if !k.absence.begin("disconnected", now) {
		return
	}
	if k.outages.open = !k.outages.happens(now); !k.outages.open {
		k.note(live.Note{Code: "lost", Reason: "Connection lost. " + end.reason}, now)
	}
}

// tellReturn tells that the connection is open again, and with g what the outage
// cost. doubt says that the return was told before, and what it cost was not
// known then. It is called with telling held.
func (k *keeper) tellReturn(g *live.Gap, doubt bool) {
	switch {
	case k.outages.open && doubt && k.outages.settle(g):
	case k.outages.open && !doubt:
		k.outages.end(g)
	default:
		if !doubt {
			k.note(live.Note{Code: "opened", Reason: "Connected again."}, time.Now())
		}
		k.in.add(gapDraft(k.id, k.number(), *g), nil)
	}
}

// tellLate tells of a return after which nothing has come yet.
func (k *keeper) tellLate() {
	k.telling.Lock()
	defer k.telling.Unlock()
	if g := k.absence.late(); g != nil {
		k.tellReturn(g, false)
	}
}

// tellFailed tells why an attempt failed, where the one before did not fail for
// the same reason.
func (k *keeper) tellFailed(end *ending) {
	k.telling.Lock()
	defer k.telling.Unlock()
	if end.reason == k.failure {
		return
	}
	k.failure = end.reason
	now := time.Now()
	if k.failures.happens(now) {
		k.note(live.Note{Code: "failed", Reason: "Connecting failed. " + end.reason}, now)
	} else {
		k.failures.add(now, now, end.reason)
	}
}

// tellStopped tells that the server asked not to come back.
func (k *keeper) tellStopped(end *ending) {
	k.telling.Lock()
	defer k.telling.Unlock()
	now := time.Now()
	k.tellFolded(now, true)
	k.failure = ""
	k.note(live.Note{Code: "stopped", Reason: end.reason}, now)
}

// tellQuiet tells that nothing has come for longer than usual. It is called
// with telling held.
func (k *keeper) tellQuiet(now time.Time, reason string) {
	k.quiet = now
	if k.gathered = !k.silences.happens(now); !k.gathered {
		k.note(live.Note{Code: "quiet", Reason: reason}, now)
	}
}

// tellHeard ends a silence, because something came or the connection is gone.
// It is called with telling held.
func (k *keeper) tellHeard(now time.Time, came bool) {
	if k.quiet.IsZero() {
		return
	}
	k.mu.Lock()
	silent := now.Sub(k.sign)
	k.mu.Unlock()
	switch {
	case k.gathered:
		k.silences.add(wall(k.quiet), wall(now), "Nothing for "+words(silent)+".")
	case came:
		k.note(live.Note{Code: "heard", Reason: "Heard again after " + words(silent) + " of silence."}, now)
	}
	k.quiet = time.Time{}
}

// tellEnd tells what is left to tell when a run ends, and why it ends.
func (k *keeper) tellEnd(why *ending) {
	k.telling.Lock()
	defer k.telling.Unlock()
	now := time.Now()
	k.tellSkipped(now)
	if why == endClosed {
		// The next start knows nothing of a return that is not told.
		if g := k.absence.late(); g != nil {
			k.tellReturn(g, false)
		}
	}
	k.tellFolded(now, true)
	if why.ours() && why != endClosed && why != endRemoved {
		k.note(live.Note{Code: why.code, Reason: why.reason}, now)
	}
}

// tellDue tells what was put off and is due.
func (k *keeper) tellDue(now time.Time) {
	k.tellLimit(false)
	k.telling.Lock()
	defer k.telling.Unlock()
	k.tellFolded(now, false)
}

// tellLimit tells what the limit left out, where that is due. At the end of a
// connection it does not wait for the end of the second, but connections that
// end one after the other do not get a gap each.
func (k *keeper) tellLimit(ends bool) {
	k.telling.Lock()
	defer k.telling.Unlock()
	now := time.Now()
	if k.limit.due(now) || ends && now.Sub(k.limit.told) >= window {
		k.tellSkipped(now)
	}
}

// tellFolded tells the summaries that are due, or all of them. An outage or a
// silence that lasts is told too. It is called with telling held.
func (k *keeper) tellFolded(now time.Time, all bool) {
	o := &k.outages
	gone := o.open && k.absence.code != "" && k.absence.back.IsZero()
	lasts := gone && (all || now.Sub(k.absence.from) >= foldOutage)
	if o.due(now) || o.count > 0 && (all || lasts) {
		k.in.add(gapDraft(k.id, k.number(), o.gap()), nil)
		o.reset(now)
	}
	if lasts {
		o.open = false
		gone := now.Sub(k.absence.from)
		k.note(live.Note{Code: "lost", Reason: "Connection lost " + words(gone) + " ago. " + o.reason}, now)
	}
	s := &k.silences
	silent := k.gathered && !k.quiet.IsZero() && now.Sub(k.quiet) >= foldOutage
	if s.due(now) || s.count > 0 && (all || silent) {
		k.note(s.note("quiet", "Fell silent"), now)
		s.reset(now)
	}
	if silent {
		k.gathered = false
		k.mu.Lock()
		_, reason := silence(now.Sub(k.sign), k.rhythm.expected())
		k.mu.Unlock()
		k.note(live.Note{Code: "quiet", Reason: reason}, now)
	}
	if s := &k.failures; s.due(now) || s.count > 0 && all {
		k.note(s.note("failed", "Connecting failed for another reason"), now)
		s.reset(now)
	}
}

// tellResumed tells that a paused feed is followed again.
func (k *keeper) tellResumed() {
	k.telling.Lock()
	defer k.telling.Unlock()
	k.note(live.Note{Code: "resumed", Reason: "Resumed."}, time.Now())
}

// tellEdited tells of new settings for which nothing is connected anew.
func (k *keeper) tellEdited(ctx context.Context, why *ending) {
	k.telling.Lock()
	defer k.telling.Unlock()
	n := live.Note{Code: why.code, Reason: why.reason}
	if k.running() {
		k.note(n, time.Now())
		return
	}
	// Nothing commits what is put while the feed is not followed. The mark stays
	// as it is: this is no message of the feed's.
	if _, err := k.journal.AppendAll(ctx, []live.Draft{noteDraft(k.id, k.number(), n, time.Now())}); err != nil {
		k.log.Warn("a note was not stored", "error", err)
	}
}
