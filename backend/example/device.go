package example

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/live"
)

// answerDelay is the time from an ask to its answer.
const answerDelay = 400 * time.Millisecond

// A Device is a simulated thermometer with a lamp. It follows its channel and
// publishes an answer for each ask, whether a page or curl published it. For an
// ask without an answer it publishes no-answer after answerTimeout, also while
// it is unplugged.
type Device struct {
	examples *Examples
	channel  ChannelName

	mu      sync.Mutex
	power   context.Context // ends when the device is unplugged
	unplug  context.CancelFunc
	plugged chan struct{} // closed when the device is plugged in again

	// The state of the device. Only its goroutine uses it.
	started time.Time
	lamp    string
}

// NewDevice returns a device in a channel.
func (e *Examples) NewDevice(channel ChannelName) *Device {
	d := &Device{examples: e, channel: channel, plugged: make(chan struct{}), lamp: "off"}
	d.power, d.unplug = context.WithCancel(context.Background())
	return d
}

// source returns the channel of the device, if it exists.
func (d *Device) source() (live.Source, bool) {
	name, ok := d.channel()
	if !ok {
		return live.Source{}, false
	}
	s, ok := d.examples.journal.Source(name)
	return s, ok && s.Kind == live.ChannelSource
}

// Run answers asks until ctx ends, while the channel exists.
func (d *Device) Run(ctx context.Context) {
	// Opening the page or publishing creates the channel. Reading begins at the
	// journal's last number when the channel was last looked for, so no ask that
	// was published in between is missed.
	after := d.examples.journal.Last()
	for ctx.Err() == nil {
		last := d.examples.journal.Last()
		if s, ok := d.source(); ok {
			last = d.runIn(ctx, s.ID, after)
		}
		after = last
		Sleep(ctx, time.Second)
	}
}

// runIn answers the asks of a channel after a number, until the channel is
// removed. It returns the journal's last number from when the channel still
// existed.
func (d *Device) runIn(ctx context.Context, source, after int64) (last int64) {
	ctx, stop := context.WithCancel(ctx)
	var both sync.WaitGroup
	both.Go(func() { d.answerAsks(ctx, source, after) })
	both.Go(func() { d.reportNoAnswer(ctx, source, after) })
	for now := after; Sleep(ctx, time.Second); now = d.examples.journal.Last() {
		last = now
		if s, ok := d.source(); !ok || s.ID != source {
			break
		}
	}
	stop()
	both.Wait()
	return last
}

// answerAsks answers the asks after a number while the device has power.
func (d *Device) answerAsks(ctx context.Context, source, after int64) {
	d.started = time.Now()
	for ctx.Err() == nil {
		power, plugged := d.state()
		if power.Err() == nil {
			on, stop := context.WithCancel(ctx)
			release := context.AfterFunc(power, stop)
			d.follow(on, source, after)
			release()
			stop()
			// An ask that is published without power is never answered. A no-answer
			// was published for it, and a lamp that goes on an hour later would
			// surprise people.
			after = d.examples.journal.Last()
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-plugged:
		}
		after = d.examples.journal.Last()
		d.started, d.lamp = time.Now(), "off"
		d.publish(ctx, "hello", map[string]string{"text": "The device is back."})
	}
}

// follow answers the asks after a number until ctx ends or an error.
func (d *Device) follow(ctx context.Context, source, after int64) {
	cursor := d.examples.journal.Follow(live.Filter{Sources: []int64{source}, Kinds: []live.Kind{live.Event}, Where: filter.Types("ask")}, after)
	for {
		batch, err := cursor.Next(ctx)
		if err != nil {
			d.examples.Warn(ctx, "follow the device's channel", err)
			Sleep(ctx, time.Second)
			return
		}
		for _, m := range batch.Entries {
			if !Sleep(ctx, answerDelay) {
				return
			}
			d.publish(ctx, "answer", d.answer(d.examples.wireID(&m.Message), strings.TrimSpace(m.Data)))
		}
	}
}

// An answer is the data of an answer event. To is the id of the ask, as its
// subscribers read it.
type answer struct {
	To    string `json:"to"`
	Ask   string `json:"ask"`
	Text  string `json:"text"`
	Value any    `json:"value,omitempty"`
}

// answer returns the answer to an ask, and switches the lamp if the ask says so.
func (d *Device) answer(to, ask string) answer {
	a := answer{To: to, Ask: ask}
	switch ask {
	case "temperature":
		v := Temperature(time.Now())
		a.Text, a.Value = strconv.FormatFloat(v, 'f', 1, 64)+" °C", v
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

func (d *Device) publish(ctx context.Context, event string, data any) {
	if err := d.examples.Emit(ctx, d.channel, live.Draft{Type: event, Data: JSON(data)}); err != nil {
		d.examples.Warn(ctx, "publish for the device", err)
	}
}

// state returns a context that ends without power, and a channel that is closed
// when the device is plugged in again.
func (d *Device) state() (power context.Context, plugged <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.power, d.plugged
}

// plug plugs the device in or unplugs it.
func (d *Device) plug(in bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch on := d.power.Err() == nil; {
	case on && !in:
		d.unplug()
	case !on && in:
		d.power, d.unplug = context.WithCancel(context.Background())
		close(d.plugged)
		d.plugged = make(chan struct{})
	}
}

// show answers GET /examples/device/state.
func (d *Device) show(w http.ResponseWriter, _ *http.Request) {
	power, _ := d.state()
	reply(w, http.StatusOK, map[string]bool{"plugged": power.Err() == nil})
}

// change answers POST /examples/device/state.
func (d *Device) change(w http.ResponseWriter, r *http.Request) {
	switch in := r.FormValue("plugged"); in {
	case "true", "false":
		d.plug(in == "true")
		d.show(w, r)
	default:
		Refuse(w, http.StatusBadRequest, live.Errorf("bad_value/plugged", "plugged is true or false.").WithField("plugged"))
	}
}

// Temperature returns the simulated temperature of a room at a time, in °C to a
// tenth.
func Temperature(t time.Time) float64 {
	m := float64(t.Unix()%86400) / 60
	v := 21 + 1.5*math.Sin(m/229) + 0.4*math.Sin(m/17) + 0.15*math.Sin(m*1.7)
	return math.Round(v*10) / 10
}
