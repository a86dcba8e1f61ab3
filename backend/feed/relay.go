package feed

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// relayed returns the gap that an event says, where it is one of another
// Signalbox's: of that type, without an id of its own, and in exactly the
// form of a gap. As an ordinary event it would be lost to every reader who
// asks for other types, and with it that something is missing.
func relayed(it item) (live.Gap, bool) {
	var g live.Gap
	if it.typ != "gap" || it.ownID || !strings.HasPrefix(it.data, `{"missing":`) {
		return g, false
	}
	dec := json.NewDecoder(strings.NewReader(it.data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&g); err != nil || dec.More() {
		return g, false
	}
	// A page shows a gap whole, so its texts are as long as those of our own.
	g.Reason, g.After = shorten(g.Reason, maxRelayed), shorten(g.After, wire.MaxID)
	if len(g.Text) > maxRelayed {
		g.Text, g.Params = "", ""
	}
	return g, g.Code != "" && len(g.Code) <= maxCode && g.Reason != "" && (g.Missing == nil || *g.Missing >= 0) && inCalendar(g.From) && inCalendar(g.To)
}

const (
	// maxCode is longer than any code of a gap, in bytes.
	maxCode = 64
	// maxRelayed is the longest reason that is taken from another Signalbox, in bytes.
	maxRelayed = 1000
)

// shorten cuts a text to so many bytes, with an ellipsis in place of the rest.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	most -= len("…")
	for !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// inCalendar reports whether a time can be written in UTC with four digits for
// the year, as JSON has it. Another zone may hide that it cannot.
func inCalendar(t time.Time) bool {
	year := t.UTC().Year()
	return 1 <= year && year <= 9999
}
