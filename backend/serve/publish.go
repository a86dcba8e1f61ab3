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

// publish takes a message in any form, or many as JSON lines.
func (s *Server) publish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if c := connectionOf(r); c != nil {
		defer c.briefly()()
		ctx = context.WithoutCancel(ctx) // nobody would end it
	}
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
	got, err := s.post(ctx, channel, d)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/messages/"+got.Position.String())
	writeJSON(w, http.StatusCreated, append(appendReceipt(make([]byte, 0, 128), &got), '\n'))
	return nil
}

// readDraft reads the message of a request. release gives back the room of the
// body in the budget; the draft is made of the body.
func (s *Server) readDraft(w http.ResponseWriter, r *http.Request) (_ live.Draft, release func(), err error) {
	body, release, err := s.readBody(w, r, s.maxPublishBody(), func() error { return wire.TooLarge(0, s.publisher.Limits().MaxEvent) })
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
func (s *Server) maxPublishBody() int64 { return int64(s.publisher.Limits().MaxEvent)*2 + headerSize }

// queryOf returns the query of a request's address, nil where there is none.
func queryOf(r *http.Request) (url.Values, error) {
	if r.URL.RawQuery == "" {
		return nil, nil
	}
	return values(r)
}

// maxKey is the longest Idempotency-Key, in bytes.
const maxKey = 256

func idempotencyKey(r *http.Request) (string, error) {
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		return "", live.Errorf("bad_key", "The Idempotency-Key is longer than %d bytes.", maxKey).WithField("Idempotency-Key").
			WithHint("A UUID is enough.")
	}
	return key, nil
}

// post publishes a draft and measures how long that takes.
func (s *Server) post(ctx context.Context, channel string, d live.Draft) (publish.Receipt, error) {
	begun := time.Now()
	got, err := s.publisher.Publish(ctx, channel, d)
	s.noticeSources()
	if err == nil {
		s.metrics.published(time.Since(begun))
	}
	return got, err
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

func (s *Server) listPublished(w http.ResponseWriter, r *http.Request) error {
	return answer(w, http.StatusOK, map[string]any{"published": s.publisher.Recent()})
}
