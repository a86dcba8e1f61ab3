package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/budget"
	"signalbox/backend/wire"
)

const (
	// BodyTime is how long a client may take to send a body.
	BodyTime = 60 * time.Second
	// AnswerTime is how long a client may take to receive an answer that is no
	// stream.
	AnswerTime = 60 * time.Second
	// MaxObject is the largest body of a console request, in bytes. The largest
	// that occurs is a feed with its certificates.
	MaxObject = 1 << 20
	// Unbudgeted is the largest body that needs no room in the budget, in bytes:
	// otherwise a few large bodies could stop all publishing.
	Unbudgeted = 16 << 10
	// BudgetWait is how long a larger body waits for room in the budget.
	BudgetWait = 3 * time.Second
	// maxDrain is how much of a body that is too large is read and thrown away:
	// most clients read the answer only after they have sent the whole body.
	maxDrain = 64 << 20
)

// Bodies reads the bodies of requests. All bodies above 16 KiB share one budget
// of memory.
type Bodies struct{ budget *budget.Budget }

// NewBodies returns a reader whose larger bodies hold at most limit bytes
// together.
func NewBodies(limit int64) *Bodies { return &Bodies{budget.New(limit)} }

// Reserved returns how much of the budget is in use, in bytes.
func (b *Bodies) Reserved() int64 { return b.budget.Used() }

// Read reads a body of up to max bytes. A larger one is refused with the error
// that tooLarge returns; it is a function because it is called for few bodies
// and its sentence would cost more than parsing one. The caller calls release
// when it no longer needs the body. Errors: "busy_bodies", "bad_body".
func (b *Bodies) Read(w http.ResponseWriter, r *http.Request, max int64, tooLarge func() error) (content []byte, release func(), err error) {
	if r.ContentLength > max {
		return nil, nil, drain(w, r, tooLarge())
	}
	if n := r.ContentLength; 0 <= n && n <= Unbudgeted {
		content, release = make([]byte, n), func() {}
		_, err = io.ReadFull(r.Body, content)
	} else {
		large := &largeBody{w: w, r: r, budget: b.budget}
		err = large.read(max)
		content, release = large.content, large.reservation.Release
	}
	switch {
	case err == nil && int64(len(content)) > max:
		err = drain(w, r, tooLarge())
	case errors.Is(err, errBusy):
		err = drain(w, r, err)
	case err != nil:
		err = live.Errorf("bad_body", "The body could not be read to its end.").WithCause(err)
	}
	if err != nil {
		release()
		return nil, nil, err
	}
	return content, release, nil
}

var errBusy = live.Errorf("busy_bodies", "Other requests are sending as much as Signalbox reads at once.").
	WithHint("Try again in a moment.")

// A largeBody is a body that reserves room in the budget before it is read.
type largeBody struct {
	w           http.ResponseWriter
	r           *http.Request
	budget      *budget.Budget
	content     []byte
	reservation *budget.Reservation
}

func (b *largeBody) read(max int64) error {
	if n := b.r.ContentLength; n >= 0 {
		if err := b.reserve(n); err != nil {
			return err
		}
		b.content = make([]byte, n)
		_, err := io.ReadFull(b.r.Body, b.content)
		b.allowAnswer()
		return err
	}
	// Its length is not known. A small one needs no room.
	var err error
	if b.content, err = readUpTo(b.r.Body, nil, Unbudgeted); err != nil || len(b.content) < Unbudgeted {
		return err
	}
	if err := b.reserve(max); err != nil {
		return err
	}
	b.content, err = readUpTo(b.r.Body, b.content, max+1)
	b.reservation.ShrinkTo(int64(len(b.content)))
	b.allowAnswer()
	return err
}

// reserve waits for room in the budget. Bodies from the window need none: they
// are in memory already.
func (b *largeBody) reserve(n int64) error {
	if FromWindow(b.r) {
		return nil
	}
	var ok bool
	if b.reservation, ok = b.budget.Reserve(b.r.Context(), n, BudgetWait); !ok {
		return errBusy
	}
	setReadTimeout(b.w, BodyTime) // the time in the queue does not count
	return nil
}

// allowAnswer starts the time for the answer anew: a large body may have taken
// most of it.
func (b *largeBody) allowAnswer() {
	_ = http.NewResponseController(b.w).SetWriteDeadline(time.Now().Add(AnswerTime)) // the window has no deadlines
}

// readUpTo appends to b until it has max bytes.
func readUpTo(r io.Reader, b []byte, max int64) ([]byte, error) {
	buffer := bytes.NewBuffer(b)
	_, err := buffer.ReadFrom(io.LimitReader(r, max-int64(len(b))))
	return buffer.Bytes(), err
}

// drain reads what is left of a refused body and throws it away, unless the
// client waits for permission to send it. It returns err.
func drain(w http.ResponseWriter, r *http.Request, err error) error {
	CloseConnection(w, r)
	if r.Header.Get("Expect") != "" {
		return err
	}
	setReadTimeout(w, BodyTime/6)
	_, _ = io.CopyN(io.Discard, r.Body, maxDrain) // the answer is the same wherever the body ends
	return err
}

// setReadTimeout bounds how long reading the body takes from now on. In the
// window there is no connection and no timeout.
func setReadTimeout(w http.ResponseWriter, d time.Duration) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(d))
}

// ReadObject reads a JSON object of up to 1 MiB into v. A field that v does not
// have is refused. Errors: "bad_json", "unknown_field", "bad_value".
func (b *Bodies) ReadObject(w http.ResponseWriter, r *http.Request, v any) error {
	body, release, err := b.ReadSmall(w, r)
	if err != nil {
		return err
	}
	defer release()
	// Members finds syntax errors and names that occur twice, and says where.
	if _, err := wire.Members(body); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return objectError(err)
	}
	return nil
}

// ReadSmall reads a body of up to 1 MiB.
func (b *Bodies) ReadSmall(w http.ResponseWriter, r *http.Request) (content []byte, release func(), err error) {
	return b.Read(w, r, MaxObject, func() error {
		return live.Errorf("too_large/request", "The request is larger than the limit of {max_bytes}.", "max_bytes", MaxObject)
	})
}

// objectError returns the error to answer with for one of encoding/json.
func objectError(err error) error {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return live.Errorf("bad_value", `The field "{field}" cannot be a {type}.`, "field", t.Field, "type", t.Value).WithField(t.Field).WithCause(err)
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		name = strings.Trim(name, `"`)
		return live.Errorf("unknown_field", `There is no field "{name}".`, "name", name).WithField(name)
	}
	return live.Errorf("bad_json/body", "The body cannot be read: {reason}.", "reason", err).WithCause(err)
}
