package feed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"signalbox/backend/live"
)

// A condition is what a keeper knows about its connection. Its times carry
// the monotonic clock: however the system's clock jumps, a countdown counts
// right and a silence is as long as it was.
type condition struct {
	state    live.State
	since    time.Time
	why      *ending // nil while open
	retryAt  time.Time
	attempts int // since it was last open

	now     live.Attempt // the running attempt, or the last
	client  *client
	began   time.Time
	isOpen  bool
	open    time.Time
	wasOpen bool // some connection was open before

	retry       time.Duration
	messages    int64
	home        int64     // messages that the journal held already
	lastMessage time.Time // as the clock showed it
	lastByte    time.Time
	sign        time.Time // the last sign of life, or the opening
	beats       int       // comments on this connection
	doubted     time.Time // when the machine woke; zero where nothing is in doubt
	fault       string    // why nothing can be stored
	large       bool      // an event over the limit is arriving

	rhythm   rhythm
	rate     rate
	day      day
	counting time.Time // up to when day is filled
	connects lately
}

// set changes the state.
func (k *keeper) set(s live.State, why *ending) {
	k.mu.Lock()
	k.setLocked(s, why)
	k.mu.Unlock()
	k.change()
}

func (k *keeper) setLocked(s live.State, why *ending) {
	now := time.Now()
	k.fill(now)
	k.state, k.since, k.why, k.retryAt = s, now, why, time.Time{}
}

// fill counts the time up to now for the state as it was. Both ends are made
// from now, so that a jump of the clock is not counted as time.
func (k *keeper) fill(now time.Time) {
	elapsed := now.Sub(k.counting)
	if !k.counting.IsZero() {
		k.day.add(k.counts(), now.Add(-elapsed).Round(0), now.Round(0))
	}
	k.counting = now
}

func (k *keeper) counts() kindOfTime {
	switch k.state {
	case live.Open:
		return up
	case live.Quiet:
		return silent
	case live.Waiting:
		return down
	case live.Connecting:
		if k.attempts > 1 || k.wasOpen && k.why != nil && !k.why.neutral {
			return down
		}
	}
	return neither
}

// begin opens the record of an attempt.
func (k *keeper) begin(c *client) int64 {
	k.mu.Lock()
	now := time.Now()
	k.attempts++
	why := k.why
	k.setLocked(live.Connecting, why)
	k.now = live.Attempt{Source: k.id, Connection: k.now.Connection + 1, Started: wall(now)}
	k.client, k.began, k.isOpen, k.open = c, now, false, time.Time{}
	k.beats, k.doubted, k.large = 0, time.Time{}, false
	k.rhythm.lost()
	number := k.now.Connection
	k.mu.Unlock()
	k.change()
	return number
}

// opened notes that the answer is a stream, resumed after the id.
func (k *keeper) opened(after string) {
	k.telling.Lock()
	k.absence.end(after, time.Now())
	k.tellOpened(time.Now())
	k.telling.Unlock()
	k.mu.Lock()
	now := time.Now()
	k.isOpen, k.open, k.sign = true, now, now
	k.now.Opened = wall(now)
	k.connects.add(now.Sub(k.began))
	k.setLocked(live.Open, nil)
	if k.wasOpen {
		k.day.returned(now)
	}
	k.wasOpen, k.attempts = true, 0
	k.mu.Unlock()
	k.change()
	k.log.Info("connected", "connection", k.number())
	k.save()
}

// finish closes the record of the attempt, and reports whether it was open.
func (k *keeper) finish(end *ending) (opened bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	k.fill(now)
	k.now.Ended, k.now.Code, k.now.Reason = wall(now), end.code, end.reason
	opened, k.isOpen = k.isOpen, false
	return opened
}

// last returns how long the last connection was open, how many messages it
// brought, and the reconnection time in force.
func (k *keeper) last() (lived time.Duration, messages int64, retry time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.open.IsZero() {
		lived = time.Since(k.open)
	}
	return lived, k.now.Messages, k.retry
}

func (k *keeper) waitUntil(at time.Time, end *ending) {
	k.mu.Lock()
	k.setLocked(live.Waiting, end)
	k.retryAt = at
	k.mu.Unlock()
	k.change()
}

