package ingest

import (
	"time"

	"signalbox/backend/live"
)

const (
	// summarizeAfter is how many occurrences in a row have a note each.
	summarizeAfter = 3
	// summaryReset is the time without an occurrence after which the count begins
	// again.
	summaryReset = 15 * time.Minute
	// firstPeriod is the period of the first summary. It doubles with each summary,
	// up to MaxSummaryPeriod.
	firstPeriod = time.Minute
	// MaxSummaryPeriod is the longest period of a summary.
	MaxSummaryPeriod = 10 * time.Minute
	// MaxCollectedOutage is how long an outage or a silence may last before it has a
	// note of its own although a summary is collecting.
	MaxCollectedOutage = time.Minute
)

// A summary limits the notes about an occurrence that repeats. The first few have
// a note each, written at once. The others are collected, and once per period one
// note with their number is written. Its methods must not be called from two
// goroutines at once.
type summary struct {
	last      time.Time     // the last occurrence
	streak    int           // occurrences, each within summaryReset of the one before
	writtenAt time.Time     // the last note or summary
	period    time.Duration // between two summaries

	count    int64 // occurrences collected and not yet written
	from, to time.Time
	reason   live.Text // of the last occurrence
}

// happened counts an occurrence, and reports whether to write its note at once.
// Otherwise the caller must call collect.
func (s *summary) happened(now time.Time) (atOnce bool) {
	if s.last.IsZero() || now.Sub(s.last) >= summaryReset {
		s.streak, s.period = 0, firstPeriod
	}
	s.streak++
	s.last = now
	if s.count > 0 || s.streak > summarizeAfter && now.Sub(s.writtenAt) < s.period {
		return false
	}
	s.written(now)
	return true
}

// written records that a note or a summary was written.
func (s *summary) written(now time.Time) {
	s.writtenAt = now
	if s.streak > summarizeAfter {
		s.period = min(2*s.period, MaxSummaryPeriod)
	}
}

// collect adds one occurrence to the summary.
func (s *summary) collect(from, to time.Time, reason live.Text) {
	if s.count == 0 {
		s.from = from
	}
	s.count++
	s.to, s.reason = to, reason
}

// due reports whether the summary must be written.
func (s *summary) due(now time.Time) bool { return s.count > 0 && now.Sub(s.writtenAt) >= s.period }

// reset begins the next summary after one was written.
func (s *summary) reset(now time.Time) {
	s.count, s.reason = 0, live.Text{}
	s.written(now)
}

// summaryTexts are the sentences of a summary.
type summaryTexts struct {
	once live.Text
	// again returns the sentence with the number of occurrences. The sentence about
	// the last one follows it.
	again func(n int64, within time.Duration) live.Text
}

var (
	fellSilent = summaryTexts{
		live.Textf("quiet/once", "Fell silent."),
		func(n int64, within time.Duration) live.Text {
			return live.Textf("quiet/again", "Fell silent {times} more times within {within_ms}. The last time:", "times", n, "within_ms", within)
		},
	}
	failedOtherwise = summaryTexts{
		live.Textf("failed/once", "Connecting failed for another reason."),
		func(n int64, within time.Duration) live.Text {
			return live.Textf("failed/again", "Connecting failed for another reason {times} more times within {within_ms}. The last time:", "times", n, "within_ms", within)
		},
	}
)

// note returns the note of the summary: the number of occurrences, and the reason
// of the last one.
func (s *summary) note(code string, texts summaryTexts) live.Note {
	if s.count == 1 {
		return newNote(code, texts.once.Then(s.reason))
	}
	n := newNote(code, texts.again(s.count, s.to.Sub(s.from)).Then(s.reason))
	n.Count = s.count
	return n
}

// An outageSummary collects outages. Without a summary each would have a note of
// the loss, a note of the return, and a gap.
type outageSummary struct {
	summary
	collecting bool      // the present outage will be collected
	lossReason live.Text // of the last loss

	losses   int64
	lasted   time.Duration // in all
	waited   time.Duration
	missing  int64
	unproven int64    // outages with an unknown number of missing messages
	lastGap  live.Gap // of the last outage
}

// collectGap adds the gap of an outage that has ended.
func (s *outageSummary) collectGap(g *live.Gap) {
	if s.count == 0 {
		s.losses, s.lasted, s.waited, s.missing, s.unproven = 0, 0, 0, 0, 0
	}
	s.collect(g.From, g.To, s.lossReason)
	s.losses += max(1, g.Count)
	s.lasted += g.To.Sub(g.From)
	s.waited += time.Duration(g.WaitedMS) * time.Millisecond
	s.lastGap = *g
	if g.Missing == nil {
		s.unproven++
	} else {
		s.missing += *g.Missing
	}
}

// proveLast replaces the gap of the last outage by a gap with evidence. It reports
// false if the summary with the last gap is written already.
func (s *outageSummary) proveLast(g *live.Gap) bool {
	if s.count == 0 {
		return false
	}
	s.lastGap = *g
	s.unproven--
	s.missing += *g.Missing
	return true
}

// gap returns the gap that summarizes the collected outages.
func (s *outageSummary) gap() live.Gap {
	if s.count == 1 {
		return s.lastGap
	}
	g := live.Gap{Code: s.lastGap.Code, From: s.from, To: s.to, After: s.lastGap.After, WaitedMS: s.waited.Milliseconds(), Count: s.losses}
	within := s.to.Sub(s.from)
	t := live.Textf("disconnected/summary", "Connection lost {times} more times within {within_ms}, for {lasted_ms} in all. The last time:",
		"times", s.losses, "within_ms", within, "lasted_ms", s.lasted)
	if s.waited >= time.Second {
		t = live.Textf("disconnected/summary_waited",
			"Connection lost {times} more times within {within_ms}, for {lasted_ms} in all, of which Signalbox waited {waited_ms} before it tried again. The last time:",
			"times", s.losses, "within_ms", within, "lasted_ms", s.lasted, "waited_ms", s.waited)
	}
	t = t.Then(s.reason)
	switch {
	case s.unproven > 0 && g.After == "":
		t = t.Then(noIDs())
	case s.unproven > 0:
		t = t.Then(live.Textf("unproven/summary", "The server's ids do not show whether all messages came."))
	case s.missing == 0:
		t = t.Then(live.Textf("missing/none", "Nothing is missing."))
	case s.missing == 1:
		t = t.Then(live.Textf("missing/one", "1 message is missing."))
	default:
		t = t.Then(live.Textf("missing/many", "{missing} messages are missing.", "missing", s.missing))
	}
	if missing := s.missing; s.unproven == 0 {
		g.Missing = &missing
	}
	return g.Because(t)
}
