package serve

import (
	"errors"
	"net/http"
	"sync"
	"time"
)

// hurried is how long a write may take once the server is ending: a reader
// that has stopped must not use up the time of those who wait for an answer.
const hurried = 3 * time.Second

// renewals is into how many parts the time of a write is divided: the
// deadline is set anew once in each, because setting it costs a tenth of a
// write. HTTP/2 has another kind of deadline.
const renewals = 64

// An output writes a stream, and gives up on a reader that has stopped.
type output struct {
	w  http.ResponseWriter
	rc *http.ResponseController

	mu      sync.Mutex
	timeout time.Duration // of one write; guarded by mu
	until   time.Time     // the deadline that is set; guarded by mu
	left    bool          // whether the handler has returned; guarded by mu
	cut     error         // why it writes no more; guarded by mu

	http2   bool
	direct  *direct   // nil while net/http writes
	last    time.Time // of the last write
	total   int64     // bytes written
	counted int64     // of them in the metrics
	err     error
}

func newOutput(w http.ResponseWriter, timeout time.Duration) *output {
	return &output{w: w, rc: http.NewResponseController(w), timeout: timeout}
}

func (o *output) write(b []byte) error {
	for len(b) > 0 && o.err == nil {
		n := min(len(b), stretch)
		if o.err = o.extend(); o.err != nil {
			break
		}
		if o.direct != nil {
			o.err = o.direct.write(b[:n])
		} else {
			_, o.err = o.w.Write(b[:n])
		}
		o.total += int64(n)
		b = b[n:]
	}
	return o.err
}

// flush sends what was written. Where that is not possible, as in the window,
// it is sent as it is written.
func (o *output) flush() error {
	if o.err == nil && o.direct != nil {
		o.last = time.Now()
	} else if o.err == nil {
		if o.err = o.extend(); o.err != nil {
			return o.err
		}
		if err := o.rc.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			o.err = err
		}
		if o.http2 {
			// There a deadline ends the stream when it comes, also one to which
			// nothing is being written: every idle client would be cut off.
			_ = o.rc.SetWriteDeadline(time.Time{})
		}
		o.last = time.Now()
	}
	return o.err
}

func (o *output) extend() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if o.cut != nil || !o.http2 && o.until.Sub(now) >= o.timeout-o.timeout/renewals {
		return o.cut
	}
	o.until = now.Add(o.timeout)
	// Not supported in the window, whose reader is this program.
	_ = o.rc.SetWriteDeadline(o.until)
	return nil
}

// cutOff ends the write under way, and all that would follow it. It is called
// by others than the handler.
func (o *output) cutOff(why error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cut = why
	if !o.left {
		_ = o.rc.SetWriteDeadline(time.Now())
	}
}

// hurry shortens the time that a write may take, also of the one under way.
// It is called by others than the handler.
func (o *output) hurry() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.timeout = min(o.timeout, hurried)
	if !o.left { // or net/http would be asked about an answer that is over
		o.until = time.Now().Add(o.timeout)
		_ = o.rc.SetWriteDeadline(o.until)
	}
}

// leave is called before the handler returns.
func (o *output) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.left = true
}
