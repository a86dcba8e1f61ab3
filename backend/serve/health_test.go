package serve

import (
	"signalbox/backend/live"
	"slices"
	"strings"
	"testing"
)

func TestAPartThatDoesNotWorkIsSeen(t *testing.T) {
	s := start(t, nil)
	type state struct {
		Faults []live.Text `json:"faults"`
	}
	if got := want[state](s, 200, "GET", "/api/state", ""); got.Faults == nil || len(got.Faults) != 0 {
		t.Errorf("%q", got.Faults)
	}
	bell := func() string { return want[map[string]string](s, 200, "GET", "/api/bell", "")["bell"] }
	before := bell()
	noFeed := live.Textf("part_fault/settings", "No feed is followed: {reason}.", "reason", "a < b")
	s.SetFault("feeds", noFeed)
	if bell() == before {
		t.Error("the bell did not ring")
	}
	if e := want[refusal](s, 503, "GET", "/healthz", "").Error; e.Code != "part_fault" || e.Message != noFeed.English {
		t.Errorf("%+v", e)
	}
	if _, text := s.do("GET", "/metrics", ""); !strings.Contains(text, "\nsignalbox_faults 1\n") {
		t.Error("the metrics do not say so")
	}
	noSamples := live.Textf("part_fault/samples", "The sample events have stopped.").WithHint("Restart.")
	s.SetFault("samples", noSamples)
	if got := want[state](s, 200, "GET", "/api/state", ""); !slices.Equal(got.Faults, []live.Text{noFeed, noSamples}) {
		t.Errorf("%+v", got.Faults)
	}
	s.SetFault("feeds", live.Text{})
	s.SetFault("samples", live.Text{})
	want[map[string]string](s, 200, "GET", "/healthz", "")
}
