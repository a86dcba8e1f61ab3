package serve

import (
	"encoding/json"
	"net/http"
	"time"

	"signalbox/backend/live"
)

// A feedBody is a feed as the dialog sends it. What only comes out may come
// in again, and says nothing.
type feedBody struct {
	live.Feed
	Secrets    *live.Secrets   `json:"secrets"`
	HasSecrets json.RawMessage `json:"has_secrets"`
}

func (s *Server) readFeed(w http.ResponseWriter, r *http.Request) (feedBody, error) {
	var b feedBody
	if err := s.readObject(w, r, &b); err != nil {
		return b, err
	}
	if b.Colour < 0 || b.Colour > live.Colours {
		return b, live.Errorf("bad_colour", "A colour is a number from 1 to %d.", live.Colours).WithField("colour")
	}
	if b.Method == "" {
		b.Method = http.MethodGet
	}
	b.Kind = live.FeedSource
	return b, nil
}

func (b *feedBody) secrets() live.Secrets {
	if b.Secrets == nil {
		return live.Secrets{}
	}
	return *b.Secrets
}

func (s *Server) addFeed(w http.ResponseWriter, r *http.Request) error {
	b, err := s.readFeed(w, r)
	if err != nil {
		return err
	}
	b.Source = live.Source{Name: b.Name, Colour: b.Colour, Kind: live.FeedSource, Keep: b.Keep}
	f, err := s.config().Feeds.Add(r.Context(), b.Feed, b.secrets())
	if err != nil {
		return err
	}
	s.sourcesChanged()
	return s.answerFeed(w, http.StatusCreated, f)
}

// answerFeed answers with a feed that was added or edited as /api/state has it,
// and with a notice where a user should know something about it.
func (s *Server) answerFeed(w http.ResponseWriter, status int, f live.FeedStatus) error {
	v := s.view(f.Source, s.clients.following([]int64{f.ID}), time.Now())
	v.addFeed(f)
	notice := ""
	if s.address.Load().own(f.URL, s.config().Hosts, localAddresses) {
		notice = "This is this Signalbox's own address. Its messages are in the history already, and are not stored again."
	}
	return answer(w, status, struct {
		*sourceView
		Notice string `json:"notice,omitempty"`
	}{v, notice})
}

func (s *Server) changeFeed(w http.ResponseWriter, r *http.Request) error {
	old, err := s.feed(r)
	if err != nil {
		return err
	}
	b, err := s.readFeed(w, r)
	if err != nil {
		return err
	}
	name, colour, keep := b.Name, b.Colour, b.Keep
	b.Source = old.Source
	b.Keep = keep
	if name != "" {
		b.Name = name
	}
	if colour != 0 {
		b.Colour = colour
	}
	f, err := s.config().Feeds.Edit(r.Context(), old.Name, b.Feed, b.Secrets)
	if err != nil {
		return err
	}
	s.sourcesChanged()
	return s.answerFeed(w, http.StatusOK, f)
}

// feed looks up the feed that the address names.
func (s *Server) feed(r *http.Request) (live.FeedStatus, error) {
	name := r.PathValue("name")
	f, ok := s.config().Feeds.Get(name)
	if !ok {
		return f, live.Errorf("not_found", "There is no feed called %q.", name)
	}
	return f, nil
}

func (s *Server) showFeed(w http.ResponseWriter, r *http.Request) error {
	f, err := s.feed(r)
	if err != nil {
		return err
	}
	f.Created, f.Removed = stamp(f.Created), stamp(f.Removed)
	return answer(w, http.StatusOK, struct {
		live.Feed
		HasSecrets []string `json:"has_secrets"`
	}{f.Feed, or(f.HasSecrets)})
}

func (s *Server) removeFeed(w http.ResponseWriter, r *http.Request) error {
	if err := s.config().Feeds.Remove(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	s.sourcesChanged()
	return done(w)
}

func (s *Server) pauseFeed(w http.ResponseWriter, r *http.Request) error {
	if err := s.config().Feeds.Pause(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	return done(w)
}

func (s *Server) resumeFeed(w http.ResponseWriter, r *http.Request) error {
	if err := s.config().Feeds.Resume(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	return done(w)
}

func (s *Server) reconnectFeed(w http.ResponseWriter, r *http.Request) error {
	if err := s.config().Feeds.Reconnect(r.PathValue("name")); err != nil {
		return err
	}
	return done(w)
}

func (s *Server) reconnectAll(w http.ResponseWriter, r *http.Request) error {
	s.config().Feeds.ReconnectAll()
	return done(w)
}

func (s *Server) checkFeed(w http.ResponseWriter, r *http.Request) error {
	b, err := s.readFeed(w, r)
	if err != nil {
		return err
	}
	c := s.config().Feeds.Check(r.Context(), b.Feed, b.secrets())
	return answer(w, http.StatusOK, struct {
		OK          bool   `json:"ok"`
		Status      int    `json:"status"`
		Reason      string `json:"reason"`
		Hint        string `json:"hint,omitempty"`
		Code        string `json:"code,omitempty"`
		Field       string `json:"field,omitempty"`
		Certificate string `json:"certificate,omitempty"`
		DNS         int64  `json:"dns_us"`
		Connect     int64  `json:"connect_us"`
		TLS         int64  `json:"tls_us"`
		FirstByte   int64  `json:"first_byte_us"`
		Messages    int    `json:"messages"`
	}{c.OK, c.Status, c.Reason, c.Hint, c.Code, c.Field, c.Certificate, c.DNS.Microseconds(), c.Connect.Microseconds(),
		c.TLS.Microseconds(), c.FirstByte.Microseconds(), c.Messages})
}

type attemptView struct {
	Connection int64     `json:"connection"`
	Started    time.Time `json:"started"`
	Opened     time.Time `json:"opened,omitzero"`
	Ended      time.Time `json:"ended,omitzero"`
	DNS        int64     `json:"dns_us"`
	Connect    int64     `json:"connect_us"`
	TLS        int64     `json:"tls_us"`
	FirstByte  int64     `json:"first_byte_us"`
	Status     int       `json:"status,omitempty"`
	Address    string    `json:"address,omitempty"`
	Messages   int64     `json:"messages"`
	Bytes      int64     `json:"bytes"`
	Code       string    `json:"code,omitempty"`
	Reason     string    `json:"reason,omitempty"`
}

func (s *Server) attempts(w http.ResponseWriter, r *http.Request) error {
	limit, err := whole(r.URL.Query().Get("limit"), "limit", 50, 1, 1000)
	if err != nil {
		return err
	}
	list, err := s.config().Feeds.Attempts(r.Context(), r.PathValue("name"), limit)
	if err != nil {
		return err
	}
	views := make([]attemptView, len(list))
	for i, a := range list {
		views[i] = attemptView{
			a.Connection, stamp(a.Started), stamp(a.Opened), stamp(a.Ended),
			a.DNS.Microseconds(), a.Connect.Microseconds(), a.TLS.Microseconds(), a.FirstByte.Microseconds(),
			a.Status, a.Address, a.Messages, a.Bytes, a.Code, a.Reason,
		}
	}
	return answer(w, http.StatusOK, map[string]any{"attempts": views})
}
