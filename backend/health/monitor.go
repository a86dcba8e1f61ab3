package health

import (
	"slices"
	"sync"
	"time"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
)

// A Monitor observes one feed's connections. Its methods may be called from any
// goroutine and do not block.
type Monitor struct {
	source  int64
	changed func() // called after the state has changed, with no lock held

	mu    sync.Mutex
	state live.State
	since time.Time
	why   *disconnect.Reason // why the state is not open

	reconnectionTime time.Duration

	retryAt  time.Time // of the next attempt, while waiting
	attempts int       // since the feed was last open
	wasOpen  bool      // an earlier attempt was open

	// The running attempt, or the last.
	attempt  live.Attempt
	describe func(*live.Attempt) // completes the record of the attempt
	began    time.Time
	isOpen   bool
	opened   time.Time // zero if the attempt was not open
	comments int

	messages     int64
	duplicates   int64 // messages that were in the journal already
	lastMessage  time.Time
	lastByte     time.Time
	lastActivity time.Time // the last bytes, or the opening
	wokeAt       time.Time // when the machine last woke during this connection
	storeFault   error     // why nothing can be stored
	overLimit    int       // the limit that an arriving event exceeds; 0 means none

	silence     silenceModel
	rate        rate
	uptime      uptime
	countedTo   time.Time // the end of the time that uptime has counted
	connectTime recent
}

// NewMonitor returns a Monitor of a feed that is about to connect or, if why is
// not nil, is stopped. changed is called after each change of the state, with no
// lock held.
func NewMonitor(source int64, reconnectionTime time.Duration, why *disconnect.Reason, changed func()) *Monitor {
	m := &Monitor{source: source, changed: changed, reconnectionTime: reconnectionTime, state: live.Connecting, since: time.Now()}
	if why != nil {
		m.state, m.why = live.Stopped, why
	}
	return m
}

func (m *Monitor) State() live.State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

// SetState changes the state to one without a connection, because of why.
func (m *Monitor) SetState(s live.State, why *disconnect.Reason) {
	m.mu.Lock()
	m.setState(s, why)
	m.mu.Unlock()
	m.changed()
}

// WaitUntil changes the state to waiting: the next attempt begins at that time.
func (m *Monitor) WaitUntil(at time.Time, why *disconnect.Reason) {
	m.mu.Lock()
	m.setState(live.Waiting, why)
	m.retryAt = at
	m.mu.Unlock()
	m.changed()
}

// setState is called with mu held.
func (m *Monitor) setState(s live.State, why *disconnect.Reason) {
	now := time.Now()
	m.countTime(now)
	m.state, m.since, m.why, m.retryAt = s, now, why, time.Time{}
}

// countTime adds the time since the last call to the uptime, as time in the
// present state. It measures that time with the monotonic clock, so a jump of
// the system's clock adds no time.
func (m *Monitor) countTime(now time.Time) {
	elapsed := now.Sub(m.countedTo)
	if !m.countedTo.IsZero() {
		m.uptime.add(m.timeKind(), now.Add(-elapsed).Round(0), now.Round(0))
	}
	m.countedTo = now
}

// timeKind returns the kind of time that the present state is.
func (m *Monitor) timeKind() timeKind {
	switch m.state {
	case live.Open:
		return up
	case live.Quiet:
		return upQuiet
	case live.Waiting:
		return down
	case live.Connecting:
		if m.attempts > 1 || m.wasOpen && m.why != nil && !m.why.Neutral {
			return down
		}
	}
	return uncounted
}

// BeginAttempt begins the record of an attempt and returns the number of its
// connection. Record and AddPresent call describe, which must not block, to
// complete the record.
func (m *Monitor) BeginAttempt(describe func(*live.Attempt)) int64 {
	m.mu.Lock()
	now := time.Now()
	m.attempts++
	m.setState(live.Connecting, m.why)
	m.attempt = live.Attempt{Source: m.source, Connection: m.attempt.Connection + 1, Started: live.StoredTime(now)}
	m.describe, m.began, m.isOpen, m.opened = describe, now, false, time.Time{}
	m.comments, m.wokeAt, m.overLimit = 0, time.Time{}, 0
	m.silence.disconnected()
	number := m.attempt.Connection
	m.mu.Unlock()
	m.changed()
	return number
}

// Opened records that the response is a stream.
func (m *Monitor) Opened() {
	m.mu.Lock()
	now := time.Now()
	m.isOpen, m.opened, m.lastActivity = true, now, now
	m.attempt.Opened = live.StoredTime(now)
	m.connectTime.add(now.Sub(m.began))
	m.setState(live.Open, nil)
	if m.wasOpen {
		m.uptime.addReturn(now)
	}
	m.wasOpen, m.attempts = true, 0
	m.mu.Unlock()
	m.changed()
}

// EndAttempt ends the record of the attempt, and reports whether it was open.
func (m *Monitor) EndAttempt(why *disconnect.Reason) (wasOpen bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.countTime(now)
	m.attempt.Ended, m.attempt.Code, m.attempt.Reason = live.StoredTime(now), why.Code, why.Message
	m.attempt.Text, m.attempt.Params = why.Text, why.Params
	wasOpen, m.isOpen = m.isOpen, false
	return wasOpen
}

// LastAttempt returns the parameters of dial.Backoff: how long the last connection
// was open, how many messages it received, and the reconnection time.
func (m *Monitor) LastAttempt() (lived time.Duration, messages int64, reconnectionTime time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.opened.IsZero() {
		lived = time.Since(m.opened)
	}
	return lived, m.attempt.Messages, m.reconnectionTime
}

// ResetAttempts sets the number of attempts since the feed was open to 0.
func (m *Monitor) ResetAttempts() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts = 0
}

// ForgetStream makes the next connection the first of another stream: it does not
// count as a reconnection.
func (m *Monitor) ForgetStream() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wasOpen = false
}

// Record returns the record of the present attempt, or of the last.
func (m *Monitor) Record() live.Attempt {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.attempt
	if m.describe != nil {
		m.describe(&a)
	}
	return a
}

// AddPresent replaces the stored record of the present attempt in a list, newest
// first, or inserts it at the head. The list is cut to the limit.
func (m *Monitor) AddPresent(list []live.Attempt, limit int) []live.Attempt {
	present := m.Record()
	switch {
	case present.Started.IsZero():
		return list
	case len(list) > 0 && list[0].Connection == present.Connection:
		list[0] = present
		return list
	}
	list = slices.Insert(list, 0, present)
	return list[:min(len(list), limit)]
}

// RestoreMessage restores the time of a message, and the number of its
// connection, from before the start.
func (m *Monitor) RestoreMessage(received time.Time, connection int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastMessage, m.lastByte = received, received
	m.attempt.Connection = max(m.attempt.Connection, connection)
}

// RestoreAttempts restores the uptime from the attempts before the start, oldest
// first.
func (m *Monitor) RestoreAttempts(list []live.Attempt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var before live.Attempt
	for _, a := range list {
		if disconnect.CountsAsDown(before.Code) {
			m.uptime.add(down, before.Ended, later(before.Ended, a.Started))
		}
		if !a.Opened.IsZero() {
			m.uptime.add(up, a.Opened, a.Ended)
			m.connectTime.add(a.Opened.Sub(a.Started))
			if m.wasOpen {
				m.uptime.addReturn(a.Opened)
			}
			m.wasOpen = true
		} else if disconnect.CountsAsDown(before.Code) || disconnect.CountsAsDown(a.Code) {
			m.uptime.add(down, a.Started, a.Ended)
		}
		before = a
	}
	m.attempt.Connection = max(m.attempt.Connection, before.Connection)
}
