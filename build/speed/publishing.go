package main

import (
	"os"
	"time"

	"signalbox/speed/bare"
	"signalbox/speed/load"
)

// A press is messages published by many connections, without subscribers.
type press struct {
	connections int
	lines       int
	ids         bool // each message with an id of its own
	scattered   bool // ids in no order
}

// acknowledged returns messages a second that were acknowledged.
func (s press) acknowledged(b *bench, kind string) (sample, error) {
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

// transaction is how many messages the bare loop of INSERTs commits at once.
// Signalbox commits 750 on average under the same load.
const transaction = 768

// inserted returns messages a second that a bare loop of the same INSERTs
// commits.
func (s press) inserted(b *bench) (sample, error) {
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
