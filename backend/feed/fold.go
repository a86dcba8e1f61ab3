package feed

import (
	"fmt"
	"time"

	"signalbox/backend/live"
)

const (
	// foldAfter is how many times in a row something is told as it happens.
	foldAfter = 3
	// foldCalm is how long nothing has to happen for the count to begin anew.
	foldCalm = 15 * time.Minute
	// foldFirst is the period in which it is told once from then on. The period
	// doubles each time, up to foldMost.
	foldFirst = time.Minute
	foldMost  = 10 * time.Minute
	// foldOutage is how long an outage that is being gathered may last before
	// it is told all the same.
	foldOutage = time.Minute
)

// A fold keeps what happens over and over from filling the journal: the first
// few times are told at once, of the rest what happens within a period becomes
// one summary with a count. What has been told is never changed. It is not safe
// for use by several goroutines.
type fold struct {
	last   time.Time     // when it last happened
	streak int           // how often it has, each time within foldCalm of the one before
	told   time.Time     // when it was last told
	period time.Duration // in which it is told once

	count    int64 // times that were not told
	from, to time.Time
	reason   string // of the last one
}

// happens notes that it happened, and reports whether to tell it at once.
func (f *fold) happens(now time.Time) (tell bool) {
	if f.last.IsZero() || now.Sub(f.last) >= foldCalm {
		f.streak, f.period = 0, foldFirst
	}
	f.streak++
	f.last = now
	if f.count > 0 || f.streak > foldAfter && now.Sub(f.told) < f.period {
		return false
	}
	f.tell(now)
	return true
}

// tell notes that it is told now.
func (f *fold) tell(now time.Time) {
	f.told = now
	if f.streak > foldAfter {
		f.period = min(2*f.period, foldMost)
	}
}

// add counts a time that was not told.
func (f *fold) add(from, to time.Time, reason string) {
	if f.count == 0 {
		f.from = from
	}
	f.count++
	f.to, f.reason = to, reason
}

// due reports whether a summary has gathered for long enough.
func (f *fold) due(now time.Time) bool { return f.count > 0 && now.Sub(f.told) >= f.period }

// reset begins the next summary.
func (f *fold) reset(now time.Time) {
	f.count, f.reason = 0, ""
	f.tell(now)
}

// note returns the summary as a note: what happened so often, and the last reason.
func (f *fold) note(code, what string) live.Note {
	if f.count == 1 {
		return live.Note{Code: code, Reason: what + ". " + f.reason}
	}
	return live.Note{Code: code, Count: f.count, Reason: fmt.Sprintf("%s %d more times within %s. The last time: %s",
		what, f.count, words(f.to.Sub(f.from)), f.reason)}
}

// An outageFold gathers outages: each costs a note of the loss, a note of the
// return and a gap.
type outageFold struct {
	fold
	open    bool // the outage that lasts is being gathered
	losses  int64
	away    time.Duration // in all
	waited  time.Duration
	missing int64
	unknown int64    // of how many it is not known what is missing
	one     live.Gap // of the last
	reason  string   // of the last loss
}

// end counts an outage that is over.
func (f *outageFold) end(g *live.Gap) {
	if f.count == 0 {
		f.losses, f.away, f.waited, f.missing, f.unknown = 0, 0, 0, 0, 0
	}
	f.add(g.From, g.To, f.reason)
	f.losses += max(1, g.Count)
	f.away += g.To.Sub(g.From)
	f.waited += time.Duration(g.WaitedMS) * time.Millisecond
	f.one = *g
	if g.Missing == nil {
		f.unknown++
	} else {
		f.missing += *g.Missing
	}
}

// settle replaces the gap of the last outage, of which it was not known what is
// missing. It reports false where that was told already.
func (f *outageFold) settle(g *live.Gap) bool {
	if f.count == 0 {
		return false
	}
	f.one = *g
	f.unknown--
	f.missing += *g.Missing
	return true
}

// gap returns the summary of the outages that are over.
func (f *outageFold) gap() live.Gap {
	if f.count == 1 {
		return f.one
	}
	g := live.Gap{Code: f.one.Code, From: f.from, To: f.to, After: f.one.After, WaitedMS: f.waited.Milliseconds(), Count: f.losses}
	g.Reason = fmt.Sprintf("Connection lost %d more times within %s, for %s in all%s. The last time: %s ",
		f.losses, words(f.to.Sub(f.from)), words(f.away), ofWhichWaited(f.waited), f.fold.reason)
	switch {
	case f.unknown > 0 && g.After == "":
		g.Reason += "The server sends no ids, so what came meanwhile could not be asked for."
	case f.unknown > 0:
		g.Reason += "Whether all came cannot be seen from the server's ids."
	case f.missing == 0:
		g.Reason += "Nothing is missing."
	default:
		g.Reason += areMissing(f.missing) + "."
	}
	if missing := f.missing; f.unknown == 0 {
		g.Missing = &missing
	}
	return g
}
