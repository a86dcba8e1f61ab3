package feed

import (
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

func TestAnEventOverTheLimitSaysWhatWasTooLarge(t *testing.T) {
	for _, c := range []struct {
		it     item
		limit  int
		reason string
	}{
		{item{kind: tooLarge, size: 200 << 20}, 16 << 20, "An event of 200 MiB was left out; the limit is 16 MiB."},
		{item{kind: tooLarge, size: 200 << 20, large: "id"}, 16 << 20, "An event with an id of 200 MiB was left out; the limit is 1.0 KiB."},
		{item{kind: tooLarge, size: 5000, large: "type"}, 1 << 10, "An event with a type of 4.9 KiB was left out; the limit is 1.0 KiB."},
		{item{kind: tooLarge, size: 16<<20 + 1}, 16 << 20, "An event of 16777217 bytes was left out; the limit is 16777216 bytes."},
		{item{kind: truncated, size: 200 << 20, large: "id"}, 16 << 20, "The connection ended in the middle of an event with an id of more than 200 MiB; the limit is 1.0 KiB."},
		{item{kind: truncated, size: 200 << 20}, 16 << 20, "The connection ended in the middle of an event of more than 200 MiB; the limit is 16 MiB."},
	} {
		if got := largeReason(c.it, c.limit); got != c.reason {
			t.Errorf("%+v: %s", c.it, got)
		}
	}
}

func TestTheTimesOfAGapAreInUTCToTheMicrosecond(t *testing.T) {
	east := time.FixedZone("east", 3600)
	at := time.Date(2026, 11, 21, 15, 0, 0, 123456789, east)
	for name, d := range map[string]live.Draft{
		"too large": largeDraft(1, 1, item{kind: tooLarge, size: 5}, at, 4),
		"relayed": eventDraft(1, 1, item{typ: "gap",
			data: `{"missing":1,"code":"a","reason":"b","to":"2026-11-21T15:00:00.123456789+01:00"}`}, at),
	} {
		if !strings.Contains(d.Data, `"to":"2026-11-21T14:00:00.123456Z"`) {
			t.Errorf("%s: %s", name, d.Data)
		}
	}
}

func TestARelayedGapOutsideTheCalendarIsAnEvent(t *testing.T) {
	for _, at := range []string{"9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"} {
		for _, field := range []string{"from", "to"} {
			d := eventDraft(1, 1, item{typ: "gap", data: `{"missing":1,"code":"a","reason":"b","` + field + `":"` + at + `"}`}, time.Now())
			if d.Kind != live.Event {
				t.Errorf("%s %s: %s", field, at, d.Data)
			}
		}
	}
}
