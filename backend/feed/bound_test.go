package feed

import (
	"strings"
	"testing"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

func TestIDsAndTypesAreAsLongAsAPublishersMayBe(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	id, typ := strings.Repeat("i", wire.MaxID), strings.Repeat("t", wire.MaxType)
	c := r.next(t).stream("id: " + id + "\nevent: " + typ + "\ndata: at the limit\n\n")
	c.send("id: " + id + "i\ndata: its id is too long\n\n")
	c.send("id: 7\nevent: " + typ + "t\ndata: its type is too long\n\n")
	c.send("id: " + strings.Repeat("i", 1<<20) + "\n\n") // no message, and no place to resume from
	c.send("data: without an id\n\n")
	list := f.untilCount("a", 4)
	if m := list[0]; m.ID != id || m.Type != typ {
		t.Errorf("an id of %d bytes and a type of %d", len(m.ID), len(m.Type))
	}
	for i, want := range []live.Gap{
		{Reason: "An event with an id of 1025 bytes was left out; the limit is 1024 bytes.", After: id},
		{Reason: "An event with a type of 4097 bytes was left out; the limit is 4096 bytes.", After: "7"},
	} {
		if g := list[i+1].Gap; g.Code != "too_large" || g.Reason != want.Reason || g.After != want.After || g.Missing == nil || *g.Missing != 1 {
			t.Errorf("%+v", g)
		}
	}
	c.close()
	if c := r.next(t); c.Header.Get("Last-Event-ID") != "7" {
		t.Errorf("it resumed after %q", c.Header.Get("Last-Event-ID"))
	}
}
