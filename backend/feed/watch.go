package feed

import (
	"context"
	"time"

	"signalbox/backend/live"
)

const (
	// lookEvery is how long the rhythm is trusted to stay as it is.
	lookEvery = 5 * time.Second
	// saveEvery is how far behind the record of an attempt may be after a crash.
	saveEvery = time.Minute
	// A feed that sent heartbeats and has stopped for so many of them, and for
	// so long, is a connection that is half open.
	deadBeats = 6
	deadFloor = time.Minute
	// afterSleep is how long a connection has to show that it is alive after
	// the machine woke.
	afterSleep = 10 * time.Second
)

// watch looks after an open connection until ctx ends.
func (k *keeper) watch(ctx context.Context, cut context.CancelCauseFunc) {
	late := time.NewTimer(tellAfter)
	defer late.Stop()
	save := time.NewTicker(saveEvery)
	defer save.Stop()
	look := time.NewTimer(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-late.C:
			k.tellLate()
		case <-save.C:
			k.save()
		case <-look.C:
			k.tellDue(time.Now())
			next, end := k.look(time.Now())
			if end != nil {
				cut(end)
				return
			}
			look.Reset(next)
		}
	}
}

// look says whether the connection is quiet or dead, and when to look again.
func (k *keeper) look(now time.Time) (next time.Duration, end *ending) {
	k.mu.Lock()
	silence := now.Sub(k.sign)
	beat, patience := k.rhythm.heartbeat(), k.rhythm.patience()
	next = lookEvery
	if patience > silence {
		next = min(next, patience-silence)
	}
	turned := silence >= patience && k.state == live.Open
	// Only where this very connection has shown heartbeats: a healthy idle
	// stream must not be killed for its silence.
	if dead := max(deadBeats*beat, deadFloor); beat > 0 && k.beats >= 2 && silence >= dead {
		end = because("silent", "Nothing came for %s, not even the usual heartbeat.", words(silence))
		end.atOnce = true
	}
	if !k.doubted.IsZero() && k.sign.Before(k.doubted) && now.Sub(k.doubted) >= max(afterSleep, min(2*beat, deadFloor)) {
		end = endAsleep
	}
	k.mu.Unlock()
	if turned && end == nil {
		k.turnQuiet(now)
	}
	return next, end
}

// turnQuiet calls the feed quiet, unless something has come by now.
func (k *keeper) turnQuiet(now time.Time) {
	k.telling.Lock()
	defer k.telling.Unlock()
	k.mu.Lock()
	silent := now.Sub(k.sign)
	still := k.state == live.Open && silent >= k.rhythm.patience()
	_, reason := silence(silent, k.rhythm.expected())
	if still {
		k.setLocked(live.Quiet, nil)
	}
	k.mu.Unlock()
	if still {
		k.tellQuiet(now, reason)
		k.change()
	}
}

// read notes that bytes came.
func (k *keeper) read(n int) {
	now := time.Now()
	k.mu.Lock()
	quiet := k.state == live.Quiet
	k.mu.Unlock()
	if quiet {
		k.telling.Lock()
		k.tellHeard(now, true)
		k.telling.Unlock()
	}
	k.mu.Lock()
	k.rhythm.silence(now.Sub(k.sign), now)
	k.sign, k.lastByte = now, wall(now)
	k.now.Bytes += int64(n)
	turned := k.state == live.Quiet
	if turned {
		k.setLocked(live.Open, nil)
		k.since = k.open // it was open all along
	}
	k.mu.Unlock()
	if turned {
		k.change()
	}
}

// comment notes a comment, mostly a heartbeat.
func (k *keeper) comment() {
	k.mu.Lock()
	k.rhythm.comment(time.Now())
	k.beats++
	k.mu.Unlock()
}

// counted counts a message.
func (k *keeper) counted(now time.Time) {
	k.mu.Lock()
	k.messages++
	k.now.Messages++
	k.lastMessage = wall(now)
	k.rate.add(1, now)
	k.rhythm.message()
	k.large = false
	k.mu.Unlock()
}

// cameHome counts messages that the journal held already. They were counted as
// messages of the connection, and are none of the feed's.
func (k *keeper) cameHome(n int) {
	k.mu.Lock()
	k.home += int64(n)
	k.mu.Unlock()
}

// setRetry takes the reconnection time of the server.
func (k *keeper) setRetry(ms int64) {
	d := maxRetry
	if ms < maxRetry.Milliseconds() {
		d = time.Duration(ms) * time.Millisecond
	}
	k.mu.Lock()
	k.retry = d
	k.mu.Unlock()
}

// over notes that an event over the limit is arriving.
func (k *keeper) over() {
	k.mu.Lock()
	k.large = true
	k.mu.Unlock()
}

// setFault notes why nothing can be stored, or that it can be again.
func (k *keeper) setFault(sentence string) {
	k.mu.Lock()
	changed := k.fault != sentence
	k.fault = sentence
	k.mu.Unlock()
	if changed {
		k.change()
	}
}

// woke is called when the machine was asleep.
func (k *keeper) woke() {
	k.mu.Lock()
	waiting := k.state == live.Waiting
	if k.isOpen {
		k.doubted = time.Now()
	}
	k.mu.Unlock()
	if waiting {
		knock(k.kick)
	}
}
