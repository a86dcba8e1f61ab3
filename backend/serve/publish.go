package serve

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// A receipt is what a publisher gets after the commit.
type receipt struct {
	Position string `json:"position"`
	ID       string `json:"id"`
	Clients  int    `json:"clients"` // that follow the channel and want this type
}

// append appends the receipt as JSON. A publish is answered often enough for
// json.Marshal's look at each field to be felt.
func (r receipt) append(b []byte) []byte {
	b = wire.AppendString(append(b, `{"position":`...), r.Position)
	b = wire.AppendString(append(b, `,"id":`...), r.ID)
	b = strconv.AppendInt(append(b, `,"clients":`...), int64(r.Clients), 10)
	return append(b, "}\n"...)
}

// publish takes a message in any of the three forms.
func (s *Server) publish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if c := connectionOf(r); c != nil {
		defer c.briefly()()
		ctx = context.WithoutCancel(ctx) // nobody would end it
	}
	name := r.PathValue("channel")
	d, err := s.readDraft(w, r)
	if err != nil {
		s.published.add(publishing{Channel: name, Event: d.Type, ID: d.ID}, err)
		return err
	}
	got, err := s.post(ctx, name, d)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/messages/"+got.Position)
	writeJSON(w, http.StatusCreated, got.append(make([]byte, 0, 128)))
	return nil
}

func (s *Server) readDraft(w http.ResponseWriter, r *http.Request) (live.Draft, error) {
	most := s.config().MaxEvent
	// Escapes and field names take room; what is really too large is found
	// when the data is known.
	body, err := readBody(w, r, int64(most)*2+headerSize, func() error { return wire.TooLarge(0, most) })
	if err != nil {
		return live.Draft{}, err
	}
	var query url.Values
	if r.URL.RawQuery != "" {
		if query, err = values(r); err != nil {
			return live.Draft{}, err
		}
	}
	return wire.ParsePublish(r.Header.Get("Content-Type"), body, query)
}

// post appends a draft to a channel. Whatever door it came through, it shows
// among the recently published.
func (s *Server) post(ctx context.Context, channel string, d live.Draft) (_ receipt, err error) {
	begun := time.Now()
	entry := publishing{Channel: channel, Event: d.Type, ID: d.ID}
	defer func() { s.published.add(entry, err) }()
	// First, so that a message that is refused leaves no channel behind.
	if err := wire.Check(s.j.Epoch(), &d, s.config().MaxEvent); err != nil {
		return receipt{}, err
	}
	src, err := s.source(ctx, channel)
	if err != nil {
		return receipt{}, err
	}
	if src.Kind != live.ChannelSource {
		return receipt{}, live.Errorf("not_a_channel", "%q is a feed: Signalbox follows it, and nothing can be published to it.", channel).
			WithField("channel").WithHint("Publish to a channel, under another name.")
	}
	if d.Type == "" {
		d.Type = "message"
	}
	d.Source = src.ID
	number, err := s.j.Append(ctx, d)
	if err != nil {
		return receipt{}, err
	}
	s.metrics.published(time.Since(begun))
	m := live.Message{Number: number, Draft: d}
	got := receipt{Position: s.position(number), ID: wire.ID(s.j.Epoch(), &m), Clients: s.clients.reached(&m)}
	entry.Event, entry.ID, entry.Position, entry.Clients = d.Type, got.ID, got.Position, got.Clients
	return got, nil
}
