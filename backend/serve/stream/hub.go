package stream

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/serve/budget"
	"signalbox/backend/serve/framecache"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/wire"
)

// Sources finds sources by their names.
type Sources interface {
	// Source returns a source. A channel that does not exist comes into being,
	// within the limits for channels.
	Source(ctx context.Context, name string) (live.Source, error)
}

// Readers bound how many requests read pages of history at the same time.
type Readers interface {
	// Acquire waits its turn. Call release when the page is read.
	Acquire(ctx context.Context) (release func(), err error)
}

// Options are what a Hub is made of.
type Options struct {
	Journal *journal.Journal
	Sources Sources
	Readers Readers
	// Reserve counts a stream on the connection of a request, or returns the
	// error to answer with. release is called when the stream has ended.
	Reserve func(*http.Request) (release func(), err error)
	// ClientsChanged is called when a client has come or gone.
	ClientsChanged func()

	Heartbeat    time.Duration // between two comments of an idle stream
	Retry        time.Duration // the reconnection time that clients are sent
	WriteTimeout time.Duration // after which a client that has stopped reading is cut off
	MaxCatchUp   int64         // bytes that streams which read from the store hold together
	Log          *slog.Logger
}

// A Hub serves streams and knows their clients.
type Hub struct {
	journal      *journal.Journal
	sources      Sources
	readers      Readers
	reserve      func(*http.Request) (func(), error)
	writeTimeout time.Duration
	log          *slog.Logger

	heartbeat atomic.Int64 // nanoseconds
	retry     atomic.Int64 // nanoseconds

	clients   *clients
	caches    *framecache.Caches
	catchUp   catchUp
	delivered atomic.Int64 // messages written to clients
	bytes     atomic.Int64 // bytes written to clients
}

// New returns a Hub.
func New(opt Options) *Hub {
	h := &Hub{
		journal: opt.Journal, sources: opt.Sources, readers: opt.Readers, reserve: opt.Reserve,
		writeTimeout: opt.WriteTimeout, log: opt.Log,
		clients: newClients(opt.ClientsChanged), caches: framecache.New(opt.Journal),
		catchUp: catchUp{memory: budget.New(opt.MaxCatchUp), pages: make(map[*stream]time.Time)},
	}
	h.SetTiming(opt.Heartbeat, opt.Retry)
	return h
}

// SetTiming changes the heartbeat and the reconnection time. Streams that are
// open take the heartbeat over after their next one.
func (h *Hub) SetTiming(heartbeat, retry time.Duration) {
	h.heartbeat.Store(int64(heartbeat))
	h.retry.Store(int64(retry))
}

// Delivered returns how many messages and bytes were written to clients.
func (h *Hub) Delivered() (messages, bytes int64) { return h.delivered.Load(), h.bytes.Load() }

// SourcesChanged makes every stream look up its sources again.
func (h *Hub) SourcesChanged() { h.clients.lookUpSources() }

// Subscribe answers a request with a stream of the sources with those names, or
// of the sources that the query names where names is nil; all sources where
// none is named. A client that does not resume is first sent the newest message
// where newest is set.
//
// Over a connection that it takes over from net/http it returns at once, and
// the stream goes on; otherwise, and for requests of Foreground, when the
// stream has ended.
func (h *Hub) Subscribe(w http.ResponseWriter, r *http.Request, names []string, newest bool) error {
	sub, err := h.readSubscription(r, names, newest)
	if err != nil {
		return err
	}
	if r.Method == http.MethodHead {
		setHeader(w, r)
		return nil
	}
	release, err := h.reserve(r)
	if err != nil {
		httpapi.CloseConnection(w, r)
		return err
	}
	s, opening, err := h.newStream(r, sub)
	if err != nil {
		release()
		return err
	}
	s.release = release
	setHeader(w, r)
	// From here on errors end the stream: its status is 200.
	resp, hijacked := newResponse(w, r)
	out, err := resp.Open(http.StatusOK, w.Header(), s.client.end)
	if err != nil {
		s.close()
		h.clients.detached.Done()
		return nil
	}
	s.sender = newSender(out, h.writeTimeout)
	s.client.setSender(s.sender)
	switch foreground := r.Context().Value(foregroundKey{}) != nil; {
	case !hijacked:
		h.clients.detached.Done() // the http.Server waits for it
		s.run(opening)
	case foreground:
		defer h.clients.detached.Done()
		defer context.AfterFunc(r.Context(), func() { s.client.end(context.Cause(r.Context())) })()
		s.run(opening)
	default:
		go h.runDetached(s, opening)
	}
	return nil
}

