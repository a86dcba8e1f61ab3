package serve

import (
	"encoding/json"
	"strings"
	"testing"

	"signalbox/backend/live"
)

func TestWhatAnEarlierVersionTookDoesNotFillAnAnswer(t *testing.T) {
	feeds := &fakeFeeds{}
	s := start(t, func(c *Config) { c.Feeds = feeds })
	long := strings.Repeat("é", 1<<19)
	src, err := s.journal.AddSource(t.Context(), live.Source{Name: "wide", Kind: live.FeedSource})
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		if _, err := s.journal.Append(t.Context(), live.Draft{Source: src.ID, ID: long, Type: long, Data: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	resp, text := s.do("GET", "/sources/wide/messages?limit=40&preview=400", "")
	var page struct {
		Messages []struct {
			ID, Event string
			Cut       bool
		}
	}
	if err := json.Unmarshal([]byte(text), &page); err != nil || resp.StatusCode != 200 {
		t.Fatal(resp.Status, err)
	}
	if len(page.Messages) != 8 || len(text) > 100_000 || !page.Messages[0].Cut || !strings.HasPrefix(long, page.Messages[0].Event) {
		t.Errorf("%d messages in %d bytes", len(page.Messages), len(text))
	}
	feeds.list = []live.FeedStatus{{Feed: live.Feed{Source: src}, Health: live.Health{LastEventID: long}}}
	if state := want[json.RawMessage](s, 200, "GET", "/api/state", ""); len(state) > 10_000 || !strings.Contains(string(state), `é…"`) {
		t.Errorf("a state of %d bytes", len(state))
	}
}
