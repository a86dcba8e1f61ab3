package main

import (
	"fmt"
	"time"

	"signalbox/speed/load"
)

// idleClients is the number of idle clients.
const idleClients = 10_000

// waiting starts a server with idle clients, and returns its memory before they
// connected. If it accepts only some of them, it says so in the sample.
func (b *bench) waiting(kind string, s *sample) (*process, *load.Subscribers, int64, error) {
	p, err := b.start(kind, options{})
	if err != nil {
		return nil, nil, 0, err
	}
	// One client first, for what a server allocates only once.
	first, err := load.Subscribe(p.at, "/events/bench", 1)
	if err == nil {
		defer first.Close()
		time.Sleep(settle)
		var before int64
		if before, err = p.memory(); err == nil {
			subs, e := load.Subscribe(p.at, "/events/bench", idleClients)
			if e != nil && subs != nil && subs.Len() > 0 {
				s.short = fmt.Sprintf("%d of %d clients were accepted", subs.Len(), idleClients)
				fmt.Printf("  %v\n", e)
				e = nil
			}
			if e == nil {
				return p, subs, before, nil
			}
			err = e
		}
	}
	p.stop()
	return nil, nil, 0, err
}

// idle measures the memory of an idle client in KiB.
func idle(b *bench, kind string) (s sample, err error) {
	p, subs, before, err := b.waiting(kind, &s)
	if err != nil {
		return s, err
	}
	defer p.stop()
	defer subs.Close()
	time.Sleep(2 * time.Second)
	after, err := p.memory()
	s.value = float64(after-before) / float64(subs.Len()) / 1024
	return s, err
}

// heard measures the longest time in seconds for which an idle client receives
// nothing, over two heartbeats of 15 s. Then it sends all of them a message.
func heard(b *bench, kind string) (s sample, err error) {
	p, subs, _, err := b.waiting(kind, &s)
	if err != nil {
		return s, err
	}
	defer p.stop()
	defer subs.Close()
	time.Sleep(32 * time.Second)
	begun := time.Now()
	if _, err := p.call("POST", "/channels/bench/messages", []byte("for all ~")); err != nil {
		return s, err
	}
	if err := subs.WaitFor(int64(subs.Len()), 10*time.Second); err != nil {
		return s, err
	}
	fmt.Printf("  a message reached all %d clients after %.0f ms\n", subs.Len(), time.Since(begun).Seconds()*1000)
	subs.Close()
	s.value = subs.LongestSilence().Seconds()
	return s, nil
}
