package feed

import (
	"testing"

	"signalbox/backend/live"
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
