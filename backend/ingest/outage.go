package ingest

import (
	"fmt"
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// EvidenceTimeout is how long a connection that is open again may be silent
// before its gap is written without the evidence of a first message.
const EvidenceTimeout = 2 * time.Second

// An Outage is the time without a connection, from the loss until its gap is
// written. The zero value is none. It is not safe for use by several
// goroutines.
type Outage struct {
	ids idSequence

	code       string        // as in live.Gap; empty where there is nothing to write
	from       time.Time     // the first loss
	losses     int64         // since from
	unrecorded int64         // losses before a crash, which were not in the journal yet
	waited     time.Duration // our own waiting
	after      string        // the id to resume after; empty where there is none
	sent       bool          // it was sent to the server

	returnedAt time.Time     // when the connection was open again; zero until then
	lasted     time.Duration // until then
	unproven   bool          // the gap was written without evidence; the first message may still give it
}

// Lost notes a loss. It reports false where the gap of an earlier one is not
// written yet: both are one outage.
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

// Waited notes that we put off the next attempt for so long.
func (o *Outage) Waited(d time.Duration) {
	if o.code != "" {
		o.waited += d
	}
}

// Returned notes that the connection is open again, resumed after an id.
func (o *Outage) Returned(after string, now time.Time) {
	if o.code == "" {
		return
	}
	o.after, o.sent, o.returnedAt = after, eventstream.CanSend(after), now
	o.lasted = max(0, now.Sub(o.from))
}

// isDown reports whether the connection is lost and not open again.
func (o *Outage) isDown() bool { return o.code != "" && o.returnedAt.IsZero() }

// GapBefore returns the gap to write before an event, nil where there is none.
// The id of the event may prove how much is missing.
func (o *Outage) GapBefore(e eventstream.Event) *live.Gap {
	defer o.noteID(e)
	if o.returnedAt.IsZero() || e.Kind == eventstream.IDOnly {
		return nil
	}
	missing, known := int64(0), false
	if e.OwnID && o.unrecorded == 0 {
		missing, known = o.ids.missing(e.LastID)
	}
	wasUnproven := o.unproven
	g := o.gap()
	o.code, o.returnedAt, o.unproven = "", time.Time{}, false
	switch {
	case known && missing == 0:
		g.Missing = &missing
		g.Reason += fmt.Sprintf("Resumed after id %s, nothing is missing.", shorten(o.after))
	case known:
		g.Missing = &missing
		g.Reason += fmt.Sprintf("Resumed after id %s, %s.", shorten(o.after), areMissing(missing))
	case wasUnproven:
		return nil // there is nothing to add to the gap that was written
	case e.OwnID && o.ids.isBefore(e.LastID):
		g.Reason += fmt.Sprintf("The server was asked to continue after id %s and began at %s. What is missing is not known.",
			shorten(o.after), shorten(e.LastID))
	default:
		g.Reason += o.whyUnknown() + "."
	}
	return g
}

// noteID adds the id of an event to the sequence.
func (o *Outage) noteID(e eventstream.Event) {
	if e.Kind != eventstream.Dispatched {
		return
	}
	if e.OwnID {
		o.ids.add(e.LastID)
	} else if e.LastID == "" {
		o.ids = idSequence{}
	}
}

// GapWithoutEvidence returns the gap to write where no message has come within
// EvidenceTimeout, nil where there is none.
func (o *Outage) GapWithoutEvidence() *live.Gap {
	if o.returnedAt.IsZero() || o.unproven {
		return nil
	}
	o.unproven = true
	g := o.gap()
	if o.sent {
		g.Reason += fmt.Sprintf("The server was asked to continue after id %s; nothing has come yet.", shorten(o.after))
	} else {
		g.Reason += o.whyUnknown() + "."
	}
	return g
}

// whyUnknown says why it is not known what is missing.
func (o *Outage) whyUnknown() string {
	switch {
	case o.sent:
		return fmt.Sprintf("The server was asked to continue after id %s; its ids do not show whether all messages came", shorten(o.after))
	case o.after != "":
		return "The last id is too long or contains a control character and cannot be sent, so messages of the meantime may be missing"
	}
	return "The server sends no ids, so messages of the meantime could not be asked for"
}

// gap returns the gap with what is known without a message.
func (o *Outage) gap() *live.Gap {
	g := &live.Gap{Code: o.code, From: live.StoredTime(o.from), To: live.StoredTime(o.returnedAt), After: o.after}
	lasted := live.EnglishDuration(o.lasted)
	switch o.code {
	case "restarted":
		g.Reason = fmt.Sprintf("Signalbox was not running for %s. ", lasted)
		if o.unrecorded > 0 {
			g.Count = o.unrecorded + 1
			g.Reason = fmt.Sprintf("Signalbox was killed, and shortly before the connection was lost %s. Connected again after %s. ",
				times(o.unrecorded), lasted)
		}
	case "paused":
		g.Reason = fmt.Sprintf("Paused for %s. ", lasted)
	case "reconnected":
		g.Reason = fmt.Sprintf("Reconnected on request within %s. ", lasted)
	case "edited":
		g.Reason = fmt.Sprintf("Reconnected with new settings within %s. ", lasted)
	case "removed":
		g.Reason = fmt.Sprintf("The feed was removed for %s. ", lasted)
	default:
		g.WaitedMS = o.waited.Milliseconds()
		g.Reason = fmt.Sprintf("Connection lost for %s%s. ", lasted, ofWhichWaited(o.waited))
		if o.losses > 1 {
			g.Count = o.losses
			g.Reason = fmt.Sprintf("Connection lost %d times within %s%s. ", o.losses, lasted, ofWhichWaited(o.waited))
		}
	}
	if o.after == "" {
		g.Code = "no_ids"
	}
	return g
}

// ofWhichWaited says how much of an outage was our own waiting, or nothing where
// that was less than a second.
func ofWhichWaited(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return fmt.Sprintf(", of which Signalbox waited %s before it tried again", live.EnglishDuration(d))
}

// times writes how often something happened.
func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func areMissing(n int64) string {
	if n == 1 {
		return "1 message is missing"
	}
	return fmt.Sprintf("%d messages are missing", n)
}

// shorten returns an id cut to what a line has room for.
func shorten(id string) string {
	if r := []rune(id); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return id
}
