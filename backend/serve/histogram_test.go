package serve

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/history"
)

func TestAHistogramCountsByTypeAndBySource(t *testing.T) {
	s := start(t, nil)
	begin := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	var ids []int64
	for _, name := range []string{"orders", "stock"} {
		src, err := s.journal.AddSource(t.Context(), live.Source{Name: name, Kind: live.ChannelSource})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, src.ID)
	}
	add := func(source int64, kind live.Kind, typ string, minute int) {
		t.Helper()
		d := live.Draft{Source: source, Kind: kind, Type: typ, Data: `{"missing":null}`, Received: begin.Add(time.Duration(minute) * time.Minute)}
		if _, err := s.journal.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	add(ids[0], live.Event, "paid", 0)
	add(ids[0], live.Event, "paid", 1)
	add(ids[1], live.Event, "low", 1)
	add(ids[0], live.GapKind, "gap", 2)
	add(ids[1], live.Event, "paid", 59)
	add(ids[1], live.Event, "low", 60) // behind the end
	ask := func(status int, query string) history.HistogramView {
		t.Helper()
		return want[history.HistogramView](s, status, "GET", "/histogram?"+query, "")
	}
	times := url.Values{"from": {begin.Format(time.RFC3339)}, "to": {begin.Add(time.Hour).Format(time.RFC3339)}, "buckets": {"60"}}.Encode()
	got := ask(200, times)
	if len(got.Lanes) != 2 || got.Lanes[0].Name != "paid" || got.Lanes[0].Total != 3 || !slices.Equal(got.Lanes[0].Counts, []int64{0, 1, 1, 1, 59, 1}) ||
		!slices.Equal(got.Lanes[1].Counts, []int64{1, 1}) || !slices.Equal(got.Gaps, []int64{2, 1}) || got.Width != 60000 || got.More {
		t.Errorf("%+v", got)
	}
	got = ask(200, times+"&by=source&q=event:paid")
	if len(got.Lanes) != 2 || got.Lanes[0].Name != "orders" || got.Lanes[0].Total != 2 || got.Lanes[1].Total != 1 || len(got.Gaps) != 2 {
		t.Errorf("%+v", got)
	}
	got = ask(200, times+"&source=stock&after="+s.position(3))
	if len(got.Lanes) != 1 || got.Lanes[0].Total != 1 {
		t.Errorf("%+v", got)
	}
	for query, code := range map[string]string{
		"": "bad_range/time", times + "&by=colour": "bad_by", "buckets=0&" + times: "bad_buckets", "from=2026-11-21T10:00:00Z&to=2026-11-21T09:00:00Z": "bad_range/order",
	} {
		if _, text := s.do("GET", "/histogram?"+query, ""); !strings.Contains(text, code) {
			t.Errorf("%q: %s", query, text)
		}
	}
}
