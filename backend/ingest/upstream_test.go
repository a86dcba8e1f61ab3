package ingest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

func TestAnEventThatIsOnlyCalledGapStaysOne(t *testing.T) {
	gap := `{"missing":null,"code":"x","reason":"r"}`
	for name, c := range map[string]struct {
		e    eventstream.Event
		want bool
	}{
		"a gap":                   {eventstream.Event{Type: "gap", Data: gap}, true},
		"with an id of its own":   {eventstream.Event{Type: "gap", Data: gap, LastEventID: "1", HasID: true}, false},
		"of another type":         {eventstream.Event{Type: "message", Data: gap}, false},
		"text":                    {eventstream.Event{Type: "gap", Data: "mind it"}, false},
		"with another field":      {eventstream.Event{Type: "gap", Data: `{"missing":1,"code":"x","reason":"r","where":"here"}`}, false},
		"with more behind it":     {eventstream.Event{Type: "gap", Data: gap + gap}, false},
		"without a code":          {eventstream.Event{Type: "gap", Data: `{"missing":1,"reason":"r"}`}, false},
		"without a reason":        {eventstream.Event{Type: "gap", Data: `{"missing":1,"code":"x"}`}, false},
		"with less than none":     {eventstream.Event{Type: "gap", Data: `{"missing":-1,"code":"x","reason":"r"}`}, false},
		"without saying how many": {eventstream.Event{Type: "gap", Data: `{"code":"x","reason":"r"}`}, false},
	} {
		if _, ok := gapFromUpstream(c.e); ok != c.want {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

func TestTheTextsOfAGapFromUpstreamAreBounded(t *testing.T) {
	long := strings.Repeat("€", 1<<20)
	g, ok := gapFromUpstream(eventstream.Event{Type: "gap", Data: jsonText(live.Gap{Code: "trimmed", Reason: long, After: long})})
	if !ok || len(g.Reason) > maxUpstreamReason || len(g.After) > wire.MaxID || !strings.HasSuffix(g.Reason, "€…") || !utf8.ValidString(g.Reason+g.After) {
		t.Errorf("%v: %d and %d bytes", ok, len(g.Reason), len(g.After))
	}
	if g, ok := gapFromUpstream(eventstream.Event{Type: "gap", Data: jsonText(live.Gap{Code: long, Reason: "Why."})}); ok {
		t.Errorf("a gap with a code of %d bytes", len(g.Code))
	}
}
