package feed

import (
	"context"
	"fmt"
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
	skipped  int64
	from, to time.Time
	id       string // of the last
	rate     int
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

// skip counts a message that may not pass. Its id is where the feed resumes:
// what was left out on purpose is not asked for again.
func (l *limit) skip(rate int, now time.Time, id string) {
	if l.skipped == 0 {
		l.from = now
	}
	l.skipped, l.to, l.id, l.rate = l.skipped+1, now, id, rate
}

// due reports whether something was left out, and the window is over.
func (l *limit) due(now time.Time) bool { return l.skipped > 0 && now.Sub(l.since) >= window }

// gap returns the gap that stands for what was left out.
func (l *limit) gap() live.Gap {
	what := "1 message was"
	if l.skipped > 1 {
		what = fmt.Sprintf("%d messages were", l.skipped)
	}
	missing := l.skipped
	return live.Gap{
		Missing: &missing, Code: "limit", From: wall(l.from), To: wall(l.to),
		Reason: fmt.Sprintf("%s left out: this feed is limited to %d a second.", what, l.rate),
	}
}

// maxRate is the feed's limit. It may change while the feed is followed.
func (k *keeper) maxRate() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.feed.MaxRate
}

// tellSkipped puts the gap for what the limit left out, with the id of its
// last message: both are committed together, so that neither a message nor
// the word about it can be lost. It is called with telling held.
func (k *keeper) tellSkipped(ctx context.Context, number int64) bool {
	if k.limit.skipped == 0 {
		return true
	}
	ok := k.in.put(ctx, gapDraft(k.id, number, k.limit.gap()), &k.limit.id)
	// What found no room is asked for again: the mark stands before it.
	k.limit.skipped = 0
	return ok
}

// tellLate tells of what was left out where nothing has come since.
func (k *keeper) tellLate(ctx context.Context) {
	k.telling.Lock()
	defer k.telling.Unlock()
	if k.limit.due(time.Now()) {
		k.tellSkipped(ctx, k.number())
	}
}