type foregroundKey struct{}

// Foreground returns a context whose requests are subscribed in the
// foreground: Subscribe returns when the stream has ended, and the stream ends
// with the context.
func Foreground(ctx context.Context) context.Context {
	return context.WithValue(ctx, foregroundKey{}, true)
}

// runDetached runs a stream whose handler has returned: net/http's memory for
// the connection is free, which is more than the stream itself needs.
func (h *Hub) runDetached(s *stream, opening []byte) {
	defer h.clients.detached.Done()
	defer func() {
		if p := recover(); p != nil {
			h.log.Error("panic in a stream", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	s.run(opening)
}

// setHeader sets the headers of every stream.
func setHeader(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // or nginx would hold messages back
	httpapi.CloseConnection(w, r)    // no request can follow a stream
}

// newStream makes a stream of a subscription and returns what the stream opens
// with. The client is counted from now on.
func (h *Hub) newStream(r *http.Request, sub *subscription) (*stream, []byte, error) {
	after, gap, err := h.start(r.Context(), sub)
	if err != nil {
		return nil, nil, err
	}
	c := newClient(r, sub)
	if err := h.clients.add(c); err != nil {
		return nil, nil, err
	}
	// The first heartbeat comes early, by a random time: otherwise clients that
	// came together would be served together ever after.
	heartbeat := time.Duration(h.heartbeat.Load())
	s := &stream{hub: h, client: c, firstBeatEarly: rand.N(heartbeat/2 + 1)}
	// The cursor does not filter: its gaps for what was trimmed keep their counts.
	s.cursor = h.journal.FollowNames(sub.names, live.Filter{}, after)
	c.cursor.Store(s.cursor)
	if sub.filter == nil {
		s.cache = h.caches.Join(sub.names)
	}
	opening := wire.AppendOpening(nil, h.journal.Epoch(), time.Duration(h.retry.Load()).Milliseconds())
	opening = append(opening, heartbeatComment...)
	if gap != nil && c.wants(live.GapKind) {
		opening = wire.AppendGap(opening, gap)
	}
	return s, opening, nil
}

// start returns the position after which a stream starts, and the gap that it
// opens with.
func (h *Hub) start(ctx context.Context, sub *subscription) (after int64, gap *live.Gap, err error) {
	switch {
	case sub.oldest:
		return journal.Oldest, nil, nil
	case sub.resume != "":
		return h.journal.ResumeNames(ctx, sub.names, sub.resume)
	case sub.newest:
		release, err := h.readers.Acquire(ctx)
		if err != nil {
			return 0, nil, err
		}
		defer release()
		page, err := h.journal.Read(ctx, live.Query{Filter: live.Filter{Sources: sub.sources, Kinds: []live.Kind{live.Event}}, Newest: true, Limit: 1})
		if err != nil {
			return 0, nil, err
		}
		if len(page.Messages) > 0 {
			return page.Messages[0].Number - 1, nil, nil
		}
	}
	return h.journal.Last(), nil, nil
}

// Shutdown ends all streams, and refuses those that would follow. Each client
// that still reads is told when to reconnect. Wait waits for the streams.
func (h *Hub) Shutdown() { h.clients.shutdown() }

// Wait waits until the streams that took over their connections have ended.
// When ctx ends first it closes their connections and returns the context's
// error. Streams over a ResponseWriter belong to the http.Server, which waits
// for them itself.
func (h *Hub) Wait(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.clients.detached.Wait()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	for _, c := range h.clients.list() {
		c.abort(errShutdown)
	}
	<-ended
	return ctx.Err()
}
