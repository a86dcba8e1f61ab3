package main

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"signalbox/speed/load"
)

// delay returns the 99th percentile of the time from publish to receipt, in
// milliseconds, at 2,000 messages a second and 100 clients.
func delay(b *bench, kind string) (sample, error) {
	p, err := b.start(kind, options{})
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	return b.p99(p, 100)
}

// p99 returns the 99th percentile of so many new clients.
func (b *bench) p99(p *process, clients int) (sample, error) {
	subs, err := load.Subscribe(p.at, "/events/bench", clients)
	if err != nil {
		return sample{}, err
	}
	defer subs.Close()
	pubs, err := load.Publish(p.at, load.Plan{Channel: "bench", Connections: 64, Rate: 2000})
	if err != nil {
		return sample{}, err
	}
	time.Sleep(settle)
	delays := subs.Delays(b.length)
	if err := pubs.End(); err != nil {
		return sample{}, err
	}
	if least := int(b.length.Seconds()*2000) * clients / 2; len(delays) < least {
		return sample{}, fmt.Errorf("only %d of %d events came", len(delays), 2*least)
	}
	slices.Sort(delays)
	return sample{value: float64(delays[len(delays)*99/100]) / 1e6}, nil
}

// stopped returns how many times longer the 99th percentile of 99 clients is
// beside one that has stopped reading than beside one that reads.
func stopped(b *bench, kind string) (sample, error) {
	p, err := b.start(kind, options{})
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	beside := func(reads bool) (sample, error) {
		one, err := load.Subscribe(p.at, "/events?source=bench&source=ballast", 1)
		if err != nil {
			return sample{}, err
		}
		defer one.Close()
		one.Paused.Store(!reads)
		// More than the system holds for a connection, for this one alone: then
		// it is stuck before anything is measured.
		ballast := bytes.Repeat([]byte{'x'}, 1<<20)
		for range 16 {
			if _, err := p.call("POST", "/channels/ballast/messages", ballast); err != nil {
				return sample{}, err
			}
		}
		time.Sleep(settle)
		return b.p99(p, 99)
	}
	if _, err := beside(true); err != nil { // to warm up
		return sample{}, err
	}
	var with, without []float64
	for range 3 {
		for _, reads := range []bool{true, false} {
			s, err := beside(reads)
			if err != nil {
				return sample{}, err
			}
			if reads {
				without = append(without, s.value)
			} else {
				with = append(with, s.value)
			}
		}
	}
	return sample{value: median(with) / median(without)}, nil
}