// address returns the feed's URL.
func (k *keeper) address() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.feed.URL
}

// number returns the connection's number.
func (k *keeper) number() int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now.Connection
}

// record returns the attempt with what is known of it by now.
func (k *keeper) record() live.Attempt {
	k.mu.Lock()
	defer k.mu.Unlock()
	a := k.now
	if k.client != nil {
		a.DNS, a.Connect, a.TLS, a.FirstByte, a.Address = k.client.trace.times()
		a.Status = int(k.client.status.Load())
	}
	return a
}

// save stores the record. While the attempt lasts it is given the present as
// its end and no code, so that after a crash it is known until when it held.
func (k *keeper) save() {
	a := k.record()
	if a.Ended.IsZero() {
		a.Ended = wall(time.Now())
	}
	// Also when the run has been ended: it is the record of that.
	if err := k.store.PutAttempt(context.Background(), a); err != nil {
		k.log.Warn("the record of an attempt was not stored", "error", err)
	}
}

// health returns what is known at this moment.
func (k *keeper) health(now time.Time) live.Health {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fill(now)
	h := live.Health{
		State: k.state, Since: shown(now, k.since), Attempt: k.attempts, Connection: k.now.Connection,
		Messages: k.messages, Home: k.home, LastMessage: k.lastMessage, LastByte: k.lastByte,
		Heartbeat: k.rhythm.heartbeat().Milliseconds(), Rhythm: k.rhythm.usual().Milliseconds(),
		Silence:    k.rhythm.longestSilence(now).Milliseconds(),
		ConnectP50: k.connects.median().Microseconds(), Bars: k.day.bars(now),
		RetryMS: k.retry.Milliseconds(), LastEventID: k.in.lastID(), Rate: k.rate.perSecond(now),
	}
	h.Up, h.Reconnects = k.day.share(now)
	if e := k.why; e != nil && k.state != live.Open && k.state != live.Quiet {
		h.Code, h.Reason, h.Hint, h.Certificate = e.code, e.reason, e.hint, e.certificate
	}
	switch {
	case k.state == live.Stopped:
		h.Since = wall(k.since)
	case k.state == live.Waiting:
		h.RetryAt = shown(now, k.retryAt)
	case k.fault != "":
		h.Code, h.Reason = "store", "What comes cannot be stored, so the feed is held up. "+k.fault
	case k.state == live.Quiet:
		h.Code, h.Reason = silence(now.Sub(k.sign), k.rhythm.expected())
	case k.large:
		h.Code, h.Reason = "too_large", "An event over the limit of "+inBytes(int64(k.max()))+" is arriving. It will be left out."
	}
	if k.isOpen && !k.sign.IsZero() {
		h.Silence = max(h.Silence, now.Sub(k.sign).Milliseconds())
	}
	return h
}

// silence returns a code and a sentence for a feed that has been silent for d
// and is expected to speak within another time; 0 where its rhythm is unknown.
func silence(d, expected time.Duration) (code, reason string) {
	if expected == 0 {
		return "unknown_rhythm", fmt.Sprintf("Nothing for %s; its rhythm is unknown.", words(d))
	}
	return "silent", fmt.Sprintf("Nothing for %s; usually something comes within %s.", words(d), words(expected))
}

// shown is a moment as the system's clock would show it now.
func shown(now, t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return wall(now.Round(0).Add(-now.Sub(t)))
}

// secretNames lists the secrets that the feed has. While they have not been
// asked for, these are the ones that its settings name. It is called with mu held.
func (k *keeper) secretNames() []string {
	s := k.secrets
	if s == nil {
		names := usedSecrets(&k.feed)
		slices.Sort(names)
		return names
	}
	var names []string
	if s.Token != "" {
		names = append(names, "token")
	}
	if s.Password != "" {
		names = append(names, "password")
	}
	for name := range s.Headers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// current puts the attempt that is under way in its place in the list.
func (k *keeper) current(list []live.Attempt, limit int) []live.Attempt {
	a := k.record()
	if a.Started.IsZero() {
		return list
	}
	if len(list) > 0 && list[0].Connection == a.Connection {
		list[0] = a
		return list
	}
	list = slices.Insert(list, 0, a)
	return list[:min(len(list), limit)]
}
