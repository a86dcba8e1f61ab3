package main

import (
	"os"
	"time"

	"signalbox/speed/bare"
	"signalbox/speed/load"
)

// A publishing is a load without subscribers.
type publishing struct {
	connections int
	lines       int
	ids         bool // each message has an id
	scattered   bool // the ids are in no order
}

// acknowledged measures acknowledged messages a second.
func (s publishing) acknowledged(b *bench, kind string) (sample, error) {
	if kind == "inserts" {
		return s.inserted(b)
	}
	p, err := b.start(kind, options{})
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	pubs, err := load.Publish(p.at, load.Plan{Channel: "bench", Connections: s.connections, Lines: s.lines, IDs: s.ids, Scattered: s.scattered})
	if err != nil {
		return sample{}, err
	}
	time.Sleep(settle)
	found, err := b.rate(p, pubs.Acknowledged.Load, pubs.Busy())
	if e := pubs.End(); err == nil {
		err = e
	}
	return found, err
}

// transaction is the number of messages in a transaction of the bare INSERTs. With
// the same load Signalbox has 750 on average.
const transaction = 768

// inserted measures how many messages a second the bare INSERTs commit.
func (s publishing) inserted(b *bench) (sample, error) {
	dir, err := os.MkdirTemp(b.temp, "inserts")
	if err != nil {
		return sample{}, err
	}
	if err := b.fill("signalbox", dir, 1, 1); err != nil {
		return sample{}, err
	}
	id := func(int64) any { return nil }
	if s.ids {
		id = func(n int64) any { return load.ID(uint64(n), s.scattered) }
	}
	value, err := bare.Insert(dir, transaction, id, string(load.Payload(0)), b.length)
	return sample{value: value}, err
}
