package serve

import (
	"net/http"
	"time"

	"signalbox/backend/live"
)

type stateView struct {
	Version string      `json:"version"`
	Epoch   string      `json:"epoch"`
	First   int64       `json:"first"`
	Last    int64       `json:"last"`
	Bell    string      `json:"bell"`
	Window  bool        `json:"window"`
	Now     time.Time   `json:"now"`
	Journal journalView `json:"journal"`
	Server  serverView  `json:"server"`
	Faults  []string    `json:"faults"` // of parts that do not work
	Samples bool        `json:"samples"`
	Made    []int64     `json:"samples_made"`
	Sources []any       `json:"sources"`
}

type journalView struct {
	Messages int64   `json:"messages"`
	Bytes    int64   `json:"bytes"`
	Lag      int64   `json:"lag_us"`
	Fault    string  `json:"fault"`
	InRate   float64 `json:"in_rate"`
	OutRate  float64 `json:"out_rate"`
}

type serverView struct {
	Address string `json:"address"`
	URL     string `json:"url"`
	Notice  string `json:"notice"`
	Clients int    `json:"clients"`
}

// A sourceView is a source with its counters, and for a feed its health.
type sourceView struct {
	live.Source
	Messages int64        `json:"messages"`
	Bytes    int64        `json:"bytes"`
	Unread   int64        `json:"unread"`
	Last     int64        `json:"last"`
	LastAt   time.Time    `json:"last_at,omitzero"`
	Rate     float64      `json:"rate"`
	Spark    []int64      `json:"spark"`
	Clients  int          `json:"clients"`
	Feed     *feedBrief   `json:"feed,omitempty"`
	Health   *live.Health `json:"health,omitempty"`
}

type feedBrief struct {
	URL    string `json:"url"`
	Paused bool   `json:"paused"`
}

// state answers with what the shell shows.
func (s *Server) state(w http.ResponseWriter, r *http.Request) error {
	// The bell before what it stands for: whatever moves meanwhile rings again.
	_, _, _, bell := s.listen()
	cfg, at, stats, addr := s.config(), time.Now(), s.j.Stats(), s.address.Load()
	in, out := s.meter.totals(stats.Appended, s.metrics.delivered.Load(), at)
	view := stateView{
		Version: cfg.Version, Epoch: s.j.Epoch(), First: s.j.First(), Last: s.j.Last(), Bell: bell,
		Window: windowed(r.Context()), Now: stamp(at),
		Journal: journalView{
			Messages: stats.Messages, Bytes: stats.Bytes, Lag: stats.Lag.Microseconds(), Fault: stats.Trouble(),
			InRate: in, OutRate: out,
		},
		Server:  serverView{Address: addr.address, URL: addr.url(cfg.TLS != nil), Notice: addr.notice, Clients: s.clients.count()},
		Faults:  s.faults.list(),
		Samples: cfg.Samples.Running(), Made: []int64{},
		Sources: []any{},
	}
	for _, src := range cfg.Samples.Made() {
		view.Made = append(view.Made, src.ID)
	}
	feeds := make(map[int64]live.FeedStatus)
	for _, f := range cfg.Feeds.List() {
		feeds[f.ID] = f
	}
	of, all := s.clients.bySource()
	for _, src := range s.j.Sources() {
		v := s.view(src, of[src.ID]+all, at)
		if f, ok := feeds[src.ID]; ok {
			v.addFeed(f)
		}
		view.Sources = append(view.Sources, v)
	}
	return answer(w, http.StatusOK, view)
}

func (s *Server) view(src live.Source, clients int, at time.Time) *sourceView {
	t := s.j.Tally(src.ID)
	src.Created, src.Removed = stamp(src.Created), stamp(src.Removed)
	v := &sourceView{
		Source: src, Messages: t.Kept, Bytes: t.Bytes, Last: t.Last, LastAt: stamp(t.LastAt), Clients: clients,
		// What was trimmed unread can never be read.
		Unread: min(max(0, t.Appended-t.Seen), t.Kept),
	}
	v.Rate, v.Spark = s.meter.source(src.ID, t.Appended, at)
	return v
}

// maxShownID is how much of an id is shown, in characters.
const maxShownID = 100

func (v *sourceView) addFeed(f live.FeedStatus) {
	v.Feed = &feedBrief{URL: f.URL, Paused: f.Paused}
	h := f.Health
	h.Since, h.RetryAt = stamp(h.Since), stamp(h.RetryAt)
	h.LastMessage, h.LastByte = stamp(h.LastMessage), stamp(h.LastByte)
	// Shown on one line; what an earlier version took may be of any length.
	if r := []rune(h.LastEventID); len(r) > maxShownID {
		h.LastEventID = string(r[:maxShownID-1]) + "…"
	}
	v.Health = &h
}

// answerSource answers with one source as /api/state has it.
func (s *Server) answerSource(w http.ResponseWriter, status int, src live.Source, feed *live.FeedStatus) error {
	v := s.view(src, s.clients.following([]int64{src.ID}), time.Now())
	if feed != nil {
		v.addFeed(*feed)
	}
	return answer(w, status, v)
}
