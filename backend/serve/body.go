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
	// atOnce is the largest body that gets its room before it has come: what a
	// request claims must not cost anything.
	atOnce = 64 << 10
	// drained is how much of a body that is too large is read and forgotten:
	// most clients read the answer only after they have sent it all.
	drained = 64 << 20
)

// readBody reads a body of up to max bytes, or returns what tooLarge says. That
// is asked only then: a sentence for each publish would cost more than its parsing.
func readBody(w http.ResponseWriter, r *http.Request, max int64, tooLarge func() error) ([]byte, error) {
	if r.ContentLength > max {
		if r.Header.Get("Expect") == "" {
			refuseBody(w, r)
		}
		return nil, tooLarge()
	}
	setReadDeadline(w, time.Now().Add(bodyTime))
	body, err := readUpTo(r, max+1)
	switch {
	case err != nil:
		return nil, live.Errorf("bad_body", "The body could not be read to its end.").WithCause(err)
	case int64(len(body)) > max:
		refuseBody(w, r)
		return nil, tooLarge()
	}
	// While the answer is made the other end has nothing to send.
	setReadDeadline(w, time.Time{})
	return body, nil
}

// readUpTo reads at most so many bytes of a body.
func readUpTo(r *http.Request, most int64) ([]byte, error) {
	if n := r.ContentLength; n > 0 && n <= atOnce {
		body := make([]byte, n)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	var b bytes.Buffer
	_, err := b.ReadFrom(io.LimitReader(r.Body, most))
	return b.Bytes(), err
}

// refuseBody takes the rest of a body off the line.
func refuseBody(w http.ResponseWriter, r *http.Request) {
	closeAfter(w, r)
	setReadDeadline(w, time.Now().Add(bodyTime/6))
	// The answer is the same whether or not the sender came to an end.
	_, _ = io.CopyN(io.Discard, r.Body, drained)
}

// setReadDeadline does nothing in the window, where there is no connection.
func setReadDeadline(w http.ResponseWriter, t time.Time) {
	_ = http.NewResponseController(w).SetReadDeadline(t)
}

// readObject reads a JSON object into v, without any field that v has not.
func readObject(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := readSmall(w, r)
	if err != nil {
		return err
	}
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

func readSmall(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return readBody(w, r, smallBody, func() error {
		return live.Errorf("too_large", "The request is larger than the limit of 1 MiB.")
	})
}

func badObject(err error) error {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return live.Errorf("bad_value", "The field %q cannot be a %s.", t.Field, t.Value).WithField(t.Field).WithCause(err)
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		name = strings.Trim(name, `"`)
		return live.Errorf("unknown_field", "There is no field %q.", name).WithField(name)
	}
	return live.Errorf("bad_json", "The body cannot be read: %s.", strings.TrimPrefix(err.Error(), "json: ")).WithCause(err)
}
