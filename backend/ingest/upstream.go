package ingest

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

const (
	// maxUpstreamCode is longer than any code of a gap, in bytes.
	maxUpstreamCode = 64
	// maxUpstreamReason bounds the sentence of a gap of another Signalbox, in bytes.
	maxUpstreamReason = 1000
)

// gapFromUpstream returns the gap that another Signalbox sent as an event: with
// the type "gap", without an id, and exactly in the form of a live.Gap. If it
// were stored as a message, readers of other types would not receive it.
func gapFromUpstream(e eventstream.Event) (live.Gap, bool) {
	if e.Type != "gap" || e.HasID || !strings.HasPrefix(e.Data, `{"missing":`) {
		return live.Gap{}, false // before g, which is allocated: nearly all events return here
	}
	var g live.Gap
	dec := json.NewDecoder(strings.NewReader(e.Data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&g); err != nil || dec.More() {
		return g, false
	}
	// The screen shows a gap in full, so its texts are no longer than ours.
	g.Reason, g.After = clip(g.Reason, maxUpstreamReason), clip(g.After, wire.MaxID)
	if len(g.Text) > maxUpstreamReason {
		g.Text, g.Params = "", ""
	}
	valid := g.Code != "" && len(g.Code) <= maxUpstreamCode && g.Reason != "" &&
		(g.Missing == nil || *g.Missing >= 0) && hasJSONYear(g.From) && hasJSONYear(g.To)
	return g, valid
}

// clip cuts a text to limit bytes, with an ellipsis at the end.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	limit -= len("…")
	for !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

// hasJSONYear reports whether a time has a year of four digits in UTC, as JSON
// demands. In its own zone it may have another year.
func hasJSONYear(t time.Time) bool {
	year := t.UTC().Year()
	return 1 <= year && year <= 9999
}
