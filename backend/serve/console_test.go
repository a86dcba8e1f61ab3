package serve

import (
	"encoding/json"
	"signalbox/backend/journal"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/publish"
)

func TestTheStateIsWhatTheShellShows(t *testing.T) {
	feeds := &fakeFeeds{}
	s := start(t, func(c *Config) { c.Feeds = feeds })
	src, err := s.journal.AddSource(t.Context(), live.Source{Name: "remote", Kind: live.FeedSource})
	if err != nil {
		t.Fatal(err)
	}
	local := time.Date(2026, 1, 2, 3, 4, 5, 123456789, time.FixedZone("", 3600))
	feeds.list = []live.FeedStatus{{Feed: live.Feed{Source: src, URL: "https://example.org/events"}, Health: live.Health{State: live.Open, Since: local, Reconnects: 4}}}
	s.publish("mine", "abc")
	s.open(t.Context(), "/events/mine")
	s.open(t.Context(), "/events")
	type source struct {
		Name, Kind                               string
		Messages, Bytes, Unread, Last, Reconnect int64
		Clients                                  int
		Spark                                    []int64
		LastAt                                   time.Time `json:"last_at"`
		Feed                                     *struct{ URL string }
		Health                                   map[string]any
	}
	read := func() (st struct {
		Version, Epoch, Bell string
		First, Last          int64
		Window, Samples      bool
		Journal              map[string]any
		Server               map[string]any
		Sources              []source
	}) {
		return want[struct {
			Version, Epoch, Bell string
			First, Last          int64
			Window, Samples      bool
			Journal              map[string]any
			Server               map[string]any
			Sources              []source
		}](s, 200, "GET", "/api/state", "")
	}
	st := read()
	if st.Version != "1.2.3" || st.Epoch != s.journal.Epoch() || st.First != 1 || st.Last != 1 || st.Window || st.Samples ||
		!strings.HasPrefix(st.Bell, "1.") || st.Server["url"] != s.url || st.Server["clients"] != 2.0 || st.Journal["messages"] != 1.0 {
		t.Errorf("%+v", st)
	}
	remote, mine := st.Sources[0], st.Sources[1]
	if remote.Feed == nil || remote.Feed.URL != "https://example.org/events" || remote.Health["since"] != "2026-01-02T02:04:05.123456Z" || remote.Clients != 1 {
		t.Errorf("%+v", remote)
	}
	if mine.Messages != 1 || mine.Bytes != 10 || mine.Unread != 1 || mine.Last != 1 || mine.Clients != 2 || len(mine.Spark) != 30 || mine.Feed != nil {
		t.Errorf("%+v", mine)
	}
	want[any](s, 204, "POST", "/api/sources/mine/seen", "{}")
	if n := read().Sources[1].Unread; n != 0 {
		t.Errorf("%d unread", n)
	}
	s.publish("mine", "2")
	want[any](s, 204, "POST", "/api/seen", "{}")
	if n := read().Sources[1].Unread; n != 0 {
		t.Errorf("%d unread", n)
	}
	if w := s.window("GET", "/api/state"); !strings.Contains(w.Body.String(), `"window":true`) {
		t.Error(w.Body)
	}
}

func TestEveryChangeRingsTheBell(t *testing.T) {
	feeds := &fakeFeeds{}
	s := start(t, func(c *Config) { c.Feeds = feeds })
	s.publish("x", "1")
	bell := func() string { return want[map[string]string](s, 200, "GET", "/api/bell", "")["bell"] }
	for name, change := range map[string]func(){
		"a message":   func() { s.publish("x", "2") },
		"a channel":   func() { want[any](s, 201, "POST", "/api/channels", `{"name":"new"}`) },
		"samples":     func() { want[any](s, 204, "POST", "/api/samples", "{}") },
		"a setting":   func() { want[any](s, 200, "PUT", "/api/settings", `{"theme":"dark"}`) },
		"a feed":      func() { feeds.changes.Notify() },
		"seen":        func() { want[any](s, 204, "POST", "/api/seen", "{}") },
		"the address": func() { s.SetAddress("127.0.0.1:1", live.Textf("port_taken", "Elsewhere.")) },
	} {
		before := bell()
		heard := make(chan string, 1)
		go func() { heard <- want[map[string]string](s, 200, "GET", "/api/bell?seen="+before, "")["bell"] }()
		change()
		if after := <-heard; after == before {
			t.Errorf("%s did not ring", name)
		}
	}
}

func TestTheBellNamesTheHistory(t *testing.T) {
	s := start(t, nil)
	epoch := want[struct{ Epoch string }](s, 200, "GET", "/api/state", "").Epoch
	if got := want[map[string]string](s, 200, "GET", "/api/bell", "")["epoch"]; got != epoch || epoch == "" {
		t.Errorf("epoch = %q, want %q", got, epoch)
	}
}

