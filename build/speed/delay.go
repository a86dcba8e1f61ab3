package main

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"signalbox/speed/load"
)

// delay measures the 99th percentile of the time from publishing to arrival in
// milliseconds, at 2,000 messages a second and 100 clients.
func delay(b *bench, kind string) (sample, error) {
	p, err := b.start(kind, options{})
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	return b.p99(p, 100)
}

// p99 measures the delay with new clients.
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
		return sample{}, fmt.Errorf("only %d of %d events arrived", len(delays), 2*least)
	}
	slices.Sort(delays)
	return sample{value: float64(delays[len(delays)*99/100]) / 1e6}, nil
}

// stopped measures the delay of 99 clients while another client does not read,
// relative to the delay while it reads.
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
		// More than the socket buffers hold, for this client only: it is stalled
		// before the measurement starts.
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
