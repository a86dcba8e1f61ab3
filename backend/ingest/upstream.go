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
	// maxUpstreamReason is the longest reason taken from another Signalbox, in
	// bytes.
	maxUpstreamReason = 1000
)

// gapFromUpstream returns the gap that another Signalbox sent as an event: of
// the type "gap", without an id of its own, and in exactly the form of a
// live.Gap. As an ordinary event it would be lost to readers that ask for other
// types, and with it the fact that something is missing.
func gapFromUpstream(e eventstream.Event) (live.Gap, bool) {
	if e.Type != "gap" || e.HasID || !strings.HasPrefix(e.Data, `{"missing":`) {
		return live.Gap{}, false // before g: it is allocated, and nearly all events end here
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

// clip shortens a text to so many bytes, the last of which are an ellipsis.
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

// hasJSONYear reports whether a time in UTC has a year of four digits, as JSON
// needs. Another zone may hide that it has not.
func hasJSONYear(t time.Time) bool {
	year := t.UTC().Year()
	return 1 <= year && year <= 9999
}
