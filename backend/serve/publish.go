package serve

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/wire"
)

// appendReceipt appends a receipt as JSON. A publish is answered often enough
// for json.Marshal's look at each field to be felt.
func appendReceipt(b []byte, r publish.Receipt) []byte {
	b = wire.AppendString(append(b, `{"position":`...), r.Position)
	b = wire.AppendString(append(b, `,"id":`...), r.ID)
	b = strconv.AppendInt(append(b, `,"clients":`...), int64(r.Clients), 10)
	if r.Repeated {
		b = append(b, `,"repeated":true`...)
	}
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
	d, release, err := s.readDraft(w, r)
	defer release()
	if err != nil {
		s.publisher.Refuse(name, d, err)
		return err
	}
	got, err := s.post(ctx, name, d)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/messages/"+got.Position)
	writeJSON(w, http.StatusCreated, appendReceipt(make([]byte, 0, 128), got))
	return nil
}

// maxKey is the longest Idempotency-Key, in bytes.
const maxKey = 256

// readDraft also returns what gives back the room of the body, of which the
// draft is made.
func (s *Server) readDraft(w http.ResponseWriter, r *http.Request) (_ live.Draft, release func(), err error) {
	most := s.publisher.Limits().MaxEvent
	// Escapes and field names take room; what is really too large is found
	// when the data is known.
	body, release, err := s.readBody(w, r, int64(most)*2+headerSize, func() error { return wire.TooLarge(0, most) })
	if err != nil {
		return live.Draft{}, func() {}, err
	}
	var query url.Values
	if r.URL.RawQuery != "" {
		if query, err = values(r); err != nil {
			return live.Draft{}, release, err
		}
	}
	d, err := wire.ParsePublish(r.Header.Get("Content-Type"), body, query)
	if err != nil {
		return d, release, err
	}
	if d.Key = r.Header.Get("Idempotency-Key"); len(d.Key) > maxKey {
		return d, release, live.Errorf("bad_key", "The Idempotency-Key is longer than %d bytes.", maxKey).WithField("Idempotency-Key").
			WithHint("A UUID is enough.")
	}
	return d, release, nil
}

// post publishes a draft, and measures how long that takes.
func (s *Server) post(ctx context.Context, channel string, d live.Draft) (publish.Receipt, error) {
	begun := time.Now()
	got, err := s.publisher.Publish(ctx, channel, d)
	s.noticeSources()
	if err == nil {
		s.metrics.published(time.Since(begun))
	}
	return got, err
}

func (s *Server) listPublished(w http.ResponseWriter, r *http.Request) error {
	return answer(w, http.StatusOK, map[string]any{"published": s.publisher.Recent()})
}
