package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

const (
	bodyTime = 60 * time.Second // to send a body
	// smallBody is the largest body of the console's requests: a feed with its
	// certificates is the largest of them.
	smallBody = 1 << 20
	// atOnce is the largest body that is read whatever others send: a budget for
	// these would let whoever uses it up stop all publishing.
	atOnce = 16 << 10
	// bodyWait is how long a larger one waits for room in the budget of all bodies.
	bodyWait = 3 * time.Second
	// drained is how much of a body that is too large is read and forgotten:
	// most clients read the answer only after they have sent it all.
	drained = 64 << 20
)

// readBody reads a body of up to max bytes, or returns what tooLarge says. That
// is asked only then: a sentence for each publish would cost more than its parsing.
// The function that it returns with a body is for when it is no longer needed.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, max int64, tooLarge func() error) (_ []byte, release func(), err error) {
	if r.ContentLength > max {
		return nil, nil, refuseBody(w, r, tooLarge())
	}
	setReadDeadline(w, time.Now().Add(bodyTime))
	var content []byte
	if n := r.ContentLength; 0 <= n && n <= atOnce {
		content, release = make([]byte, n), func() {}
		_, err = io.ReadFull(r.Body, content)
	} else {
		b := &body{server: s, r: r, max: max}
		err = b.read(w)
		content, release = b.bytes, b.release
	}
	switch {
	case err == nil && int64(len(content)) > max:
		err = refuseBody(w, r, tooLarge())
	case errors.Is(err, errBusyBodies):
		err = refuseBody(w, r, err)
	case err != nil:
		err = live.Errorf("bad_body", "The body could not be read to its end.").WithCause(err)
	}
	if err != nil {
		release()
		return nil, nil, err
	}
	// While the answer is made the other end has nothing to send.
	setReadDeadline(w, time.Time{})
	return content, release, nil
}

// errBusyBodies is the error of a body that there was no room for in time.
var errBusyBodies = live.Errorf("busy_bodies", "Other requests send as much at this moment as Signalbox reads at once.").
	WithHint("Try again in a moment.")

// A body is one that may be large. It takes room in the budget of all bodies
// before it is read, and keeps it until it is no longer needed.
type body struct {
	server *Server
	r      *http.Request
	max    int64
	bytes  []byte
	room
}

func (b *body) read(w http.ResponseWriter) error {
	if n := b.r.ContentLength; n >= 0 {
		if err := b.take(w, n); err != nil {
			return err
		}
		b.bytes = make([]byte, n)
		_, err := io.ReadFull(b.r.Body, b.bytes)
		return err
	}
	// It does not say how long it is.
	var err error
	if b.bytes, err = readAll(b.r.Body, nil, atOnce); err != nil || len(b.bytes) < atOnce {
		return err
	}
	if err := b.take(w, b.max); err != nil {
		return err
	}
	b.bytes, err = readAll(b.r.Body, b.bytes, b.max+1)
	b.keep(int64(len(b.bytes)))
	return err
}

// take takes room in the budget. The window's bodies need none: they are in
// memory already.
func (b *body) take(w http.ResponseWriter, n int64) error {
	if !windowed(b.r.Context()) {
		if !b.server.bodies.take(b.r.Context(), n, b.server.config().MaxBodies, bodyWait) {
			return errBusyBodies
		}
		b.room = room{&b.server.bodies, n}
	}
	setReadDeadline(w, time.Now().Add(bodyTime)) // it may have waited
	return nil
}

// readAll appends what a reader has to b, up to so many bytes in all.
func readAll(r io.Reader, b []byte, most int64) ([]byte, error) {
	buffer := bytes.NewBuffer(b)
	_, err := buffer.ReadFrom(io.LimitReader(r, most-int64(len(b))))
	return buffer.Bytes(), err
}

// refuseBody takes the rest of a body off the line, where its sender has not
// waited to be told, and returns the error to answer with.
func refuseBody(w http.ResponseWriter, r *http.Request, err error) error {
	closeAfter(w, r)
	if r.Header.Get("Expect") != "" {
		return err
	}
	setReadDeadline(w, time.Now().Add(bodyTime/6))
	// The answer is the same whether or not the sender came to an end.
	_, _ = io.CopyN(io.Discard, r.Body, drained)
	return err
}

// setReadDeadline does nothing in the window, where there is no connection.
func setReadDeadline(w http.ResponseWriter, t time.Time) {
	_ = http.NewResponseController(w).SetReadDeadline(t)
}

// readObject reads a JSON object into v, without any field that v has not.
func (s *Server) readObject(w http.ResponseWriter, r *http.Request, v any) error {
	body, release, err := s.readSmall(w, r)
	if err != nil {
		return err
	}
	defer release()
	// What is broken, or there twice, is told better there.
	if _, err := wire.Members(body); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return badObject(err)
	}
	return nil
}

func (s *Server) readSmall(w http.ResponseWriter, r *http.Request) (_ []byte, release func(), err error) {
	return s.readBody(w, r, smallBody, func() error {
		return live.Errorf("too_large", "The request is larger than the limit of 1 MiB.")
	})
}

func badObject(err error) error {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return live.Errorf("bad_value", "The field %q cannot be a %s.", t.Field, t.Value).WithField(t.Field).WithCause(err)
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		name = strings.Trim(name, `"`)
		return live.Errorf("unknown_field", "There is no field %q.", name).WithField(name)
	}
	return live.Errorf("bad_json", "The body cannot be read: %s.", strings.TrimPrefix(err.Error(), "json: ")).WithCause(err)
}