func TestAClientThatComesOrGoesRingsTheBell(t *testing.T) {
	s := start(t, nil)
	s.publish("x", "1")
	bell := want[map[string]string](s, 200, "GET", "/api/bell", "")["bell"]
	rd := s.open(t.Context(), "/events/x")
	next := want[map[string]string](s, 200, "GET", "/api/bell?seen="+bell, "")["bell"]
	rd.close()
	if last := want[map[string]string](s, 200, "GET", "/api/bell?seen="+next, "")["bell"]; bell == next || next == last {
		t.Error(bell, next, last)
	}
}

type sourceJSON struct {
	live.Source
	Spark  []int64
	Feed   *struct{ URL string }
	Health live.Health
}

func TestChannelsAreMadeChangedRemovedAndRestored(t *testing.T) {
	s := start(t, nil)
	made := want[sourceJSON](s, 201, "POST", "/api/channels", `{"name":"a","colour":3}`)
	if made.Name != "a" || made.Colour != 3 || made.ID == 0 || made.Kind != live.ChannelSource || len(made.Spark) != 30 {
		t.Errorf("%+v", made)
	}
	for body, status := range map[string]int{
		`{"name":"a"}`: 409, `{"name":""}`: 400, `{"name":"x/y"}`: 400, `{"name":"b","colour":9}`: 400, `{"name":"b","color":1}`: 400, `{"name":7}`: 400, `{`: 400,
	} {
		if e := want[refusal](s, status, "POST", "/api/channels", body).Error; e.Code == "" || e.Message == "" {
			t.Errorf("%s: %+v", body, e)
		}
	}
	if c := want[sourceJSON](s, 200, "PUT", "/api/channels/a", `{"name":"b"}`); c.Name != "b" || c.Colour != 3 || c.ID != made.ID {
		t.Errorf("%+v", c)
	}
	want[any](s, 204, "DELETE", "/api/channels/b", "")
	want[refusal](s, 404, "DELETE", "/api/channels/b", "")
	type removals struct {
		Removed []struct {
			ID             int64
			Name, Kind     string
			Removed, Until time.Time
		}
	}
	if r := want[removals](s, 200, "GET", "/api/removed", "").Removed; len(r) != 1 || r[0].ID != made.ID || r[0].Name != "b" ||
		r[0].Kind != "channel" || r[0].Until.Sub(r[0].Removed) != journal.RestoreTime {
		t.Errorf("what can be restored: %+v", r)
	}
	if c := want[sourceJSON](s, 200, "POST", "/api/sources/b/restore", `{"id":`+itoa(made.ID)+`}`); c.Name != "b" || !c.Removed.IsZero() {
		t.Errorf("%+v", c)
	}
	want[refusal](s, 404, "POST", "/api/sources/b/restore", `{"id":99}`)
	if r := want[removals](s, 200, "GET", "/api/removed", "").Removed; r == nil || len(r) != 0 {
		t.Errorf("what can be restored when all is: %+v", r)
	}
}

func TestFeedsAreHandedOnWithTheirSecretsAndComeBackWithout(t *testing.T) {
	feeds := &fakeFeeds{}
	s := start(t, func(c *Config) { c.Feeds = feeds })
	made := want[sourceJSON](s, 201, "POST", "/api/feeds", `{"name":"f","url":"https://example.org","secrets":{"token":"hush"}}`)
	if made.Feed == nil || made.Health.State != live.Connecting {
		t.Errorf("%+v", made)
	}
	resp, text := s.do("GET", "/api/feeds/f", "", "Authorization", "Bearer "+testToken)
	if resp.StatusCode != 200 || strings.Contains(text, "hush") || !strings.Contains(text, `"has_secrets":["token"]`) {
		t.Error(text)
	}
	// What came out may go in again.
	want[any](s, 200, "PUT", "/api/feeds/f", text)
	want[any](s, 200, "PUT", "/api/feeds/f", `{"name":"g","url":"https://example.org","secrets":{"token":"new"}}`)
	want[any](s, 204, "POST", "/api/feeds/f/pause", "")
	want[any](s, 204, "POST", "/api/feeds/f/resume", "")
	want[any](s, 204, "POST", "/api/feeds/f/reconnect", "")
	want[any](s, 204, "POST", "/api/reconnect", "")
	want[any](s, 204, "DELETE", "/api/feeds/f", "")
	if got := []string{"add f GET hush", "edit f f kept", "edit f g new", "pause f", "resume f", "reconnect f", "reconnect all", "remove f"}; !slices.Equal(feeds.seen, got) {
		t.Errorf("%q", feeds.seen)
	}
	want[refusal](s, 400, "POST", "/api/feeds", `{"name":"g","url":"file:///etc/passwd"}`)
	type noticed struct{ Notice live.Text }
	if n := want[noticed](s, 201, "POST", "/api/feeds", `{"name":"other","url":"https://example.org"}`); n.Notice != (live.Text{}) {
		t.Errorf("another server: %+v", n.Notice)
	}
	if n := want[noticed](s, 201, "POST", "/api/feeds", `{"name":"own","url":"`+s.url+`/events"}`); n.Notice.Code != "own_address" || !strings.Contains(n.Notice.English, "own address") {
		t.Errorf("our own server: %+v", n.Notice)
	}
	if n := want[noticed](s, 200, "PUT", "/api/feeds/other", `{"url":"`+s.url+`/events"}`); n.Notice.Code != "own_address" || !strings.Contains(n.Notice.English, "own address") {
		t.Errorf("a change to our own server: %+v", n.Notice)
	}
	want[refusal](s, 404, "PUT", "/api/feeds/nobody", `{"url":"https://example.org"}`)
	if e := want[refusal](s, 400, "POST", "/api/feeds", `{"name":"g","uri":"x"}`).Error; e.Field != "uri" {
		t.Errorf("%+v", e)
	}
	check := want[map[string]any](s, 200, "POST", "/api/feeds/check", `{"url":"https://example.org"}`)
	if check["ok"] != true || check["dns_us"] != 1500.0 || check["messages"] != 2.0 {
		t.Error(check)
	}
	list := want[struct{ Attempts []map[string]any }](s, 200, "GET", "/api/feeds/f/attempts?limit=1", "").Attempts
	if len(list) != 1 || list[0]["dns_us"] != 1500.0 || list[0]["started"] != "1970-01-01T00:00:01.000002Z" || list[0]["ended"] != nil {
		t.Error(list)
	}
	want[refusal](s, 400, "GET", "/api/feeds/f/attempts?limit=0", "")
}

