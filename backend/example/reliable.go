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
	countInterval = time.Second
	pingInterval  = 30 * time.Second
	// countAfterLast is how long the count goes on after the last subscriber has
	// left: the example shows that no event of a cut connection is lost.
	countAfterLast = time.Minute
)

// retryMS is the reconnection time that every ping carries.
var retryMS int64 = 10_000

// A Reliable publishes numbered events to a channel: count every second, and
// ping with the time every 30 s and for each new connection. The ids are 1, 2,
// 3… without a gap, and go on after a restart of the program. So a page sees from
// the ids alone whether an event is missing.
type Reliable struct {
	examples *Examples
	channel  ChannelName
	mark     string // the mark that stores the last id
	watched  func() bool

	mu    sync.Mutex
	last  int64 // the last id; -1 if the mark must be read
	lines map[string]*line
}

// A line is the connection of one page, under a name that the page chose.
type line struct{ cut context.CancelFunc }

// NewReliable returns a reliable example for a channel. It stores its last id
// under a mark of its own, and counts while watched reports true.
func (e *Examples) NewReliable(channel ChannelName, mark string, watched func() bool) *Reliable {
	return &Reliable{examples: e, channel: channel, mark: "example/" + mark, watched: watched, last: -1, lines: map[string]*line{}}
}

// Run publishes until ctx ends.
func (r *Reliable) Run(ctx context.Context) {
	count, ping := time.NewTicker(countInterval), time.NewTicker(pingInterval)
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
			until = time.Now().Add(countAfterLast)
		}
		if time.Now().After(until) {
			continue
		}
		if err := r.publish(ctx, event); err != nil {
			r.examples.Warn(ctx, "publish to the reliable example", err)
		}
	}
}

// publish publishes an event with the next id. The id is stored in the same
// commit: whenever the program ends, no id is used twice and none is left out.
func (r *Reliable) publish(ctx context.Context, event string) error {
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
	// Not cancelled: before the next id is used it must be known whether this one
	// is stored.
	ctx = context.WithoutCancel(ctx)
	if err := r.examples.Emit(ctx, r.channel, d, live.Mark{Name: r.mark, Text: id}); err != nil {
		r.last = -1
		return err
	}
	r.last++
	return nil
}

// stored returns the last id of an earlier run, or 0.
func (r *Reliable) stored(ctx context.Context) (int64, error) {
	m, err := r.examples.journal.Mark(ctx, r.mark)
	if err != nil {
		return -1, err
	}
	if m.Text == "" {
		return 0, nil
	}
	return strconv.ParseInt(m.Text, 10, 64)
}

// events serves the stream of the channel reliable over a line that cut can end.
func (r *Reliable) events(w http.ResponseWriter, req *http.Request) {
	name := req.FormValue("line")
	if name == "" || len(name) > 64 {
		Refuse(w, http.StatusBadRequest, live.Errorf("bad_line", "The name of the line is empty or longer than 64 characters.").WithField("line"))
		return
	}
	if _, err := r.examples.ensureChannel(req.Context(), "reliable"); err != nil {
		Refuse(w, http.StatusServiceUnavailable, err)
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

	after := r.examples.journal.Last() // the stream begins with its own ping
	if err := r.publish(ctx, "ping"); err != nil {
		Refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	r.examples.stream(w, req.WithContext(ctx), "reliable", after)
}

// cut answers POST /examples/reliable/cut. It ends a line without a warning.
func (r *Reliable) cut(w http.ResponseWriter, req *http.Request) {
	name := req.FormValue("line")
	r.mu.Lock()
	l, ok := r.lines[name]
	r.mu.Unlock()
	if !ok {
		Refuse(w, http.StatusNotFound, live.Errorf("not_found/line", "This line is not connected.").WithField("line"))
		return
	}
	l.cut()
	w.WriteHeader(http.StatusNoContent)
}
