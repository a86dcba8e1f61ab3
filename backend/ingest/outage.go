package ingest

import (
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// EvidenceTimeout is how long the gap of an outage waits for the first message,
// whose id is the evidence of how many messages are missing.
const EvidenceTimeout = 2 * time.Second

// An Outage is a time without a connection, from the loss until its gap is
// written. The zero value is no outage. Its methods must not be called from two
// goroutines at once.
type Outage struct {
	ids idSequence

	code       string        // as in live.Gap; empty if there is no outage
	from       time.Time     // the first loss
	losses     int64         // since from
	unrecorded int64         // losses before a crash that are not in the journal
	waited     time.Duration // how long Signalbox itself waited
	after      string        // the id to resume after; empty if there is none
	sent       bool          // after was sent to the server

	returnedAt time.Time     // when the connection was open again; zero until then
	lasted     time.Duration // until returnedAt
	unproven   bool          // the gap was written without evidence; the first message may still be evidence
}

// Lost counts a loss. It reports false if the gap of an earlier loss is not
// written yet: both losses belong to one outage.
func (o *Outage) Lost(code string, at time.Time) (first bool) {
	first = o.code == "" || o.unproven
	o.returnedAt, o.unproven = time.Time{}, false
	if !first {
		o.losses++
		return false
	}
	o.code, o.from, o.losses, o.waited, o.unrecorded = code, at, 1, 0, 0
	return true
}

// Waited adds d to the time that Signalbox itself waited.
func (o *Outage) Waited(d time.Duration) {
	if o.code != "" {
		o.waited += d
	}
}

// Returned records that the connection is open again and resumed after an id.
func (o *Outage) Returned(after string, now time.Time) {
	if o.code == "" {
		return
	}
	o.after, o.sent, o.returnedAt = after, eventstream.CanSend(after), now
	o.lasted = max(0, now.Sub(o.from))
}

// isDown reports whether the connection is lost and not open again.
func (o *Outage) isDown() bool { return o.code != "" && o.returnedAt.IsZero() }

// GapBefore returns the gap to write before an event, or nil. The id of the event
// may prove how many messages are missing.
func (o *Outage) GapBefore(e eventstream.Event) *live.Gap {
	defer o.addID(e)
	if o.returnedAt.IsZero() || e.Kind == eventstream.IDOnly {
		return nil
	}
	missing, known := int64(0), false
	if e.HasID && o.unrecorded == 0 {
		missing, known = o.ids.missing(e.LastEventID)
	}
	wasUnproven := o.unproven
	g, lost := o.gap()
	o.code, o.returnedAt, o.unproven = "", time.Time{}, false
	after := shorten(o.after)
	var evidence live.Text
	switch {
	case known && missing == 0:
		evidence = live.Textf("evidence/complete", "Resumed after id {after}, nothing is missing.", "after", after)
	case known && missing == 1:
		evidence = live.Textf("evidence/one", "Resumed after id {after}, 1 message is missing.", "after", after)
	case known:
		evidence = live.Textf("evidence/many", "Resumed after id {after}, {missing} messages are missing.", "after", after, "missing", missing)
	case wasUnproven:
		return nil // the gap was written, and there is no new evidence
	case e.HasID && o.ids.isBefore(e.LastEventID):
		evidence = live.Textf("evidence/earlier", "The server was asked to continue after id {after} and began at {first}. It is not known how many messages are missing.",
			"after", after, "first", shorten(e.LastEventID))
	default:
		evidence = o.whyUnknown()
	}
	if known {
		g.Missing = &missing
	}
	g = g.Because(lost.Then(evidence))
	return &g
}

// addID adds the id of an event to the sequence.
func (o *Outage) addID(e eventstream.Event) {
	if e.Kind != eventstream.Dispatched {
		return
	}
	if e.HasID {
		o.ids.add(e.LastEventID)
	} else if e.LastEventID == "" {
		o.ids = idSequence{}
	}
}

// GapWithoutEvidence returns the gap to write if no message has arrived within
// EvidenceTimeout, or nil.
func (o *Outage) GapWithoutEvidence() *live.Gap {
	if o.returnedAt.IsZero() || o.unproven {
		return nil
	}
	o.unproven = true
	g, lost := o.gap()
	evidence := o.whyUnknown()
	if o.sent {
		evidence = live.Textf("unproven/silent", "The server was asked to continue after id {after}; nothing has come yet.", "after", shorten(o.after))
	}
	g = g.Because(lost.Then(evidence))
	return &g
}

// whyUnknown returns a sentence about why the number of missing messages is not
// known.
func (o *Outage) whyUnknown() live.Text {
	switch {
	case o.sent:
		return live.Textf("unproven/ids", "The server was asked to continue after id {after}; its ids do not show whether all messages came.",
			"after", shorten(o.after))
	case o.after != "":
		return live.Textf("unproven/unsendable",
			"The last id is too long or contains a control character and cannot be sent, so messages of the meantime may be missing.")
	}
	return noIDs()
}

func noIDs() live.Text {
	return live.Textf("no_ids", "The server sends no ids, so messages of the meantime could not be asked for.")
}

// gap returns the gap, and the sentence that does not depend on a message.
func (o *Outage) gap() (live.Gap, live.Text) {
	g := live.Gap{Code: o.code, From: live.StoredTime(o.from), To: live.StoredTime(o.returnedAt), After: o.after}
	var t live.Text
	switch o.code {
	case "restarted":
		t = live.Textf("restarted", "Signalbox was not running for {lasted_ms}.", "lasted_ms", o.lasted)
		if o.unrecorded > 0 {
			g.Count = o.unrecorded + 1
			t = o.crashText()
		}
	case "paused":
		t = live.Textf("paused/gap", "Paused for {lasted_ms}.", "lasted_ms", o.lasted)
	case "reconnected":
		t = live.Textf("reconnected/gap", "Reconnected on request within {lasted_ms}.", "lasted_ms", o.lasted)
	case "edited":
		t = live.Textf("edited/gap", "Reconnected with new settings within {lasted_ms}.", "lasted_ms", o.lasted)
	case "removed":
		t = live.Textf("removed/gap", "The feed was removed for {lasted_ms}.", "lasted_ms", o.lasted)
	default:
		g.WaitedMS = o.waited.Milliseconds()
		if o.losses > 1 {
			g.Count = o.losses
		}
		t = o.lossText()
	}
	if o.after == "" {
		g.Code = "no_ids"
	}
	return g, t
}

// crashText returns the sentence about losses that were not written before a
// crash.
func (o *Outage) crashText() live.Text {
	if o.unrecorded == 1 {
		return live.Textf("restarted/crash_once",
			"Signalbox was killed, and shortly before the connection was lost once. Connected again after {lasted_ms}.", "lasted_ms", o.lasted)
	}
	return live.Textf("restarted/crash",
		"Signalbox was killed, and shortly before the connection was lost {times} times. Connected again after {lasted_ms}.",
		"times", o.unrecorded, "lasted_ms", o.lasted)
}

// lossText returns a sentence about how often the connection was lost and for how
// long. It names Signalbox's own waiting if that was a second or more.
func (o *Outage) lossText() live.Text {
	waited := o.waited >= time.Second
	switch {
	case o.losses > 1 && waited:
		return live.Textf("disconnected/times_waited",
			"Connection lost {times} times within {lasted_ms}, of which Signalbox waited {waited_ms} before it tried again.",
			"times", o.losses, "lasted_ms", o.lasted, "waited_ms", o.waited)
	case o.losses > 1:
		return live.Textf("disconnected/times", "Connection lost {times} times within {lasted_ms}.", "times", o.losses, "lasted_ms", o.lasted)
	case waited:
		return live.Textf("disconnected/waited", "Connection lost for {lasted_ms}, of which Signalbox waited {waited_ms} before it tried again.",
			"lasted_ms", o.lasted, "waited_ms", o.waited)
	}
	return live.Textf("disconnected", "Connection lost for {lasted_ms}.", "lasted_ms", o.lasted)
}

// shorten cuts an id to 40 characters, to fit on a line.
func shorten(id string) string {
	if r := []rune(id); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return id
}