func TestSettingsLayoutAndSamples(t *testing.T) {
	settings, samples := &fakeSettings{layout: []byte(`{}`)}, &fakeSamples{}
	s := start(t, func(c *Config) { c.Settings, c.Samples = settings, samples })
	want[any](s, 200, "PUT", "/api/settings", `{"theme":"dark"}`)
	if string(settings.patch) != `{"theme":"dark"}` {
		t.Errorf("%s", settings.patch)
	}
	want[refusal](s, 400, "PUT", "/api/settings", `["theme"]`)
	want[any](s, 204, "PUT", "/api/window", `{"sidebar":200}`)
	if got := want[map[string]int](s, 200, "GET", "/api/window", ""); got["sidebar"] != 200 {
		t.Error(got)
	}
	want[any](s, 204, "PATCH", "/api/window", `{"place":"#/health"}`)
	want[any](s, 204, "PATCH", "/api/window", `{"sidebar":240}`)
	if got := want[map[string]any](s, 200, "GET", "/api/window", ""); got["sidebar"] != 240.0 || got["place"] != "#/health" {
		t.Error(got)
	}
	want[refusal](s, 400, "PATCH", "/api/window", `[7]`)
	want[any](s, 204, "PATCH", "/api/window", `{"x":"`+strings.Repeat("x", 40<<10)+`"}`)
	want[refusal](s, 413, "PATCH", "/api/window", `{"y":"`+strings.Repeat("y", 40<<10)+`"}`)
	want[refusal](s, 400, "PUT", "/api/window", `7`)
	want[refusal](s, 413, "PUT", "/api/window", `{"x":"`+strings.Repeat("x", 64<<10)+`"}`)
	want[any](s, 204, "POST", "/api/samples", "{}")
	if !samples.on {
		t.Error("off")
	}
	want[any](s, 204, "DELETE", "/api/samples", "")
	if samples.on {
		t.Error("on")
	}
	samples.on = true
	got := want[struct {
		Removed []struct {
			ID         int64
			Name, Kind string
		}
	}](s, 200, "DELETE", "/api/samples?remove=1", "")
	if samples.on || len(got.Removed) != 1 || got.Removed[0].ID != 7 || got.Removed[0].Name != "payments" || got.Removed[0].Kind != "feed" {
		t.Errorf("on %v, %+v", samples.on, got)
	}
	want[refusal](s, 400, "DELETE", "/api/samples?remove=yes", "")
}

func TestTheLastPublishesAreRemembered(t *testing.T) {
	s := start(t, nil)
	s.open(t.Context(), "/events/x")
	for range 60 {
		s.publish("x", "y")
	}
	want[any](s, 200, "GET", "/add-message/hello", "")
	want[refusal](s, 400, "POST", "/channels/x/messages", `{"event":"a\nb","id":"i","data":""}`)
	list := want[struct{ Published []publish.Publication }](s, 200, "GET", "/api/published", "").Published
	if len(list) != 50 {
		t.Fatalf("%d", len(list))
	}
	if p := list[0]; p.Error != "The event type contains a line break." || p.ID != "i" || p.Position != "" || p.Channel != "x" {
		t.Errorf("%+v", p)
	}
	if p := list[1]; p.Channel != "messages" || p.Event != "message" || p.Position != s.position(61) || p.Error != "" {
		t.Errorf("%+v", p)
	}
	if p := list[2]; p.Clients != 1 || p.At.IsZero() {
		t.Errorf("%+v", p)
	}
}

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
