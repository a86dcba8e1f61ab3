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
	pubs, err := load.Publish(p.at, load.Plan{Channel: "bench", Connections: s.connections, Lines: s.lines, IDs: s.ids})
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

// transaction is how many messages the bare loop of INSERTs commits at once:
// as many as Signalbox does on average under the load of lines.
const transaction = 832

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
	value, err := bare.Insert(dir, transaction, s.ids, string(load.Payload(0)), b.length)
	return sample{value: value}, err
}
