package console

import (
	"net/http"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/gapcount"
	"signalbox/backend/serve/httpapi"
)

// A stateView is the answer of /api/state.
type stateView struct {
	Version string      `json:"version"`
	Epoch   string      `json:"epoch"`
	First   int64       `json:"first"`
	Last    int64       `json:"last"`
	Bell    string      `json:"bell"` // the version for GET /api/bell
	Window  bool        `json:"window"`
	Now     time.Time   `json:"now"`
	Journal journalView `json:"journal"`
	Server  serverView  `json:"server"`
	Faults  []live.Text `json:"faults"` // of parts that do not work
	Samples bool        `json:"samples"`
	Made    []int64     `json:"samples_made"`
	Marks   int64       `json:"bookmarks"` // how often bookmarks were changed since the start of the program
	Sources []any       `json:"sources" ts:"Source[]"`

	// Where the request has since:
	Since   string              `json:"since"`          // for the next request; empty without since
	Whole   bool                `json:"whole"`          // Sources are all there are
	More    bool                `json:"more,omitempty"` // there are more changes than one answer holds
	Removed []int64             `json:"removed,omitempty"`
	Sparks  map[string][]int64  `json:"sparks,omitempty"` // of the sources that the request names
	Bars    map[string][]string `json:"bars,omitempty" ts:"Record<string, Bar[]>"`
}

type journalView struct {
	Messages int64      `json:"messages"`
	Bytes    int64      `json:"bytes"`
	Lag      int64      `json:"lag_us"`
	Fault    *live.Text `json:"fault"`
	// Unindexed is about how many messages the index for searches lacks.
	Unindexed int64   `json:"unindexed,omitempty"`
	InRate    float64 `json:"in_rate"`
	OutRate   float64 `json:"out_rate"`
	Spark     []int64 `json:"spark"`
}

type serverView struct {
	Address string     `json:"address"`
	URL     string     `json:"url"`
	Notice  *live.Text `json:"notice"`
	Clients int        `json:"clients"`
	// Refused are web pages that may not use the server, and that the user can
	// allow.
	Refused []RefusedPage `json:"refused,omitempty"`
}

// A RefusedPage is an origin whose pages were refused, as guard.RefusedPage.
type RefusedPage struct {
	Origin string    `json:"origin"`
	Path   string    `json:"path"`
	Count  int64     `json:"count"`
	At     time.Time `json:"at"`
}

// A sourceView is a source with its counters, and for a feed its health.
type sourceView struct {
	live.Source
	Messages int64      `json:"messages"`
	Bytes    int64      `json:"bytes"`
	Unread   int64      `json:"unread"`
	Last     int64      `json:"last"`
	LastAt   time.Time  `json:"last_at,omitzero"`
	Rate     float64    `json:"rate"`
	Spark    []int64    `json:"spark,omitempty"`
	Clients  int        `json:"clients"`
	Feed     *feedBrief `json:"feed,omitempty"`
	// Gaps are those of the last 24 hours; nil if there are none.
	Gaps   *gapcount.Counts `json:"gaps,omitempty"`
	Health *live.Health     `json:"health,omitempty"`
}

type feedBrief struct {
	URL      string `json:"url"`
	Paused   bool   `json:"paused"`
	TimePath string `json:"time_path,omitempty"` // of the field that says when a message was sent
}

