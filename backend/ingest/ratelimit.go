package ingest

import (
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// limitWindow is the period of the limit, and the shortest time between two gaps.
const limitWindow = time.Second

// A rateLimit allows a number of messages a second and counts the others. Its
// methods must not be called from two goroutines at once.
//
// It is not a token bucket like golang.org/x/time/rate: that would allow single
// messages of a flood throughout the second, each with a gap before it. Here all
// allowed messages are at the beginning of a window, and one gap follows.
type rateLimit struct {
	windowStart time.Time
	passed      int // in the window

	// Events left out since the last gap.
	messages    int64
	gaps        int64 // gaps from upstream
	missing     int64 // the sum of these gaps
	unknown     bool  // one of these gaps has no number
	from, to    time.Time
	resumeAfter string // the last event ID after them
	rate        int
	writtenAt   time.Time // the last gap
}

// allow counts a message and reports whether it is within the rate. Rate 0 means
// no limit.
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

// leaveOut counts an event over the rate. The feed resumes after it: an event that
// was left out on purpose is not requested again.
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

// pending reports whether events were left out since the last gap.
func (l *rateLimit) pending() bool { return l.messages+l.gaps > 0 }

// due reports whether the gap may be written: after the window, once a window.
func (l *rateLimit) due(now time.Time) bool {
	return l.pending() && now.Sub(l.windowStart) >= limitWindow && now.Sub(l.writtenAt) >= limitWindow
}

// takeGap returns the gap for the events left out, and sets the counts to 0.
func (l *rateLimit) takeGap(now time.Time) live.Gap {
	g := live.Gap{Code: "limit", From: l.from, To: l.to}.Because(l.text())
	if missing := l.messages + l.missing; !l.unknown {
		g.Missing = &missing
	}
	l.messages, l.gaps, l.missing, l.unknown = 0, 0, 0, false
	l.writtenAt = now
	return g
}

// text returns a sentence about the events left out.
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
