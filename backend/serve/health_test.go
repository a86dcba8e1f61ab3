package serve

import (
	"slices"
	"strings"
	"testing"
)

func TestAPartThatDoesNotWorkIsSeen(t *testing.T) {
	s := start(t, nil)
	type state struct {
		Faults []string `json:"faults"`
	}
	if got := want[state](s, 200, "GET", "/api/state", ""); got.Faults == nil || len(got.Faults) != 0 {
		t.Errorf("%q", got.Faults)
	}
	bell := func() string { return want[map[string]string](s, 200, "GET", "/api/bell", "")["bell"] }
	before := bell()
	s.SetFault("feeds", "No feed is followed.")
	if bell() == before {
		t.Error("the bell did not ring")
	}
	if e := want[refusal](s, 503, "GET", "/healthz", "").Error; e.Code != "part_fault" || e.Message != "No feed is followed." {
		t.Errorf("%+v", e)
	}
	if _, text := s.do("GET", "/metrics", ""); !strings.Contains(text, "\nsignalbox_faults 1\n") {
		t.Error("the metrics do not say so")
	}
	s.SetFault("samples", "The sample events have stopped.")
	if got := want[state](s, 200, "GET", "/api/state", ""); !slices.Equal(got.Faults, []string{"No feed is followed.", "The sample events have stopped."}) {
		t.Errorf("%q", got.Faults)
	}
	s.SetFault("feeds", "")
	s.SetFault("samples", "")
	want[map[string]string](s, 200, "GET", "/healthz", "")
}
