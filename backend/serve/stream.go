package serve

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

const (
	// portion is how much is gathered for one write.
	portion = 64 << 10
	// stretch is how much one write deadline is for: a large message to a slow
	// but living reader takes several.
	stretch = 256 << 10
)

// heartbeat is a comment. It ends with one line break: after a blank line
// some clients report an event that is not there.
const heartbeat = ":\n"

func streamHeaders(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // or nginx would hold messages back
	closeAfter(w, r)                 // a connection that carried a stream is of no further use
}

// stream follows the journal for one client until either ends. There is no
// queue in between: a client that reads slowly is far behind in the journal,
// and nothing else.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, sub *subscription) error {
	leave, err := carries(r)
	if err != nil {
		closeAfter(w, r)
		return err
	}
	defer leave()
	ctx, end := context.WithCancelCause(r.Context())
	defer end(nil)
	f, gap, err := s.join(w, r, sub, end)
	if err != nil {
		return err
	}
	defer f.part()
	streamHeaders(w, r)
	// What comes after this line is no HTTP answer any more: errors end the stream.
	err = f.open(gap)
	f.out.direct = newDirect(r)
	for err == nil {
		err = f.step(ctx)
	}
	f.farewell(ctx, err)
	return nil
}

// join makes a client of a subscription, and finds the gap to begin with. A
// goroutine's stack shrinks only while less than a quarter of it is in use, so
// what happens once must leave no frame under what lasts: 8 KiB for each client.
func (s *Server) join(w http.ResponseWriter, r *http.Request, sub *subscription, end context.CancelCauseFunc) (*follower, *live.Gap, error) {
	after, gap, err := s.begin(r.Context(), sub)
	if err != nil {
		return nil, nil, err
	}
	c := &client{
		address: r.RemoteAddr, agent: r.UserAgent(), protocol: r.Proto, resumed: sub.resume,
		names: or(sub.names), types: or(sub.types), since: time.Now(), end: end,
		sources: sub.sources, filter: live.Filter{Types: sub.types}, out: newOutput(w, s.config().WriteTimeout),
	}
	c.out.http2 = r.ProtoMajor == 2
	if err := s.clients.add(c); err != nil {
		return nil, nil, err
	}
	f := &follower{Server: s, client: c, out: c.out, early: rand.N(s.config().Heartbeat/2 + 1)}
	f.follow(sub.names, after)
	return f, gap, nil
}

// part is the opposite of join.
func (f *follower) part() {
	f.caughtUp()
	f.strips.leave(f.strip)
	f.clients.remove(f.client)
	f.out.leave()
}

// open writes what every stream begins with.
func (f *follower) open(gap *live.Gap) error {
	opening := wire.AppendOpening(nil, f.j.Epoch(), f.config().Retry.Milliseconds())
	opening = append(opening, heartbeat...)
	if gap != nil {
		opening = wire.AppendGap(opening, gap)
	}
	return errors.Join(f.out.write(opening), f.out.flush())
}

// or returns a list that JSON writes as [] where it is empty.
func or(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// A follower writes what its client's cursor finds.
type follower struct {
	*Server
	client *client
	out    *output
	cursor *journal.Cursor
	strip  *strip // nil for clients with a filter

	gone    map[int64]bool // for clients of all sources: which were removed…
	version int64          // …by this version of the sources

	behind bool            // whether it reads from the store
	idle   context.Context // ends when a heartbeat is due, or sources changed
	cancel context.CancelFunc
	// early brings the first heartbeat forward, so that clients that came
	// together are not served together ever after.
	early time.Duration
}

func (f *follower) follow(names []string, after int64) {
	// The types are not the cursor's business: a gap passes whatever they are.
	f.cursor = f.j.FollowNames(names, live.Filter{}, after)
	f.client.cursor.Store(f.cursor)
	if len(f.client.types) == 0 {
		f.strip = f.strips.join(f.Server, names)
	}
}

// step waits for what comes next and writes it.
func (f *follower) step(ctx context.Context) error {
	// Looked at here and not only when nothing comes: under load something
	// always does.
	if f.idle == nil || f.idle.Err() != nil {
		if err := f.rest(ctx); err != nil {
			return err
		}
	}
	err := f.advance()
	if err != nil && f.idle.Err() != nil && f.out.err == nil {
		return nil
	}
	return err
}

// advance writes what is ready, or waits until something is.
func (f *follower) advance() error {
	if f.strip != nil {
		if c, ok := f.strip.take(f.cursor.Place()); ok {
			f.cursor.Move(c.through)
			f.caughtUp()
			if c.n == 0 {
				return f.cursor.Wait(f.idle)
			}
			return f.finish(c.frames, c.n, c.last)
		}
	}
	f.cursor.SetPage(f.catching.page(f.config().MaxCatchUp))
	batch, err := f.cursor.Next(f.idle)
	if err != nil {
		return err
	}
	if batch.Stored {
		return f.sendStored(batch)
	}
	f.caughtUp()
	return f.send(batch)
}

// rest does what is due between messages, and says until when to wait next.
func (f *follower) rest(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if f.cancel != nil {
		f.cancel()
	}
	if f.client.wasPoked() {
		f.recount()
	}
	period := f.config().Heartbeat
	wait := period - f.early - time.Since(f.out.last)
	if wait <= 0 {
		if err := errors.Join(f.out.write([]byte(heartbeat)), f.out.flush()); err != nil {
			return err
		}
		f.early, wait = 0, period
		if f.strip != nil {
			f.strip.rest()
		}
	}
	f.idle, f.cancel = f.client.waiting(ctx, wait)
	return nil
}

// recount counts the client among those of the sources that it follows by now.
func (f *follower) recount() {
	if sources := f.cursor.Sources(); len(f.client.names) > 0 && !slices.Equal(sources, f.client.sources) {
		f.clients.follow(f.client, slices.Clone(sources))
	}
}

// farewell ends the stream of a client that still reads, with a time to come
// back at: after a restart they must not all come in the same moment.
func (f *follower) farewell(ctx context.Context, err error) {
	if f.cancel != nil {
		f.cancel()
	}
	switch {
	case errors.Is(err, errEnding), errors.Is(err, journal.ErrClosed):
		retry := f.config().Retry
		spread := retry + rand.N(retry+time.Second)
		// It is going either way.
		_ = errors.Join(f.out.write(wire.AppendRetry(nil, spread.Milliseconds())), f.out.flush())
	case ctx.Err() == nil && f.out.err == nil:
		f.config().Log.Warn("a stream ended", "client", f.client.id, "err", err)
	case ctx.Err() == nil:
		f.config().Log.Debug("a client was cut off", "client", f.client.id, "err", err)
	}
}
