package cursor

import (
	"runtime"
	"testing"
	"weak"

	"signalbox/backend/journal/recent"
	"signalbox/backend/journal/sources"
	"signalbox/backend/live"
)

func TestAWaitingCursorKeepsNoEntryInMemory(t *testing.T) {
	newest := recent.New(0, 1000, 1<<30)
	add := func(n int64) *recent.Entry {
		e := &recent.Entry{Message: live.Message{Number: n, Draft: live.Draft{Data: "x"}}}
		newest.Add(e)
		newest.SetLast(n)
		return e
	}
	first := weak.Make(add(1))
	newest.Announce()
	c := New(&Log{Recent: newest, Sources: new(sources.List)}, nil, live.Filter{}, 0, false)
	if b, err := c.examine(t.Context()); err != nil || len(b.Entries) != 1 {
		t.Fatal(b, err)
	}
	for n := range int64(5000) {
		add(n + 2)
	}
	runtime.GC()
	if first.Value() != nil {
		t.Error("the first entry is still in memory")
	}
	if c.Number() != 1 {
		t.Error(c.Number()) // c lives until here
	}
}
