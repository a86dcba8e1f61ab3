package feed

import (
	"strings"
	"testing"
	"unicode/utf8"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

func TestAGapOfAnotherSignalboxIsAGapHereToo(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	said := `{"missing":3,"code":"trimmed","reason":"Older messages were deleted.","after":"k3f9.5"}`
	r.next(t).stream("event: gap\ndata: " + said + "\n\nid: k3f9.9\ndata: next\n\n")
	list := f.untilCount("a", 2)
	if g := list[0]; g.Kind != live.GapKind || g.Data != said || g.Gap.Missing == nil || *g.Gap.Missing != 3 {
		t.Errorf("%+v", g)
	}
	if e := list[1]; e.Kind != live.Event || e.ID != "k3f9.9" {
		t.Errorf("%+v", e)
	}
}

func TestAnEventThatIsOnlyCalledGapStaysOne(t *testing.T) {
	gap := `{"missing":null,"code":"x","reason":"r"}`
	for name, c := range map[string]struct {
		it   item
		want bool
	}{
		"a gap":                   {item{typ: "gap", data: gap}, true},
		"with an id of its own":   {item{typ: "gap", data: gap, id: "1", ownID: true}, false},
		"of another type":         {item{typ: "message", data: gap}, false},
		"text":                    {item{typ: "gap", data: "mind it"}, false},
		"with another field":      {item{typ: "gap", data: `{"missing":1,"code":"x","reason":"r","where":"here"}`}, false},
		"with more behind it":     {item{typ: "gap", data: gap + gap}, false},
		"without a code":          {item{typ: "gap", data: `{"missing":1,"reason":"r"}`}, false},
		"without a reason":        {item{typ: "gap", data: `{"missing":1,"code":"x"}`}, false},
		"with less than none":     {item{typ: "gap", data: `{"missing":-1,"code":"x","reason":"r"}`}, false},
		"without saying how many": {item{typ: "gap", data: `{"code":"x","reason":"r"}`}, false},
	} {
		if _, ok := relayed(c.it); ok != c.want {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

func TestTheTextsOfARelayedGapAreBounded(t *testing.T) {
	long := strings.Repeat("€", 1<<20)
	g, ok := relayed(item{typ: "gap", data: jsonText(live.Gap{Code: "trimmed", Reason: long, After: long})})
	if !ok || len(g.Reason) > maxRelayed || len(g.After) > wire.MaxID || !strings.HasSuffix(g.Reason, "€…") || !utf8.ValidString(g.Reason+g.After) {
		t.Errorf("%v: %d and %d bytes", ok, len(g.Reason), len(g.After))
	}
	if g, ok := relayed(item{typ: "gap", data: jsonText(live.Gap{Code: long, Reason: "Why."})}); ok {
		t.Errorf("a gap with a code of %d bytes", len(g.Code))
	}
}
