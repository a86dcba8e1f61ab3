package ingest

import (
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// limitWindow is the time in which messages are counted against the limit.
const limitWindow = time.Second

// A rateLimit lets so many messages a second pass and counts the others. It is
// not safe for use by several goroutines.
//
// golang.org/x/time/rate does not fit: its bucket lets messages of a flood pass
// one by one throughout the second, and each would need a gap before it. Here
// all pass at the beginning of a window, and one gap follows.
type rateLimit struct {
	windowStart time.Time
	passed      int // in the window

	// What was left out since the last gap.
	messages    int64
	gaps        int64 // gaps from upstream
	missing     int64 // by these
	unknown     bool  // one of them does not know how many
	from, to    time.Time
	resumeAfter string // the last event ID after what was left out
	rate        int
	writtenAt   time.Time // the last gap
}

// allow reports whether a message may pass. Rate 0 lets all pass.
func (l *rateLimit) allow(rate int, now time.Time) bool {
	if rate == 0 {
		return true
	}
	if now.Sub(l.windowStart) >= limitWindow {
		l.windowStart, l.passed = now, 0
	}
	l.passed++
	return l.passed <= rate
}

// leaveOut counts an event that may not pass. The feed resumes after it: what
// was left out on purpose is not asked for again.
func (l *rateLimit) leaveOut(rate int, now time.Time, e eventstream.Event) {
	if !l.pending() {
		l.from = now
	}
	l.to, l.resumeAfter, l.rate = now, e.LastEventID, rate
	g, isGap := gapFromUpstream(e)
	switch {
	case !isGap:
		l.messages++
		return
	case g.Missing == nil:
		l.unknown = true
	default:
		l.missing += *g.Missing
	}
	l.gaps++
}

// pending reports whether something was left out for which there is no gap yet.
func (l *rateLimit) pending() bool { return l.messages+l.gaps > 0 }

// due reports whether the gap may be written: after the window, once a window.
func (l *rateLimit) due(now time.Time) bool {
	return l.pending() && now.Sub(l.windowStart) >= limitWindow && now.Sub(l.writtenAt) >= limitWindow
}

// takeGap returns the gap for what was left out, and begins the next one.
func (l *rateLimit) takeGap(now time.Time) live.Gap {
	g := live.Gap{Code: "limit", From: l.from, To: l.to}.Because(l.text())
	if missing := l.messages + l.missing; !l.unknown {
		g.Missing = &missing
	}
	l.messages, l.gaps, l.missing, l.unknown = 0, 0, 0, false
	l.writtenAt = now
	return g
}

// text says what was left out.
func (l *rateLimit) text() live.Text {
	switch {
	case l.messages == 1 && l.gaps == 0:
		return live.Textf("limit/message", "1 message was left out: this feed is limited to {rate} a second.", "rate", l.rate)
	case l.gaps == 0:
		return live.Textf("limit/messages", "{messages} messages were left out: this feed is limited to {rate} a second.", "messages", l.messages, "rate", l.rate)
	case l.messages == 0 && l.gaps == 1:
		return live.Textf("limit/gap", "1 gap was left out: this feed is limited to {rate} a second.", "rate", l.rate)
	case l.messages == 0:
		return live.Textf("limit/gaps", "{gaps} gaps were left out: this feed is limited to {rate} a second.", "gaps", l.gaps, "rate", l.rate)
	case l.messages == 1 && l.gaps == 1:
		return live.Textf("limit/message_gap", "1 message and 1 gap were left out: this feed is limited to {rate} a second.", "rate", l.rate)
	case l.messages == 1:
		return live.Textf("limit/message_gaps", "1 message and {gaps} gaps were left out: this feed is limited to {rate} a second.", "gaps", l.gaps, "rate", l.rate)
	case l.gaps == 1:
		return live.Textf("limit/messages_gap", "{messages} messages and 1 gap were left out: this feed is limited to {rate} a second.", "messages", l.messages, "rate", l.rate)
	}
	return live.Textf("limit/messages_gaps", "{messages} messages and {gaps} gaps were left out: this feed is limited to {rate} a second.",
		"messages", l.messages, "gaps", l.gaps, "rate", l.rate)
}
