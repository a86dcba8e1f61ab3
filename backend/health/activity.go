package health

import (
	"time"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
)

const (
	// CheckInterval is the longest time between two calls of Check.
	CheckInterval = 5 * time.Second
	// A connection that has sent heartbeats counts as dead after a silence of
	// deadHeartbeats intervals, and of at least minDead.
	deadHeartbeats = 6
	minDead        = time.Minute
	// WakeGrace is how long a connection may be silent after the machine wakes
	// before it counts as dead.
	WakeGrace = 10 * time.Second
)

// Received counts n received bytes. A quiet feed becomes open again.
func (m *Monitor) Received(n int) {
	m.mu.Lock()
	now := time.Now()
	m.silence.add(now.Sub(m.lastActivity), now)
	m.lastActivity, m.lastByte = now, live.StoredTime(now)
	m.attempt.Bytes += int64(n)
	wasQuiet := m.state == live.Quiet
	if wasQuiet {
		m.setState(live.Open, nil)
		m.since = m.opened // the connection was open all the time
	}
	m.mu.Unlock()
	if wasQuiet {
		m.changed()
	}
}

// Comment counts a comment, which usually is a heartbeat.
func (m *Monitor) Comment() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.silence.comment(time.Now())
	m.comments++
}

// Message counts a message.
func (m *Monitor) Message(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages++
	m.attempt.Messages++
	m.lastMessage = live.StoredTime(now)
	m.rate.add(1, now)
	m.silence.message()
	m.overLimit = 0
}

// CountDuplicates counts n messages that were in the journal already.
func (m *Monitor) CountDuplicates(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.duplicates += int64(n)
}

// SetReconnectionTime sets the reconnection time that the server sent.
func (m *Monitor) SetReconnectionTime(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reconnectionTime = d
}

// OverLimit records that an event over a limit, in bytes, is arriving.
func (m *Monitor) OverLimit(limit int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.overLimit = limit
}

// SetStoreFault sets the reason why nothing can be stored; nil means that the
// journal works.
func (m *Monitor) SetStoreFault(err error) {
	m.mu.Lock()
	changed := (m.storeFault == nil) != (err == nil) || err != nil && m.storeFault.Error() != err.Error()
	m.storeFault = err
	m.mu.Unlock()
	if changed {
		m.changed()
	}
}

// Woke records that the machine was asleep. An open connection must receive
// something within WakeGrace. Woke reports whether the feed waits to reconnect.
func (m *Monitor) Woke() (waiting bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.isOpen {
		m.wokeAt = time.Now()
	}
	return m.state == live.Waiting
}

// IsQuiet reports whether the state is quiet.
func (m *Monitor) IsQuiet() bool { return m.State() == live.Quiet }

// Silence returns the time since the last received bytes, and a sentence about it.
func (m *Monitor) Silence(now time.Time) (d time.Duration, reason live.Text) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d = now.Sub(m.lastActivity)
	return d, silenceText(d, m.silence.expected())
}

// A Verdict is the result of Check for an open connection.
type Verdict struct {
	Quiet bool               // silent for much longer than usual: call TurnQuiet
	Dead  *disconnect.Reason // if not nil, end the connection
	Next  time.Duration      // until the next Check
}

// Check reports whether the open connection is quiet or dead.
func (m *Monitor) Check(now time.Time) Verdict {
	m.mu.Lock()
	defer m.mu.Unlock()
	silent := now.Sub(m.lastActivity)
	heartbeat, quietAfter := m.silence.heartbeat(), m.silence.quietAfter()
	v := Verdict{Quiet: silent >= quietAfter && m.state == live.Open, Next: CheckInterval}
	if quietAfter > silent {
		v.Next = min(v.Next, quietAfter-silent)
	}
	// Only if this connection itself has sent heartbeats: a healthy idle stream must
	// not be ended for its silence.
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
// since Check. It returns a sentence about the silence and whether the state
// changed. It does not call changed: the caller first writes its note.
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
