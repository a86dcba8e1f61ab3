package health

import (
	"errors"
	"time"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
)

// Health returns the health of the feed. It does not set the last event ID, which
// ingest.Recorder knows.
func (m *Monitor) Health(now time.Time) live.Health {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.countTime(now)
	h := live.Health{
		State: m.state, Since: timeOfDay(now, m.since), Attempt: m.attempts, Connection: m.attempt.Connection,
		Messages: m.messages, Duplicates: m.duplicates, LastMessage: m.lastMessage, LastByte: m.lastByte,
		Heartbeat: m.silence.heartbeat().Milliseconds(), UsualSilence: m.silence.usual().Milliseconds(),
		LongestSilence: m.silence.longest24h(now).Milliseconds(),
		ConnectP50:     m.connectTime.median().Microseconds(), Bars: m.uptime.bars(now),
		RetryMS: m.reconnectionTime.Milliseconds(), Rate: m.rate.perSecond(now),
	}
	h.Up, h.Reconnects = m.uptime.share(now)
	if why := m.why; why != nil && m.state != live.Open && m.state != live.Quiet {
		setReason(&h, why.AsError())
		h.Certificate = why.Certificate
	}
	switch {
	case m.state == live.Stopped:
		h.Since = live.StoredTime(m.since)
	case m.state == live.Waiting:
		h.RetryAt = timeOfDay(now, m.retryAt)
	case m.storeFault != nil:
		t := live.Textf("store", "Messages cannot be stored, so the feed is held up.")
		setReason(&h, t.Then(textOf(m.storeFault)).AsError())
	case m.state == live.Quiet:
		setReason(&h, silenceText(now.Sub(m.lastActivity), m.silence.expected()).AsError())
	case m.overLimit > 0:
		setReason(&h, live.Errorf("too_large/arriving", "An event over the limit of {limit_bytes} is arriving. It will be left out.",
			"limit_bytes", m.overLimit))
	}
	if m.isOpen && !m.lastActivity.IsZero() {
		h.LongestSilence = max(h.LongestSilence, now.Sub(m.lastActivity).Milliseconds())
	}
	return h
}

// setReason sets the reason for the state.
func setReason(h *live.Health, e *live.Error) {
	h.Code, h.Reason, h.Hint, h.Text, h.Params = e.Code, e.Message, e.Hint, e.Text, e.Params
}

// textOf returns the sentence of an error.
func textOf(err error) live.Text {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return disconnect.FromError(e).AsText()
	}
	return live.Textf("store/other", "{error}.", "error", err)
}

// silenceText returns a sentence about a silence of d, for a feed that usually
// sends something within expected; 0 means that this is not known.
func silenceText(d, expected time.Duration) live.Text {
	if expected == 0 {
		return live.Textf("unknown_rhythm", "Nothing for {silent_ms}; the usual interval is unknown.", "silent_ms", d)
	}
	return live.Textf("silent", "Nothing for {silent_ms}; usually something comes within {usual_ms}.", "silent_ms", d, "usual_ms", expected)
}

// timeOfDay converts a moment to the system's clock as it is set now.
func timeOfDay(now, t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return live.StoredTime(now.Round(0).Add(-now.Sub(t)))
}
