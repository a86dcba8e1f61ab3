package feed

import (
	"testing"

	"signalbox/backend/live"
)

func TestAMessageOfAFeedIsInTheJournal(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	c := r.next(t).stream("id: 7\nevent: order\ndata: one\ndata: two\nretry: 10\n\n:beat\n\ndata\n\n")
	list := f.untilCount("a", 2)
	if got := list[0]; got.Type != "order" || got.ID != "7" || got.Data != "one\ntwo" || got.Connection != 1 || got.Retry == nil || *got.Retry != 10 {
		t.Errorf("%+v", got)
	}
	if got := list[1]; got.Type != "message" || got.ID != "" || got.Data != "" {
		t.Errorf("an empty event without an id of its own: %+v", got)
	}
	h := f.open("a").Health
	if h.LastEventID != "7" || h.RetryMS != 10 || h.Messages != 2 || h.Connection != 1 {
		t.Errorf("%+v", h)
	}
	if c.Header.Get("Accept") != "text/event-stream" || c.Header.Get("Cache-Control") != "no-cache" || c.Header.Get("Accept-Encoding") != "identity" {
		t.Errorf("%v", c.Header)
	}
	if _, sent := c.Header["Last-Event-Id"]; sent {
		t.Error("an id was sent at the first connection")
	}
}

func TestAClosedStreamIsAReasonToReconnect(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	r.next(t).stream("retry: 1\nid: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\nid: 4\ndata: d\n\n").close()
	c := r.next(t)
	if got := c.Header.Get("Last-Event-ID"); got != "4" {
		t.Errorf("resumed after %q", got)
	}
	c.stream("id: 5\ndata: e\n\n")
	list := f.untilCount("a", 7)
	if n := list[4]; n.Note.Code != "lost" || n.Note.Reason != "Connection lost. The server closed the stream." {
		t.Error(n)
	}
	if g := list[5]; g.Gap.Code != "disconnected" || g.Gap.Missing == nil || *g.Gap.Missing != 0 || g.Gap.After != "4" || g.Gap.From.IsZero() || g.Gap.To.Before(g.Gap.From) {
		t.Errorf("%+v", g)
	}
	if e := list[6]; e.Data != "e" || e.Connection != 2 {
		t.Error(e)
	}
	if h := f.open("a").Health; h.Reconnects != 1 || h.State != live.Open {
		t.Errorf("%+v", h)
	}
}
