package main

import (
	"time"

	"signalbox/speed/load"
)

const (
	// settle is the time between the start of a load and the measurement.
	settle = 700 * time.Millisecond
	// lead bounds how many messages the publishers may be ahead of the deliveries.
	// Without it, the clients of a server that stores faster than it delivers would
	// fall further and further behind.
	lead = 4096
)

// A fanOut is a load with many subscribers.
type fanOut struct {
	clients int
	lines   int // messages in a request, as JSON lines; 0 for one message as plain text
	tls     bool
	http2   bool // subscribers use HTTP/2; publishers always use HTTP/1.1
}

// deliveries measures deliveries a second while 64 connections publish. Only
// Signalbox gets JSON lines; the other servers get single messages.
func (f fanOut) deliveries(b *bench, kind string) (sample, error) {
	p, err := b.start(kind, options{tls: f.tls})
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	at := p.at
	at.HTTP2 = f.http2
	subs, err := load.Subscribe(at, "/events/bench", f.clients)
	if err != nil {
		return sample{}, err
	}
	defer subs.Close()
	time.Sleep(settle) // a library sends the response header before it registers the client
	plan := load.Plan{
		Channel: "bench", Connections: 64,
		Lead: lead, Delivered: func() int64 { return subs.Events.Load() / int64(f.clients) },
	}
	if b.ours(kind) {
		plan.Lines = f.lines
	}
	pubs, err := load.Publish(p.at, plan)
	if err != nil {
		return sample{}, err
	}
	time.Sleep(settle)
	s, err := b.rate(p, subs.Events.Load, subs.Busy(), pubs.Busy())
	if e := pubs.End(); err == nil {
		err = e
	}
	if err != nil {
		return sample{}, err
	}
	return s, subs.WaitFor(pubs.Acknowledged.Load()*int64(f.clients), 10*time.Second)
}
