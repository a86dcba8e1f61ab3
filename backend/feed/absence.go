package feed

import (
	"fmt"
	"time"

	"signalbox/backend/live"
)

// tellAfter is how long a returned feed may be silent before its return is
// told without the evidence that the first message would give.
const tellAfter = 2 * time.Second

// An absence is a time without connection, from the loss until what it cost
// is told: before the first message after the return, or when none comes. It
// is not safe for use by several goroutines.
type absence struct {
	ids series

	code   string // why it began, as in live.Gap; empty where there is nothing to tell
	from   time.Time
	losses int64         // of the connection, since then
	before int64         // losses that a crash kept from being told; from is that of the first
	waited time.Duration // how much of it was our own waiting
	after  string        // the id to resume from; empty where there is none

	back    time.Time // when the connection was open again; zero until then
	doubt   bool      // told without evidence; the first message may still give it
	sent    bool      // the id was sent to the server
	elapsed time.Duration
}

// begin notes a loss. It reports false where the return from an earlier one is
// not told yet: both are one then.
func (a *absence) begin(code string, from time.Time) bool {
	told := a.code == "" || a.doubt
	a.back, a.doubt = time.Time{}, false
	if !told {
		a.losses++
		return false
	}
	a.code, a.from, a.losses, a.waited, a.before = code, from, 1, 0, 0
	return true
}

// wait notes that the next attempt was put off for so long.
func (a *absence) wait(d time.Duration) {
	if a.code != "" {
		a.waited += d
	}
}

// end notes that the connection is open again, resumed after the id.
func (a *absence) end(after string, now time.Time) {
	if a.code == "" {
		return
	}
	a.after, a.sent, a.back = after, canSend(after), now
	a.elapsed = max(0, now.Sub(a.from))
}

// tell returns the gap to be written before an event, nil where there is
// nothing to tell.
func (a *absence) tell(it item) *live.Gap {
	defer func() {
		if it.kind != anEvent {
			return
		}
		if it.ownID {
			a.ids.add(it.id)
		} else if it.id == "" {
			a.ids = series{}
		}
	}()
	if a.back.IsZero() || it.kind == anID {
		return nil
	}
	missing, known := int64(0), false
	if it.ownID && a.before == 0 {
		missing, known = a.ids.missing(it.id)
	}
	doubt := a.doubt
	g := a.gap()
	a.code, a.back, a.doubt = "", time.Time{}, false
	switch {
	case known && missing == 0:
		g.Missing = &missing
		g.Reason += fmt.Sprintf("Resumed after id %s, nothing is missing.", short(a.after))
	case known:
		g.Missing = &missing
		g.Reason += fmt.Sprintf("Resumed after id %s, %s.", short(a.after), areMissing(missing))
	case doubt:
		return nil // what can be said was said
	case it.ownID && a.ids.back(it.id):
		g.Reason += fmt.Sprintf("The server was asked to continue after id %s and began at %s. What is missing is not known.", short(a.after), short(it.id))
	default:
		g.Reason += a.unknown() + "."
	}
	return g
}

// late returns the gap to be written where nothing has come for tellAfter.
func (a *absence) late() *live.Gap {
	if a.back.IsZero() || a.doubt {
		return nil
	}
	a.doubt = true
	g := a.gap()
	if a.sent {
		g.Reason += fmt.Sprintf("The server was asked to continue after id %s; nothing has come yet.", short(a.after))
	} else {
		g.Reason += a.unknown() + "."
	}
	return g
}

// unknown says why it is not known what is missing.
func (a *absence) unknown() string {
	switch {
	case a.sent:
		return fmt.Sprintf("The server was asked to continue after id %s; whether all came cannot be seen from its ids", short(a.after))
	case a.after != "":
		return "Its last id is too long or holds a control character and cannot be sent, so what came meanwhile may be missing"
	}
	return "The server sends no ids, so what came meanwhile could not be asked for"
}

func (a *absence) gap() *live.Gap {
	g := &live.Gap{Code: a.code, From: wall(a.from), To: wall(a.back), After: a.after}
	switch a.code {
	case "restarted":
		g.Reason = fmt.Sprintf("Signalbox was not running for %s. ", words(a.elapsed))
		if a.before > 0 {
			g.Count = a.before + 1
			g.Reason = fmt.Sprintf("Signalbox was killed, and shortly before the connection was lost %s. Connected again after %s. ",
				often(a.before), words(a.elapsed))
		}
	case "paused":
		g.Reason = fmt.Sprintf("Paused for %s. ", words(a.elapsed))
	case "reconnected":
		g.Reason = fmt.Sprintf("Reconnected on request within %s. ", words(a.elapsed))
	case "edited":
		g.Reason = fmt.Sprintf("Reconnected with new settings within %s. ", words(a.elapsed))
	case "removed":
		g.Reason = fmt.Sprintf("The feed was removed for %s. ", words(a.elapsed))
	default:
		g.WaitedMS = a.waited.Milliseconds()
		g.Reason = fmt.Sprintf("Connection lost for %s%s. ", words(a.elapsed), ofWhichWaited(a.waited))
		if a.losses > 1 {
			g.Count = a.losses
			g.Reason = fmt.Sprintf("Connection lost %d times within %s%s. ", a.losses, words(a.elapsed), ofWhichWaited(a.waited))
		}
	}
	if a.after == "" {
		g.Code = "no_ids"
	}
	return g
}

// ofWhichWaited says how much of an outage was our own waiting. Less than a
// second is not worth a word.
func ofWhichWaited(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return fmt.Sprintf(", of which Signalbox waited %s before it tried again", words(d))
}

// often writes how often something happened.
func often(n int64) string {
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

// short cuts an id to what a line has room for.
func short(id string) string {
	if r := []rune(id); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return id
}

// wall is a time as the system's clock shows it, without the monotonic part,
// to the microsecond as everything that is stored.
func wall(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}
