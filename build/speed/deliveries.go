package main

import (
	"time"

	"signalbox/speed/load"
)

const (
	// settle is how long a load runs before it is measured.
	settle = 700 * time.Millisecond
	// lead is how many messages the publishers may be ahead of the deliveries.
	// Without a bound a server that takes messages faster than it can deliver
	// them is measured while its clients fall behind for ever.
	lead = 4096
)

// A fan is deliveries to many clients.
type fan struct {
	clients int
	lines   int // messages in one request, as JSON lines; 0 for one as plain text
	tls     bool
	http2   bool // of the subscribers; publishers speak HTTP/1.1
}

// deliveries returns deliveries a second, each publish acknowledged, from 64
// connections. Only Signalbox takes JSON lines; the others get single messages.
func (f fan) deliveries(b *bench, kind string) (sample, error) {
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
	time.Sleep(settle) // a library sends the head before it has the client
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
