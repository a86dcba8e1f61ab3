package serve

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"signalbox/backend/live"
)

// An update is an answer of /api/state?since=.
type update struct {
	Since       string
	Whole, More bool
	Removed     []int64
	Sources     []struct {
		ID, Messages, Last int64
		Name               string
		Health             *struct{ Bars []string }
	}
	Sparks map[string][]int64
	Bars   map[string][]string
	Size   int `json:"-"`
}

// changes reads what changed in the state.
func (r *running) changes(since string, spark, bars []string) (u update) {
	r.t.Helper()
	text := want[json.RawMessage](r, 200, "GET", "/api/state?"+url.Values{"since": {since}, "spark": spark, "bars": bars}.Encode(), "")
	if err := json.Unmarshal(text, &u); err != nil {
		r.t.Fatal(err)
	}
	u.Size = len(text)
	return u
}

func TestWithThousandsOfSourcesAScreenReadsWhatChanged(t *testing.T) {
	const n = 2000
	s := start(t, nil)
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("a-source-with-a-name-%04d", i))
		if _, err := s.journal.AddSource(t.Context(), live.Source{Name: names[i], Kind: live.ChannelSource}); err != nil {
			t.Fatal(err)
		}
	}
	u := s.changes("", nil, nil)
	if !u.Whole || len(u.Sources) != n {
		t.Fatalf("the first answer has %d sources, whole: %v", len(u.Sources), u.Whole)
	}
	if u = s.changes(u.Since, nil, nil); len(u.Sources) != 0 || u.Size > 1000 {
		t.Errorf("where nothing changed: %d sources, %d bytes", len(u.Sources), u.Size)
	}
	s.publish(names[7], "a")
	u = s.changes(u.Since, names[:40], nil)
	if len(u.Sources) != 1 || u.Sources[0].Name != names[7] || u.Sources[0].Messages != 1 || u.Size > 10_000 {
		t.Errorf("after one message: %d sources, %d bytes", len(u.Sources), u.Size)
	}
	if spark := u.Sparks[names[7]]; len(u.Sparks) != 40 || len(spark) != 30 || spark[29] != 1 || len(u.Sparks[names[8]]) != 0 {
		t.Errorf("sparklines: %v", u.Sparks)
	}
	want[json.RawMessage](s, 204, "DELETE", "/api/channels/"+names[9], "")
	if u = s.changes(u.Since, nil, nil); len(u.Removed) != 1 {
		t.Errorf("after a removal: %+v", u)
	}
	for round := range 3 { // every source changes
		for i, name := range names {
			if i != 9 {
				s.publish(name, fmt.Sprint(round))
			}
		}
	}
	known := make(map[string]int64)
	for u.More = true; u.More; {
		if u = s.changes(u.Since, nil, nil); u.Size > 10_000 {
			t.Fatalf("an update of %d bytes", u.Size)
		}
		for _, src := range u.Sources {
			known[src.Name] = src.Messages
		}
	}
	for i, name := range names {
		if i != 9 && i != 7 && known[name] != 3 {
			t.Fatalf("%s has %d messages on the screen", name, known[name])
		}
	}
}

func TestTheBarsOfAFeedAreReadByItsName(t *testing.T) {
	feeds := &fakeFeeds{}
	s := start(t, func(c *Config) { c.Feeds = feeds })
	src, err := s.journal.AddSource(t.Context(), live.Source{Name: "remote", Kind: live.FeedSource})
	if err != nil {
		t.Fatal(err)
	}
	bars := []string{"", "open", "down"}
	feeds.list = []live.FeedStatus{{Feed: live.Feed{Source: src}, Health: live.Health{State: live.Open, Bars: bars}}}
	u := s.changes(s.changes("", nil, nil).Since, nil, []string{"remote", "nobody"})
	if len(u.Sources) != 1 || u.Sources[0].Health.Bars != nil || len(u.Bars) != 1 || !slices.Equal(u.Bars["remote"], bars) {
		t.Errorf("%+v", u)
	}
	// Time alone is no change.
	feeds.list[0].Health.LongestSilence, feeds.list[0].Health.Up = 12, 0.5
	if u = s.changes(u.Since, nil, nil); len(u.Sources) != 0 {
		t.Errorf("%+v", u)
	}
	feeds.list[0].Health.State = live.Quiet
	if u = s.changes(u.Since, nil, nil); len(u.Sources) != 1 {
		t.Errorf("%+v", u)
	}
	if e := want[refusal](s, 400, "GET", "/api/state?since=x"+strings.Repeat("&spark=a", 201), ""); e.Error.Field != "spark" {
		t.Errorf("too many names: %+v", e)
	}
}
