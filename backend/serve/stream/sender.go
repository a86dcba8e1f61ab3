package stream

import (
	"sync"
	"time"
)

const (
	// deadlineSize is how many bytes one write deadline is for: a large message
	// to a slow but living client takes several.
	deadlineSize = 256 << 10
	// shutdownTimeout is how long a write may take once the server shuts down: a
	// client that has stopped reading must not use up the time of those who wait
	// for an answer.
	shutdownTimeout = 3 * time.Second
	// deadlineParts is into how many parts the time of a write is divided. The
	// deadline is set anew at most once in each: setting it for every write costs
	// a tenth of the write.
	deadlineParts = 64
)

// A sender sends the frames of a stream, and gives up on a client that has
// stopped reading. send and close are for the goroutine of the stream, the
// other methods for any.
type sender struct {
	out FrameWriter

	mu       sync.Mutex
	timeout  time.Duration // of one write
	deadline time.Time     // that is set
	aborted  error         // why nothing more is written
	closed   bool

	lastSend time.Time // when the last write began
	bytes    int64     // sent
	err      error     // of the first write that failed
}

func newSender(out FrameWriter, timeout time.Duration) *sender {
	return &sender{out: out, timeout: timeout}
}

// send sends frames. After an error nothing more is sent.
func (s *sender) send(frames []byte) error {
	for len(frames) > 0 && s.err == nil {
		n, now := min(len(frames), deadlineSize), time.Now()
		if s.err = s.extendDeadline(now); s.err != nil {
			break
		}
		s.err = s.out.WriteFrames(frames[:n])
		s.bytes += int64(n)
		frames = frames[n:]
		s.lastSend = now
	}
	return s.err
}

// extendDeadline gives the next write its time. The error is that of an abort.
func (s *sender) extendDeadline(now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.aborted != nil || s.deadline.Sub(now) >= s.timeout-s.timeout/deadlineParts {
		return s.aborted
	}
	s.deadline = now.Add(s.timeout)
	return s.out.SetWriteDeadline(s.deadline)
}

// abort ends the write under way, and all that would follow it.
func (s *sender) abort(reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aborted = reason
	s.setDeadline(time.Now())
}

// shortenTimeout shortens the time that a write may take, also of the write
// under way.
func (s *sender) shortenTimeout() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timeout = min(s.timeout, shutdownTimeout)
	s.deadline = time.Now().Add(s.timeout)
	s.setDeadline(s.deadline)
}

// setDeadline sets the deadline of the write under way. The caller holds the
// lock.
func (s *sender) setDeadline(t time.Time) {
	if !s.closed {
		_ = s.out.SetWriteDeadline(t) // a connection that is closed has no write under way
	}
}

// close ends the answer.
func (s *sender) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	_ = s.out.Close() // the stream has ended whatever it says
}
