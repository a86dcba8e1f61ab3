package example

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"signalbox/backend/live"
)

// deviceThinks is how long the device takes for an answer.
const deviceThinks = 400 * time.Millisecond

// A device is a simulated thing on a wall with a thermometer and a lamp. It
// subscribes to its channel like any client, and answers there what it is asked
// there. Beside it a watchman says so when an answer does not come in
// time. Both work for whoever asks, a page or curl.
type device struct {
	e       *Examples
	channel channel

	mu     sync.Mutex
	power  context.Context // ends when it is unplugged
	unplug context.CancelFunc
	back   chan struct{} // closed when it is plugged in again

	// The device's own state; only its goroutine touches it.
	started time.Time
	lamp    string
}

func newDevice(e *Examples, to channel) *device {
	d := &device{e: e, channel: to, back: make(chan struct{}), lamp: "off"}
	d.power, d.unplug = context.WithCancel(context.Background())
	return d
}

// source returns the device's channel, where there is one.
func (d *device) source() (live.Source, bool) {
	name, ok := d.channel()
	if !ok {
		return live.Source{}, false
	}
	s, ok := d.e.j.Source(name)
	return s, ok && s.Kind == live.ChannelSource
}

// run attends to the device's channel as long as there is one.
func (d *device) run(ctx context.Context) {
	// The channel comes into being when the page is opened or somebody
	// publishes to it. Reading begins where the last look ended, so that what
	// was asked in between is not overlooked.
	place := d.e.j.Last()
	for ctx.Err() == nil {
		now := d.e.j.Last()
		if s, ok := d.source(); ok {
			now = d.attend(ctx, s.ID, place)
		}
		place = now
		wait(ctx, time.Second)
	}
}

// attend runs device and watchman on a source until it is removed. It returns
// how far the journal was when it was last seen to be there.
func (d *device) attend(ctx context.Context, source, after int64) (place int64) {
	ctx, stop := context.WithCancel(ctx)
	var both sync.WaitGroup
	both.Go(func() { d.live(ctx, source, after) })
	both.Go(func() { d.watch(ctx, source, after) })
	for now := after; wait(ctx, time.Second); now = d.e.j.Last() {
		place = now
		if s, ok := d.source(); !ok || s.ID != source {
			break
		}
	}
	stop()
	both.Wait()
	return place
}

// live is the device's life: listening while it has power.
func (d *device) live(ctx context.Context, source, after int64) {
	d.started = time.Now()
	for ctx.Err() == nil {
		power, back := d.state()
		if power.Err() == nil {
			on, stop := context.WithCancel(ctx)
			release := context.AfterFunc(power, stop)
			d.listen(on, source, after)
			release()
			stop()
			// What it is asked without power is not done late: who asked has
			// been told that there was no answer, and a lamp that goes on an
			// hour later frightens people.
			after = d.e.j.Last()
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-back:
		}
		after = d.e.j.Last()
		d.started, d.lamp = time.Now(), "off"
		d.say(ctx, "hello", map[string]string{"text": "The device is back."})
	}
}

func (d *device) listen(ctx context.Context, source, after int64) {
	asked := d.e.j.Follow(live.Filter{Sources: []int64{source}, Kinds: []live.Kind{live.Event}, Types: []string{"ask"}}, after)
	for {
		batch, err := asked.Next(ctx)
		if err != nil {
			d.e.complain(ctx, "listen for the device", err)
			wait(ctx, time.Second)
			return
		}
		for _, m := range batch.Entries {
			if !wait(ctx, deviceThinks) {
				return
			}
			d.say(ctx, "answer", d.answer(d.e.wireID(&m.Message), strings.TrimSpace(m.Data)))
		}
	}
}

// An answer is what the device says to an ask, whose id is in To.
type answer struct {
	To    string `json:"to"`
	Ask   string `json:"ask"`
	Text  string `json:"text"`
	Value any    `json:"value,omitempty"`
}

func (d *device) answer(to, ask string) answer {
	a := answer{To: to, Ask: ask}
	switch ask {
	case "temperature":
		v := temperature(time.Now())
		a.Text, a.Value = decimal(v)+" °C", v
	case "lamp":
		a.Text, a.Value = "The lamp is "+d.lamp+".", d.lamp
	case "lamp on", "lamp off":
		d.lamp = strings.TrimPrefix(ask, "lamp ")
		a.Text, a.Value = "The lamp is now "+d.lamp+".", d.lamp
	case "uptime":
		s := int(time.Since(d.started).Seconds())
		a.Text, a.Value = "On for "+(time.Duration(s)*time.Second).String()+".", s
	default:
		a.Text = "This device knows: temperature, lamp, lamp on, lamp off, uptime."
	}
	return a
}

func (d *device) say(ctx context.Context, event string, data any) {
	if err := d.e.publish(ctx, d.channel, live.Draft{Type: event, Data: text(data)}); err != nil {
		d.e.complain(ctx, "publish for the device", err)
	}
}

func (d *device) state() (power context.Context, back <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.power, d.back
}

// plug plugs the device in or pulls the plug.
func (d *device) plug(in bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch on := d.power.Err() == nil; {
	case on && !in:
		d.unplug()
	case !on && in:
		d.power, d.unplug = context.WithCancel(context.Background())
		close(d.back)
		d.back = make(chan struct{})
	}
}

func (d *device) show(w http.ResponseWriter, _ *http.Request) {
	power, _ := d.state()
	reply(w, http.StatusOK, map[string]bool{"plugged": power.Err() == nil})
}

func (d *device) change(w http.ResponseWriter, r *http.Request) {
	switch in := r.FormValue("plugged"); in {
	case "true", "false":
		d.plug(in == "true")
		d.show(w, r)
	default:
		refuse(w, http.StatusBadRequest, live.Errorf("bad_value", "plugged is true or false.").WithField("plugged"))
	}
}
