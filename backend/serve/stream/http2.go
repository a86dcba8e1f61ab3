package stream

import (
	"os"
	"sync"
	"time"
)

// An http2Writer writes frames to a ResponseWriter of HTTP/2.
//
// A write deadline of HTTP/2 ends the stream when it comes, even where nothing
// is being written, and to set one takes a message to the goroutine of the
// connection. So the http2Writer has a timer of its own for the write under
// way, and sets only a deadline that has passed.
type http2Writer struct {
	*handlerWriter

	mu       sync.Mutex
	deadline time.Time
	writing  bool
	timer    *time.Timer // runs while writing
}

func newHTTP2Writer(out *handlerWriter) (*http2Writer, error) {
	w := &http2Writer{handlerWriter: out}
	w.timer = time.AfterFunc(time.Hour, w.expire)
	w.timer.Stop()
	return w, out.SetWriteDeadline(time.Time{}) // the server's for all answers
}

func (w *http2Writer) WriteFrames(frames []byte) error {
	if err := w.begin(); err != nil {
		return err
	}
	defer w.end()
	return w.handlerWriter.WriteFrames(frames)
}

func (w *http2Writer) begin() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.deadline.IsZero() {
		left := time.Until(w.deadline)
		if left <= 0 {
			return os.ErrDeadlineExceeded
		}
		w.timer.Reset(left)
	}
	w.writing = true
	return nil
}

func (w *http2Writer) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writing = false
	w.timer.Stop()
}

// expire ends the write under way, unless its deadline was moved or the timer
// is that of an earlier one.
func (w *http2Writer) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.writing && time.Until(w.deadline) <= 0 {
		_ = w.handlerWriter.SetWriteDeadline(time.Unix(1, 0)) // the write returns an error if it is not done
	}
}

func (w *http2Writer) SetWriteDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deadline = t
	if w.writing {
		w.timer.Reset(time.Until(t))
	}
	return nil
}
