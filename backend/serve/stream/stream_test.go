package stream

import (
	"net/http/httptest"
	"testing"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/live"
)

func TestUnderLoadAStreamStillBeatsAndEnds(t *testing.T) {
	r := start(t, openJournal(t, t.TempDir()), nil)
	for range 1500 { // more than a cursor returns at a time
		r.publish("x", "other")
	}
	w := httptest.NewRecorder()
	req := httptest.NewRequest("GET", "/events", nil)
	out, err := (&handlerResponse{w, req}).Open(200, nil, func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{hub: r.Hub, client: newClient(req, &subscription{filter: filter.Types("mine")}), sender: newSender(out, time.Second)}
	s.cursor = r.journal.FollowNames(nil, live.Filter{}, 0)
	if err := s.step(); err != nil {
		t.Fatal(err)
	}
	if w.Body.String() != heartbeatComment { // nothing was ever sent, so one is due
		t.Errorf("%q", w.Body)
	}
	s.client.end(errDisconnected)
	if err := s.step(); err != errDisconnected || s.cursor.Number() >= r.journal.Last() {
		t.Errorf("%v at %d of %d", err, s.cursor.Number(), r.journal.Last())
	}
}
