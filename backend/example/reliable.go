package example

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"signalbox/backend/live"
)

const (
	countEvery = time.Second
	pingEvery  = 30 * time.Second
	// linger is how long counting goes on when nobody listens any more: what
	// is published while a line is cut is what the example is about.
	linger = time.Minute
)

// retryMS is the reconnection time that every ping carries.
var retryMS int64 = 10_000

// The reliable example publishes numbered events: count every second, and ping
// with the time every 30 s and for each new connection. The ids are 1, 2, 3…
// without a hole and go on where the last run of the program ended, so a page
// can tell from them alone whether anything is missing.
type reliable struct {
	e         *Examples
	channel   channel
	numbering string // the mark under which the last id is stored
	watched   func() bool

	mu    sync.Mutex
	last  int64 // the last id; -1 where the mark must be asked
	lines map[string]*line
}

// A line is one page's connection, under a name that the page has chosen.
type line struct{ cut context.CancelFunc }

func newReliable(e *Examples, to channel, mark string, watched func() bool) *reliable {
	return &reliable{e: e, channel: to, numbering: "example/" + mark, watched: watched, last: -1, lines: map[string]*line{}}
}

func (r *reliable) run(ctx context.Context) {
	count, ping := time.NewTicker(countEvery), time.NewTicker(pingEvery)
	defer count.Stop()
	defer ping.Stop()
	var until time.Time
	for {
		event := "count"
		select {
		case <-ctx.Done():
			return
		case <-count.C:
		case <-ping.C:
			event = "ping"
		}
		if r.watched() {
			until = time.Now().Add(linger)
		}
		if time.Now().After(until) {
			continue
		}
		if err := r.send(ctx, event); err != nil {
			r.e.complain(ctx, "publish to the reliable example", err)
		}
	}
}

// send publishes the next number. It and the mark that says how far the
// numbering has come are committed together: no number is given twice, none is
// left out, whenever the program ends.
func (r *reliable) send(ctx context.Context, event string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last < 0 {
		last, err := r.stored(ctx)
		if err != nil {
			return err
		}
		r.last = last
	}
	id := strconv.FormatInt(r.last+1, 10)
	d := live.Draft{Type: event, ID: id, Data: id}
	if event == "ping" {
		d.Data, d.Retry = time.Now().Format(time.RFC3339), &retryMS
	}
	// Not to be given up half-way: whether this number is taken must be known
	// before the next one is given.
	ctx = context.WithoutCancel(ctx)
	if err := r.e.publish(ctx, r.channel, d, live.Mark{Name: r.numbering, Text: id}); err != nil {
		r.last = -1
		return err
	}
	r.last++
	return nil
}

func (r *reliable) stored(ctx context.Context) (int64, error) {
	m, err := r.e.j.Mark(ctx, r.numbering)
	if err != nil {
		return -1, err
	}
	if m.Text == "" {
		return 0, nil
	}
	return strconv.ParseInt(m.Text, 10, 64)
}

// events is the stream of the channel reliable over a line that can be cut.
func (r *reliable) events(w http.ResponseWriter, req *http.Request) {
	name := req.FormValue("line")
	if name == "" || len(name) > 64 {
		refuse(w, http.StatusBadRequest, live.Errorf("bad_line", "The line's name is empty or longer than 64 characters.").WithField("line"))
		return
	}
	if _, err := r.e.channel(req.Context(), "reliable"); err != nil {
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	ctx, cut := context.WithCancel(req.Context())
	defer cut()
	l := &line{cut}
	r.mu.Lock()
	r.lines[name] = l
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.lines[name] == l {
			delete(r.lines, name)
		}
	}()

	after := r.e.j.Last() // so that the ping is in the stream
	if err := r.send(ctx, "ping"); err != nil {
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	r.e.stream(w, req.WithContext(ctx), "reliable", after)
}

// cut ends a line from the server's side, in the midst of things.
func (r *reliable) cut(w http.ResponseWriter, req *http.Request) {
	name := req.FormValue("line")
	r.mu.Lock()
	l, ok := r.lines[name]
	r.mu.Unlock()
	if !ok {
		refuse(w, http.StatusNotFound, live.Errorf("not_found", "This line is not connected.").WithField("line"))
		return
	}
	l.cut()
	w.WriteHeader(http.StatusNoContent)
}
