package health

import (
	"time"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
)

const (
	// CheckInterval is the longest time between two calls of Check.
	CheckInterval = 5 * time.Second
	// A connection that has sent heartbeats and misses deadHeartbeats of them,
	// for at least minDead, is half open and is given up.
	deadHeartbeats = 6
	minDead        = time.Minute
	// WakeGrace is how long a connection has to show that it survived the sleep
	// of the machine.
	WakeGrace = 10 * time.Second
)

// Received notes that n bytes were received. A quiet feed is open again.
func (m *Monitor) Received(n int) {
	m.mu.Lock()
	now := time.Now()
	m.silence.add(now.Sub(m.lastActivity), now)
	m.lastActivity, m.lastByte = now, live.StoredTime(now)
	m.attempt.Bytes += int64(n)
	wasQuiet := m.state == live.Quiet
	if wasQuiet {
		m.setState(live.Open, nil)
		m.since = m.opened // it was open all the time
	}
	m.mu.Unlock()
	if wasQuiet {
		m.changed()
	}
}

// Comment notes a comment, mostly a heartbeat.
func (m *Monitor) Comment() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.silence.comment(time.Now())
	m.comments++
}

// Message notes a message.
func (m *Monitor) Message(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages++
	m.attempt.Messages++
	m.lastMessage = live.StoredTime(now)
	m.rate.add(1, now)
	m.silence.message()
	m.oversize = 0
}

// CountDuplicates notes that of the messages n were in the journal already.
func (m *Monitor) CountDuplicates(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.duplicates += int64(n)
}

// SetRetry sets the reconnection time that the server asked for.
func (m *Monitor) SetRetry(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.retry = d
}

// Oversize notes that an event over a limit, in bytes, is arriving.
func (m *Monitor) Oversize(limit int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.oversize = limit
}

// SetStoreFault notes why nothing can be stored, or with nil that it can be
// again.
func (m *Monitor) SetStoreFault(err error) {
	m.mu.Lock()
	changed := (m.storeFault == nil) != (err == nil) || err != nil && m.storeFault.Error() != err.Error()
	m.storeFault = err
	m.mu.Unlock()
	if changed {
		m.changed()
	}
}

// Woke notes that the machine was asleep. An open connection has WakeGrace to
// show that it is alive. It reports whether the feed is waiting instead.
func (m *Monitor) Woke() (waiting bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.isOpen {
		m.wokeAt = time.Now()
	}
	return m.state == live.Waiting
}

// IsQuiet reports whether the feed is called quiet.
func (m *Monitor) IsQuiet() bool { return m.State() == live.Quiet }

// Silence returns how long nothing was received, and a sentence about it.
func (m *Monitor) Silence(now time.Time) (d time.Duration, reason live.Text) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d = now.Sub(m.lastActivity)
	return d, silenceText(d, m.silence.expected())
}

// A Verdict is what Check found out about an open connection.
type Verdict struct {
	Quiet bool               // silent for longer than usual: call TurnQuiet
	Dead  *disconnect.Reason // not nil where the connection is to be given up
	Next  time.Duration      // until the next Check
}

// Check looks whether the open connection is quiet or dead.
func (m *Monitor) Check(now time.Time) Verdict {
	m.mu.Lock()
	defer m.mu.Unlock()
	silent := now.Sub(m.lastActivity)
	heartbeat, quietAfter := m.silence.heartbeat(), m.silence.quietAfter()
	v := Verdict{Quiet: silent >= quietAfter && m.state == live.Open, Next: CheckInterval}
	if quietAfter > silent {
		v.Next = min(v.Next, quietAfter-silent)
	}
	// Only where this very connection has sent heartbeats: a healthy idle stream
	// must not be ended for its silence.
	if dead := max(deadHeartbeats*heartbeat, minDead); heartbeat > 0 && m.comments >= 2 && silent >= dead {
		v.Dead = disconnect.Because(live.Textf("silent/heartbeat", "Nothing came for {silent_ms}, not even the usual heartbeat.", "silent_ms", silent))
		v.Dead.Immediate = true
	}
	if !m.wokeAt.IsZero() && m.lastActivity.Before(m.wokeAt) && now.Sub(m.wokeAt) >= max(WakeGrace, min(2*heartbeat, minDead)) {
		v.Dead = disconnect.Asleep
	}
	return v
}

// TurnQuiet changes the state from open to quiet, unless something was received
// since Check. It reports whether it has, and returns a sentence about it. The
// caller announces the change.
func (m *Monitor) TurnQuiet(now time.Time) (reason live.Text, turned bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	silent := now.Sub(m.lastActivity)
	if m.state != live.Open || silent < m.silence.quietAfter() {
		return reason, false
	}
	m.setState(live.Quiet, nil)
	return silenceText(silent, m.silence.expected()), true
}
