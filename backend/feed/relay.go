package feed

import (
	"encoding/json"
	"strings"
	"time"

	"signalbox/backend/live"
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
	return g, g.Code != "" && g.Reason != "" && (g.Missing == nil || *g.Missing >= 0) && inCalendar(g.From) && inCalendar(g.To)
}

// inCalendar reports whether a time can be written in UTC with four digits for
// the year, as JSON has it. Another zone may hide that it cannot.
func inCalendar(t time.Time) bool {
	year := t.UTC().Year()
	return 1 <= year && year <= 9999
}
