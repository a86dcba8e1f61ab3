package feed

import (
	"fmt"
	"strings"
	"time"

	"signalbox/backend/live"
)

// window is the time in which messages are counted against a feed's limit.
const window = time.Second

// A limit lets so many messages a second pass and counts the others. It is
// not safe for use by several goroutines.
type limit struct {
	since time.Time // when the window began
	taken int       // in it

	// What was left out since the last gap.
	skipped  int64 // messages
	gaps     int64 // that the server told of
	missing  int64 // in those
	unknown  bool  // or that is not known
	from, to time.Time
	id       string // where to resume: after the last
	rate     int
	told     time.Time // the last gap
}

// take reports whether a message may pass. Rate 0 lets all pass.
func (l *limit) take(rate int, now time.Time) bool {
	if rate == 0 {
		return true
	}
	if now.Sub(l.since) >= window {
		l.since, l.taken = now, 0
	}
	l.taken++
	return l.taken <= rate
}

// skip counts what may not pass. Its id is where the feed resumes: what was left
// out on purpose is not asked for again.
func (l *limit) skip(rate int, now time.Time, it item) {
	if !l.pending() {
		l.from = now
	}
	l.to, l.id, l.rate = now, it.id, rate
	g, relayed := relayed(it)
	switch {
	case !relayed:
		l.skipped++
		return
	case g.Missing == nil:
		l.unknown = true
	default:
		l.missing += *g.Missing
	}
	l.gaps++
}

// pending reports whether something was left out and is not told yet.
func (l *limit) pending() bool { return l.skipped+l.gaps > 0 }

// due reports whether it may be told: once in a window, and when it is over.
func (l *limit) due(now time.Time) bool {
	return l.pending() && now.Sub(l.since) >= window && now.Sub(l.told) >= window
}

// gap returns the gap that stands for what was left out.
func (l *limit) gap() live.Gap {
	var parts []string
	if l.skipped > 0 {
		parts = append(parts, plural(l.skipped, "message"))
	}
	if l.gaps > 0 {
		parts = append(parts, plural(l.gaps, "gap"))
	}
	were := "were"
	if l.skipped+l.gaps == 1 {
		were = "was"
	}
	g := live.Gap{
		Code: "limit", From: l.from, To: l.to,
		Reason: fmt.Sprintf("%s %s left out: this feed is limited to %d a second.", strings.Join(parts, " and "), were, l.rate),
	}
	if missing := l.skipped + l.missing; !l.unknown {
		g.Missing = &missing
	}
	return g
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// maxRate is the feed's limit. It may change while the feed is followed.
func (k *keeper) maxRate() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.feed.MaxRate
}

// tellSkipped puts the gap for what the limit left out, with the id to resume
// after: both are committed together, so that neither a message nor the word
// about it can be lost. It is called with telling held.
func (k *keeper) tellSkipped(now time.Time) {
	if !k.limit.pending() {
		return
	}
	id := k.limit.id
	k.in.add(gapDraft(k.id, k.number(), k.limit.gap()), &id)
	k.limit.skipped, k.limit.gaps, k.limit.missing, k.limit.unknown = 0, 0, 0, false
	k.limit.told = now
}

// place returns the id to resume after.
func (k *keeper) place() string {
	k.telling.Lock()
	defer k.telling.Unlock()
	if k.limit.pending() {
		return k.limit.id
	}
	return k.in.lastID()
}