// State answers GET /api/state with what every screen shows: all of it, or with
// since what changed after an earlier answer.
func (c *Console) State(w http.ResponseWriter, r *http.Request) error {
	asked, err := parseStateQuery(r.URL.Query())
	if err != nil {
		return err
	}
	// The version first: whatever changes from here on changes it again.
	version := c.watch().version
	now, stats := time.Now(), c.journal.Stats()
	// After an error the earlier counts stay. What is wrong with the store is in
	// the field fault of the journal.
	_ = c.gaps.Update(r.Context(), now)
	delivered, _ := c.clients.Delivered()
	in, out := c.rates.totals(stats.Appended, delivered, now)
	address, url, notice := c.server.Address()
	view := stateView{
		Version: c.version, Epoch: c.journal.Epoch(), First: c.journal.First(), Last: c.journal.Last(), Bell: version,
		Window: httpapi.FromWindow(r), Now: apiTime(now),
		Journal: journalView{
			Messages: stats.Messages, Bytes: stats.Bytes, Lag: stats.Lag.Microseconds(), Fault: errorText(stats.Trouble()), Unindexed: stats.Unindexed,
			InRate: in, OutRate: out, Spark: c.rates.totalSpark(stats.Appended),
		},
		Server:  serverView{Address: address, URL: url, Notice: textOrNil(notice), Clients: c.clients.Clients(), Refused: c.server.RefusedPages()},
		Faults:  c.server.Faults(),
		Samples: c.samples.Running(), Made: []int64{}, Marks: c.journal.BookmarkChanges(),
		Sources: []any{},
	}
	for _, src := range c.samples.Made() {
		view.Made = append(view.Made, src.ID)
	}
	if asked.changes {
		if err := c.addChanges(&view, asked, now); err != nil {
			return err
		}
		return httpapi.WriteJSON(w, http.StatusOK, view)
	}
	view.Whole = true
	for _, v := range c.viewSources(now) {
		v.Spark = c.rates.spark(v.ID, c.journal.Tally(v.ID).Appended)
		view.Sources = append(view.Sources, v)
	}
	return httpapi.WriteJSON(w, http.StatusOK, view)
}

// textOrNil returns nil for the zero Text, which JSON has as null.
func textOrNil(t live.Text) *live.Text {
	if t == (live.Text{}) {
		return nil
	}
	return &t
}

// errorText returns the sentence of an error, or nil.
func errorText(e *live.Error) *live.Text {
	if e == nil {
		return nil
	}
	t := e.AsText()
	return &t
}

// viewSources returns all sources in order of their ids, without sparklines.
func (c *Console) viewSources(now time.Time) []*sourceView {
	feeds := make(map[int64]live.FeedStatus)
	for _, f := range c.feeds.List() {
		feeds[f.ID] = f
	}
	bySource, ofAll := c.clients.FollowersBySource()
	sources := c.journal.Sources()
	views := make([]*sourceView, len(sources))
	for i, src := range sources {
		views[i] = c.viewSource(src, bySource[src.ID]+ofAll, now)
		if f, ok := feeds[src.ID]; ok {
			views[i].addFeed(f)
		}
	}
	return views
}

func (c *Console) viewSource(src live.Source, clients int, now time.Time) *sourceView {
	t := c.journal.Tally(src.ID)
	src.Created, src.Removed = apiTime(src.Created), apiTime(src.Removed)
	v := &sourceView{
		Source: src, Messages: t.Kept, Bytes: t.Bytes, Last: t.Last, LastAt: apiTime(t.LastAt), Clients: clients,
		// What was trimmed unread can no longer be read.
		Unread: min(max(0, t.Appended-t.Seen), t.Kept),
	}
	v.Rate = c.rates.source(src.ID, t.Appended, now)
	if n := c.gaps.Of(src.ID); n.Gaps > 0 {
		v.Gaps = &n
	}
	return v
}

// maxShownID is how much of an id is shown, in characters.
const maxShownID = 100

func (v *sourceView) addFeed(f live.FeedStatus) {
	v.Feed = &feedBrief{URL: f.URL, Paused: f.Paused, TimePath: f.TimePath}
	h := f.Health
	h.Since, h.RetryAt = apiTime(h.Since), apiTime(h.RetryAt)
	h.LastMessage, h.LastByte = apiTime(h.LastMessage), apiTime(h.LastByte)
	// It is shown on one line, and an earlier version accepted any length.
	if r := []rune(h.LastEventID); len(r) > maxShownID {
		h.LastEventID = string(r[:maxShownID-1]) + "…"
	}
	v.Health = &h
}

// writeSource answers with one source as /api/state has it.
func (c *Console) writeSource(w http.ResponseWriter, status int, src live.Source, feed *live.FeedStatus) error {
	v := c.viewSource(src, c.clients.Followers(src.ID), time.Now())
	v.Spark = c.rates.spark(src.ID, c.journal.Tally(src.ID).Appended)
	if feed != nil {
		v.addFeed(*feed)
	}
	return httpapi.WriteJSON(w, status, v)
}
