package main

import (
	"fmt"
	"time"

	"signalbox/speed/load"
)

// idleClients is how many clients wait at once.
const idleClients = 10_000

// waiting starts a server with clients that wait. The sample says how many
// clients it has not taken.
func (b *bench) waiting(kind string, s *sample) (*process, *load.Subscribers, int64, error) {
	p, err := b.start(kind, options{})
	if err != nil {
		return nil, nil, 0, err
	}
	// One client first: what a server makes once does not count.
	first, err := load.Subscribe(p.at, "/events/bench", 1)
	if err == nil {
		defer first.Close()
		time.Sleep(settle)
		var before int64
		if before, err = p.memory(); err == nil {
			subs, e := load.Subscribe(p.at, "/events/bench", idleClients)
			if e != nil && subs != nil && subs.Len() > 0 {
				s.short = fmt.Sprintf("%d of %d clients were taken", subs.Len(), idleClients)
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

// idle returns the memory for each client that waits, in KiB.
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

// heard returns how long the client heard nothing that heard nothing for
// longest, in seconds, over more than two heartbeats of 15 s. Then one message
// goes to all.
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
	fmt.Printf("  a message was with all %d clients after %.0f ms\n", subs.Len(), time.Since(begun).Seconds()*1000)
	subs.Close()
	s.value = subs.LongestSilence().Seconds()
	return s, nil
}
