package console

import (
	"encoding/json"
	"net/http"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// A feedBody is a feed as the dialog sends it. A screen may send back what
// ShowFeed answered; HasSecrets is then ignored.
type feedBody struct {
	live.Feed
	Secrets    *live.Secrets   `json:"secrets"`
	HasSecrets json.RawMessage `json:"has_secrets"`
}

func (c *Console) readFeed(w http.ResponseWriter, r *http.Request) (feedBody, error) {
	var b feedBody
	if err := c.bodies.ReadObject(w, r, &b); err != nil {
		return b, err
	}
	if b.Colour < 0 || b.Colour > live.Colours {
		return b, live.Errorf("bad_colour", "A colour is a number from 1 to {max}.", "max", live.Colours).WithField("colour")
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

// AddFeed answers POST /api/feeds.
func (c *Console) AddFeed(w http.ResponseWriter, r *http.Request) error {
	b, err := c.readFeed(w, r)
	if err != nil {
		return err
	}
	b.Source = live.Source{Name: b.Name, Colour: b.Colour, Kind: live.FeedSource, Keep: b.Keep}
	f, err := c.feeds.Add(r.Context(), b.Feed, b.secrets())
	if err != nil {
		return err
	}
	c.sourcesChanged()
	return c.writeFeed(w, http.StatusCreated, f)
}

// A savedFeedView is a feed that was added or edited.
type savedFeedView struct {
	*sourceView
	Notice *live.Text `json:"notice,omitempty"` // what the user should know about it
}

// writeFeed answers with a feed that was added or edited as /api/state has it,
// and with a notice where a user should know something about it.
func (c *Console) writeFeed(w http.ResponseWriter, status int, f live.FeedStatus) error {
	v := c.viewSource(f.Source, c.clients.Followers(f.ID), time.Now())
	v.addFeed(f)
	var notice *live.Text
	if c.server.IsOwnURL(f.URL) {
		own := live.Textf("own_address", "This is this Signalbox's own address. Its messages are in the history already, and are not stored again.")
		notice = &own
	}
	return httpapi.WriteJSON(w, status, savedFeedView{v, notice})
}

// ChangeFeed answers PUT /api/feeds/{name}. A name, a colour or secrets that the
// body does not have stay.
func (c *Console) ChangeFeed(w http.ResponseWriter, r *http.Request) error {
	old, err := c.feed(r)
	if err != nil {
		return err
	}
	b, err := c.readFeed(w, r)
	if err != nil {
		return err
	}
	name, colour, limits := b.Name, b.Colour, b.Keep
	b.Source = old.Source
	b.Keep = limits
	if name != "" {
		b.Name = name
	}
	if colour != 0 {
		b.Colour = colour
	}
	f, err := c.feeds.Edit(r.Context(), old.Name, b.Feed, b.Secrets)
	if err != nil {
		return err
	}
	c.sourcesChanged()
	return c.writeFeed(w, http.StatusOK, f)
}

// feed looks up the feed that the request's path names.
func (c *Console) feed(r *http.Request) (live.FeedStatus, error) {
	name := r.PathValue("name")
	f, ok := c.feeds.Get(name)
	if !ok {
		return f, live.Errorf("not_found/feed", `There is no feed called "{name}".`, "name", name)
	}
	return f, nil
}

// A feedView has the settings of a feed, with the names of its secrets only.
type feedView struct {
	live.Feed
	HasSecrets []string `json:"has_secrets"`
}

// ShowFeed answers GET /api/feeds/{name}, without the feed's secrets.
func (c *Console) ShowFeed(w http.ResponseWriter, r *http.Request) error {
	f, err := c.feed(r)
	if err != nil {
		return err
	}
	f.Created, f.Removed = apiTime(f.Created), apiTime(f.Removed)
	return httpapi.WriteJSON(w, http.StatusOK, feedView{f.Feed, append([]string{}, f.HasSecrets...)})
}

// RemoveFeed answers DELETE /api/feeds/{name}.
func (c *Console) RemoveFeed(w http.ResponseWriter, r *http.Request) error {
	if err := c.feeds.Remove(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	c.sourcesChanged()
	return httpapi.WriteNothing(w)
}

// PauseFeed answers POST /api/feeds/{name}/pause.
func (c *Console) PauseFeed(w http.ResponseWriter, r *http.Request) error {
	if err := c.feeds.Pause(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	return httpapi.WriteNothing(w)
}

// ResumeFeed answers POST /api/feeds/{name}/resume.
func (c *Console) ResumeFeed(w http.ResponseWriter, r *http.Request) error {
	if err := c.feeds.Resume(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	return httpapi.WriteNothing(w)
}

// ReconnectFeed answers POST /api/feeds/{name}/reconnect.
func (c *Console) ReconnectFeed(w http.ResponseWriter, r *http.Request) error {
	if err := c.feeds.Reconnect(r.PathValue("name")); err != nil {
		return err
	}
	return httpapi.WriteNothing(w)
}

// ReconnectAll answers POST /api/reconnect.
func (c *Console) ReconnectAll(w http.ResponseWriter, r *http.Request) error {
	c.feeds.ReconnectAll()
	return httpapi.WriteNothing(w)
}

// A checkView is the result of trying the settings of a feed once, with its times
// in microseconds.
type checkView struct {
	OK          bool        `json:"ok"`
	Status      int         `json:"status"` // of HTTP; 0 if no response came
	Reason      string      `json:"reason"`
	Hint        string      `json:"hint,omitempty"`
	Code        string      `json:"code,omitempty"`
	Field       string      `json:"field,omitempty"` // the setting that is wrong
	Text        string      `json:"text,omitempty"`
	Params      live.Params `json:"params,omitempty"`
	Certificate string      `json:"certificate,omitempty"` // as in Health
	DNS         int64       `json:"dns_us"`
	Connect     int64       `json:"connect_us"`
	TLS         int64       `json:"tls_us"`
	FirstByte   int64       `json:"first_byte_us"`
	Messages    int         `json:"messages"` // received while the feed was tried
}

// CheckFeed answers POST /api/feeds/check: it tries a feed once without keeping
// anything.
func (c *Console) CheckFeed(w http.ResponseWriter, r *http.Request) error {
	b, err := c.readFeed(w, r)
	if err != nil {
		return err
	}
	check := c.feeds.Check(r.Context(), b.Feed, b.secrets())
	return httpapi.WriteJSON(w, http.StatusOK, checkView{check.OK, check.Status, check.Reason, check.Hint, check.Code, check.Field, check.Text, check.Params, check.Certificate, check.DNS.Microseconds(), check.Connect.Microseconds(),
		check.TLS.Microseconds(), check.FirstByte.Microseconds(), check.Messages})
}

// An attemptView is an attempt to connect, with its times in microseconds.
type attemptView struct {
	Connection int64       `json:"connection"`
	Started    time.Time   `json:"started"`
	Opened     time.Time   `json:"opened,omitzero"`
	Ended      time.Time   `json:"ended,omitzero"`
	DNS        int64       `json:"dns_us"`
	Connect    int64       `json:"connect_us"`
	TLS        int64       `json:"tls_us"`
	FirstByte  int64       `json:"first_byte_us"`
	Status     int         `json:"status,omitempty"`
	Address    string      `json:"address,omitempty"`
	Messages   int64       `json:"messages"`
	Bytes      int64       `json:"bytes"`
	Code       string      `json:"code,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Text       string      `json:"text,omitempty"`
	Params     live.Params `json:"params,omitempty"`
}

// FeedAttempts answers GET /api/feeds/{name}/attempts.
func (c *Console) FeedAttempts(w http.ResponseWriter, r *http.Request) error {
	limit, err := httpapi.Limit(r.URL.Query(), 50, 1000)
	if err != nil {
		return err
	}
	list, err := c.feeds.Attempts(r.Context(), r.PathValue("name"), limit)
	if err != nil {
		return err
	}
	views := make([]attemptView, len(list))
	for i, a := range list {
		views[i] = attemptView{
			a.Connection, apiTime(a.Started), apiTime(a.Opened), apiTime(a.Ended),
			a.DNS.Microseconds(), a.Connect.Microseconds(), a.TLS.Microseconds(), a.FirstByte.Microseconds(),
			a.Status, a.Address, a.Messages, a.Bytes, a.Code, a.Reason, a.Text, a.Params,
		}
	}
	return httpapi.WriteJSON(w, http.StatusOK, map[string]any{"attempts": views})
}
