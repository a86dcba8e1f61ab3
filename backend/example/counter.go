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

// A Counter publishes numbered events to a channel: count every second, and
// ping with the time every 30 s and for each new connection. The ids are 1, 2,
// 3… without a gap, and go on after a restart of the program. So a page sees from
// the ids alone whether an event is missing.
type Counter struct {
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

// NewCounter returns a counter for a channel. It stores its last id under the mark,
// and counts while watched reports true.
func (e *Examples) NewCounter(channel ChannelName, mark string, watched func() bool) *Counter {
	return &Counter{examples: e, channel: channel, mark: "example/" + mark, watched: watched, last: -1, lines: map[string]*line{}}
}

// Run publishes until ctx ends.
func (c *Counter) Run(ctx context.Context) {
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
		if c.watched() {
			until = time.Now().Add(countAfterLast)
		}
		if time.Now().After(until) {
			continue
		}
		if err := c.publish(ctx, event); err != nil {
			c.examples.Warn(ctx, "publish to the reliable example", err)
		}
	}
}

// publish publishes an event with the next id. The id is stored in the same
// commit: whenever the program ends, no id is used twice and none is left out.
func (c *Counter) publish(ctx context.Context, event string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last < 0 {
		last, err := c.stored(ctx)
		if err != nil {
			return err
		}
		c.last = last
	}
	id := strconv.FormatInt(c.last+1, 10)
	d := live.Draft{Type: event, ID: id, Data: id}
	if event == "ping" {
		d.Data, d.Retry = time.Now().Format(time.RFC3339), &retryMS
	}
	// Not cancelled: before the next id is used it must be known whether this one
	// is stored.
	ctx = context.WithoutCancel(ctx)
	if err := c.examples.Emit(ctx, c.channel, d, live.Mark{Name: c.mark, Text: id}); err != nil {
		c.last = -1
		return err
	}
	c.last++
	return nil
}

// stored returns the last id of an earlier run, or 0.
func (c *Counter) stored(ctx context.Context) (int64, error) {
	m, err := c.examples.journal.Mark(ctx, c.mark)
	if err != nil {
		return -1, err
	}
	if m.Text == "" {
		return 0, nil
	}
	return strconv.ParseInt(m.Text, 10, 64)
}

// events serves the stream of the channel reliable over a line that cut can end.
func (c *Counter) events(w http.ResponseWriter, req *http.Request) {
	name := req.FormValue("line")
	if name == "" || len(name) > 64 {
		Refuse(w, http.StatusBadRequest, live.Errorf("bad_line", "The name of the line is empty or longer than 64 characters.").WithField("line"))
		return
	}
	if _, err := c.examples.ensureChannel(req.Context(), "reliable"); err != nil {
		Refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	ctx, cut := context.WithCancel(req.Context())
	defer cut()
	l := &line{cut}
	c.mu.Lock()
	c.lines[name] = l
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.lines[name] == l {
			delete(c.lines, name)
		}
	}()

	after := c.examples.journal.Last() // the stream begins with its own ping
	if err := c.publish(ctx, "ping"); err != nil {
		Refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	c.examples.stream(w, req.WithContext(ctx), "reliable", after)
}

// cut answers POST /examples/reliable/cut. It ends a line without a warning.
func (c *Counter) cut(w http.ResponseWriter, req *http.Request) {
	name := req.FormValue("line")
	c.mu.Lock()
	l, ok := c.lines[name]
	c.mu.Unlock()
	if !ok {
		Refuse(w, http.StatusNotFound, live.Errorf("not_found/line", "This line is not connected.").WithField("line"))
		return
	}
	l.cut()
	w.WriteHeader(http.StatusNoContent)
}
