package moment

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"signalbox/backend/live"
)

type records []live.Attempt

// LastAttempts implements Attempts for records in which the oldest is first.
func (r records) LastAttempts(_ context.Context, at time.Time) ([]live.Attempt, error) {
	last := map[int64]live.Attempt{}
	for _, a := range r {
		if !a.Started.After(at) {
			last[a.Source] = a
		}
	}
	var list []live.Attempt
	for _, a := range last {
		list = append(list, a)
	}
	return list, nil
}

type feeds []live.FeedStatus

func (f feeds) List() []live.FeedStatus { return f }

func at(second int) time.Time { return time.Date(2026, 11, 21, 14, 0, second, 0, time.UTC) }

func TestAFeedIsAsItsLastAttemptSays(t *testing.T) {
	m := New(records{
		{Source: 1, Connection: 1, Started: at(10), Opened: at(12), Ended: at(20), Code: "closed", Reason: "The server closed the stream."},
		{Source: 1, Connection: 2, Started: at(25), Ended: at(26), Code: "refused"},
		{Source: 1, Connection: 3, Started: at(30), Opened: at(31), Ended: at(40), Code: "paused"},
		{Source: 2, Connection: 1, Started: at(10), Opened: at(11), Ended: at(15)},
		{Source: 3, Connection: 1, Started: at(10), Opened: at(11), Ended: at(15), Code: "ended"},
		{Source: 9, Connection: 1, Started: at(10), Opened: at(11)},
	}, feeds{
		{Feed: live.Feed{Source: live.Source{ID: 1, Name: "a"}}, Health: live.Health{State: live.Stopped, Connection: 3}},
		{Feed: live.Feed{Source: live.Source{ID: 2, Name: "b"}}, Health: live.Health{State: live.Quiet, Connection: 1}},
		{Feed: live.Feed{Source: live.Source{ID: 3, Name: "c"}}, Health: live.Health{State: live.Connecting, Connection: 2}},
	})
	for second, want := range map[int]map[string]string{
		9:  {},
		10: {"a": "connecting 10", "b": "connecting 10", "c": "connecting 10"},
		12: {"a": "open 12", "b": "open 11", "c": "open 11"},
		20: {"a": "waiting 20 closed", "b": "open 11", "c": "stopped 15 ended"},
		25: {"a": "connecting 25", "b": "open 11", "c": "stopped 15 ended"},
		29: {"a": "waiting 26 refused", "b": "open 11", "c": "stopped 15 ended"},
		50: {"a": "stopped 40 paused", "b": "open 11", "c": "stopped 15 ended"},
	} {
		w := httptest.NewRecorder()
		if err := m.Feeds(w, httptest.NewRequest("GET", "/api/moment?at="+at(second).Format(time.RFC3339), nil)); err != nil {
			t.Fatal(err)
		}
		var answer struct{ Feeds []feedView }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, f := range answer.Feeds {
			got[f.Source] = string(f.State) + f.Since.Format(" 5")
			if f.Code != "" {
				got[f.Source] += " " + f.Code
			}
		}
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s at %d: %q, not %q", name, second, got[name], want[name])
			}
		}
		if len(got) != len(want) {
			t.Errorf("at %d: %v", second, got)
		}
	}
}

func TestATimeThatCannotBeReadIsRefused(t *testing.T) {
	err := New(records{}, feeds{}).Feeds(httptest.NewRecorder(), httptest.NewRequest("GET", "/api/moment?at=noon", nil))
	if e, ok := errors.AsType[*live.Error](err); !ok || e.Code != "bad_at" {
		t.Errorf("%v", err)
	}
}
