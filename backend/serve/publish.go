package serve

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/wire"
)

// publish answers POST /channels/{channel}/messages: it publishes a message that
// comes as JSON, as a form or as text, or many as JSON lines.
func (s *Server) publish(w http.ResponseWriter, r *http.Request) error {
	// What was sent whole is published, also where its publisher does not wait
	// for the answer.
	ctx := context.WithoutCancel(r.Context())
	channel := r.PathValue("channel")
	if wire.IsLines(r.Header.Get("Content-Type")) {
		return s.publishLines(ctx, w, r, channel)
	}
	d, release, err := s.readDraft(w, r)
	defer release()
	if err != nil {
		s.publisher.Refuse(channel, d, err)
		return err
	}
	receipt, err := s.publishDraft(ctx, channel, d)
	if err != nil {
		return err
	}
	location := receipt.Position.AppendTo(append(make([]byte, 0, 128), "/messages/"...))
	w.Header().Set("Location", string(location))
	httpapi.WriteEncoded(w, http.StatusCreated, append(appendReceipt(location[:0], &receipt), '\n'))
	return nil
}

// readDraft reads the message of a request. The draft refers to the body: call
// release when it is published.
func (s *Server) readDraft(w http.ResponseWriter, r *http.Request) (_ live.Draft, release func(), err error) {
	body, release, err := s.bodies.Read(w, r, s.maxPublishBody(), func() error { return wire.TooLarge(0, s.publisher.Limits().MaxEvent) })
	if err != nil {
		return live.Draft{}, func() {}, err
	}
	query, err := queryOf(r)
	if err != nil {
		return live.Draft{}, release, err
	}
	d, err := wire.ParsePublish(r.Header.Get("Content-Type"), body, query)
	if err != nil {
		return d, release, err
	}
	d.Key, err = idempotencyKey(r)
	return d, release, err
}

// maxPublishBody is the largest body of a message, in bytes. Escapes and field
// names take room beside the data, whose size is checked once it is known.
func (s *Server) maxPublishBody() int64 { return int64(s.publisher.Limits().MaxEvent)*2 + maxHeader }

// queryOf returns the parameters of a request's URL, nil where there are none.
func queryOf(r *http.Request) (url.Values, error) {
	if r.URL.RawQuery == "" {
		return nil, nil
	}
	return httpapi.Query(r)
}

// maxKey is the longest Idempotency-Key, in bytes.
const maxKey = 256

func idempotencyKey(r *http.Request) (string, error) {
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		return "", live.Errorf("bad_key", "The Idempotency-Key is longer than {max} bytes.", "max", maxKey).WithField("Idempotency-Key").
			WithHint("A UUID is enough.")
	}
	return key, nil
}

// publishDraft publishes a message and measures how long that takes.
func (s *Server) publishDraft(ctx context.Context, channel string, d live.Draft) (publish.Receipt, error) {
	start := time.Now()
	receipt, err := s.publisher.Publish(ctx, channel, d)
	s.checkSources()
	if err == nil {
		s.metrics.published(time.Since(start))
	}
	return receipt, err
}

// appendReceipt appends a receipt as JSON. It is written by hand, because
// reflection for every publish can be measured.
func appendReceipt(b []byte, r *publish.Receipt) []byte {
	b = append(r.Position.AppendTo(append(b, `{"position":"`...)), `","id":`...)
	if r.ID != "" {
		b = wire.AppendString(b, r.ID)
	} else {
		b = append(r.Position.AppendTo(append(b, '"')), '"')
	}
	b = strconv.AppendInt(append(b, `,"clients":`...), int64(r.Clients), 10)
	if r.Repeated {
		b = append(b, `,"repeated":true`...)
	}
	return append(b, '}')
}

// listPublished answers GET /api/published with the last publishes.
func (s *Server) listPublished(w http.ResponseWriter, r *http.Request) error {
	return httpapi.WriteJSON(w, http.StatusOK, map[string]any{"published": s.publisher.Recent()})
}
