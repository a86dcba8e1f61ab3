package ingest

import (
	"strings"
	"testing"
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

func TestTheGapOfATooLargeEventNamesTheFieldOverTheLimit(t *testing.T) {
	for _, c := range []struct {
		e      eventstream.Event
		limit  int
		reason string
	}{
		{eventstream.Event{Kind: eventstream.TooLarge, Size: 200 << 20}, 16 << 20, "An event of 200 MiB was left out; the limit is 16 MiB."},
		{eventstream.Event{Kind: eventstream.TooLarge, Size: 200 << 20, Overlong: "id"}, 16 << 20, "An event with an id of 200 MiB was left out; the limit is 1.0 KiB."},
		{eventstream.Event{Kind: eventstream.TooLarge, Size: 5000, Overlong: "type"}, 1 << 10, "An event with a type of 4.9 KiB was left out; the limit is 1.0 KiB."},
		{eventstream.Event{Kind: eventstream.TooLarge, Size: 16<<20 + 1}, 16 << 20, "An event of 16777217 bytes was left out; the limit is 16777216 bytes."},
		{eventstream.Event{Kind: eventstream.Truncated, Size: 200 << 20, Overlong: "id"}, 16 << 20, "The connection ended in the middle of an event with an id of more than 200 MiB; the limit is 1.0 KiB."},
		{eventstream.Event{Kind: eventstream.Truncated, Size: 200 << 20}, 16 << 20, "The connection ended in the middle of an event of more than 200 MiB; the limit is 16 MiB."},
	} {
		if got := tooLargeText(c.e, c.limit).English; got != c.reason {
			t.Errorf("%+v: %s", c.e, got)
		}
	}
}

func TestTheTimesOfAGapAreInUTCToTheMicrosecond(t *testing.T) {
	east := time.FixedZone("east", 3600)
	at := time.Date(2026, 11, 21, 15, 0, 0, 123456789, east)
	for name, d := range map[string]live.Draft{
		"too large": tooLargeDraft(1, 1, eventstream.Event{Kind: eventstream.TooLarge, Size: 5}, at, 4),
		"from upstream": Draft(1, 1, eventstream.Event{Type: "gap",
			Data: `{"missing":1,"code":"a","reason":"b","to":"2026-11-21T15:00:00.123456789+01:00"}`}, at, 0),
	} {
		if !strings.Contains(d.Data, `"to":"2026-11-21T14:00:00.123456Z"`) {
			t.Errorf("%s: %s", name, d.Data)
		}
	}
}

func TestAGapFromUpstreamOutsideTheCalendarIsAnEvent(t *testing.T) {
	for _, at := range []string{"9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"} {
		for _, field := range []string{"from", "to"} {
			d := Draft(1, 1, eventstream.Event{Type: "gap", Data: `{"missing":1,"code":"a","reason":"b","` + field + `":"` + at + `"}`}, time.Now(), 0)
			if d.Kind != live.Event {
				t.Errorf("%s %s: %s", field, at, d.Data)
			}
		}
	}
}
