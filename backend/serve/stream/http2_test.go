package stream

import (
	"errors"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// A stuckWriter is a ResponseWriter whose client takes nothing while it is
// stuck.
type stuckWriter struct {
	http.ResponseWriter
	stuck    bool
	deadline chan time.Time
}

func (w *stuckWriter) Write(b []byte) (int, error) {
	if w.stuck {
		<-w.deadline
		return 0, os.ErrDeadlineExceeded
	}
	return len(b), nil
}

func (w *stuckWriter) Flush() {}

func (w *stuckWriter) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() { // zero is how it begins
		w.deadline <- t
	}
	return nil
}

func TestOverHTTP2OnlyTheWriteUnderWayHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &stuckWriter{deadline: make(chan time.Time)}
		w, err := newHTTP2Writer(&handlerWriter{w: out, rc: http.NewResponseController(out), stop: func() bool { return true }})
		if err != nil {
			t.Fatal(err)
		}
		s := newSender(w, time.Second)
		for range 3 {
			if err := s.send(make([]byte, 40<<10)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute) // idle for longer than a write may take
		}
		out.stuck = true
		begun := time.Now()
		if err := s.send([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
		s.close()
	})
}
