package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// A removal is a channel that is removed repeatedly. The next publisher or
// subscriber recreates it.
type removal struct {
	at      *instance
	channel string

	mu      sync.Mutex
	pending bool
	last    time.Time // when the last one ended
}

// since reports whether the channel may have been removed since t.
func (r *removal) since(t time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pending || !r.last.Before(t)
}

func (r *removal) set(pending bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending, r.last = pending, time.Now()
}

// remove removes the channel repeatedly until ctx ends.
func (p *part) remove(ctx context.Context, r *removal, rand *rand.Rand) {
	for ctx.Err() == nil {
		pause(ctx, time.Duration(200+rand.IntN(2500))*time.Millisecond)
		if ctx.Err() != nil || !r.at.up.Load() {
			continue
		}
		r.set(true)
		err := r.at.ask(context.Background(), "DELETE", "/api/channels/"+r.channel, nil, nil)
		r.set(false)
		if err == nil {
			p.removals.Add(1)
			p.note("%s: the channel %s removed", r.at.name, r.channel)
		}
	}
}
