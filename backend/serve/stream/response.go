package stream

import (
	"context"
	"errors"
	"net/http"
	"time"

	"signalbox/backend/serve/httpapi"
)

// A Response answers a request for a stream: with a status and headers, and
// then with frames.
type Response interface {
	// Open answers with the status and the headers, which may wait for the first
	// frames, and returns where the frames go. It calls left once the client has
	// left, in another goroutine.
	Open(status int, header http.Header, left func(reason error)) (FrameWriter, error)
}

// A FrameWriter sends the frames of one stream to its client.
type FrameWriter interface {
	// WriteFrames sends frames. All of them are on their way when it returns.
	WriteFrames(frames []byte) error
	// SetWriteDeadline bounds WriteFrames, also a call under way. It may be
	// called from any goroutine, but not after Close.
	SetWriteDeadline(time.Time) error
	// Close ends the answer.
	Close() error
}

// newResponse returns how to answer a request, and whether that has taken the
// connection over from net/http.
func newResponse(w http.ResponseWriter, r *http.Request) (resp Response, hijacked bool) {
	if r.ProtoMajor == 1 && !httpapi.FromWindow(r) {
		// What the buffers hold is what the client has sent too early.
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			return &connResponse{conn, r.ProtoMinor}, true
		}
	}
	return &handlerResponse{w, r}, false
}

// A handlerResponse answers through the ResponseWriter of a handler: over
// HTTP/2, and in the window.
type handlerResponse struct {
	w http.ResponseWriter
	r *http.Request
}

func (h *handlerResponse) Open(status int, _ http.Header, left func(error)) (FrameWriter, error) {
	rc := http.NewResponseController(h.w)
	// The deadline for the request would end net/http's watch for a client that
	// leaves. The window has none.
	_ = rc.SetReadDeadline(time.Time{})
	h.w.WriteHeader(status)
	ctx := h.r.Context()
	stop := context.AfterFunc(ctx, func() { left(context.Cause(ctx)) })
	w := &handlerWriter{h.w, rc, stop}
	if h.r.ProtoMajor == 2 {
		return newHTTP2Writer(w)
	}
	return w, nil
}

type handlerWriter struct {
	w    http.ResponseWriter
	rc   *http.ResponseController
	stop func() bool // the watch for a client that leaves
}

func (h *handlerWriter) WriteFrames(frames []byte) error {
	if _, err := h.w.Write(frames); err != nil {
		return err
	}
	// In the window there is no Flush; what is written is sent.
	if err := h.rc.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

func (h *handlerWriter) SetWriteDeadline(t time.Time) error {
	err := h.rc.SetWriteDeadline(t)
	if errors.Is(err, http.ErrNotSupported) {
		return nil // in the window, whose reader is this program
	}
	return err
}

func (h *handlerWriter) Close() error {
	h.stop()
	return nil
}
