package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A subscription is what a subscriber asks for.
type subscription struct {
	at      *instance
	sources []string // empty for all
	types   []string
}

// A part is some instances with their publishers and subscribers.
type part struct {
	*torture
	name      string
	instances []*instance

	publishers map[int]*publisher
	// writers are the publishers whose messages each source has.
	writers       map[*instance]map[string][]int
	removed       []*removal
	subscriptions []subscription
	readers       int // number of subscribers, which take the subscriptions in turn
	stopped       []*instance
	feeds         []feed
	plan          func(c *chaos) []action
	actor         int  // offset of its actors' numbers, which seed their random numbers
	finished      bool // nothing more is published, and every subscriber is up to date
}

// A feed is a feed of an instance.
type feed struct {
	at        *instance
	name, url string
}

// newPart returns a part with instances of these names.
func (t *torture) newPart(name string, actor int, dir string, instances ...string) (*part, error) {
	p := &part{torture: t, name: name, actor: actor, publishers: make(map[int]*publisher), writers: make(map[*instance]map[string][]int)}
	for _, name := range instances {
		i, err := newInstance(name, t.options, dir)
		if err != nil {
			return nil, err
		}
		p.instances = append(p.instances, i)
		p.writers[i] = make(map[string][]int)
	}
	return p, nil
}

// publish adds a publisher.
func (p *part) publish(at *instance, channel string, m idScheme, rest time.Duration) *publisher {
	n := p.actor + len(p.publishers) + 1
	u := &publisher{part: p, at: at, number: n, channel: channel, idScheme: m, rest: rest, size: 400, rand: p.random(n)}
	for _, r := range p.removed {
		if r.at == at && r.channel == channel {
			u.removal = r
		}
	}
	p.publishers[n] = u
	p.writers[at][channel] = append(p.writers[at][channel], n)
	return u
}

// follow adds a feed that has all messages of some channels of another instance.
func (p *part) follow(at *instance, name, url string, from *instance, channels ...string) {
	p.feeds = append(p.feeds, feed{at, name, url})
	p.writers[at][name] = append(p.writers[at][name], []int{}...)
	for _, c := range channels {
		p.writers[at][name] = append(p.writers[at][name], p.writers[from][c]...)
	}
}

// run runs the part. It returns an error if a promise was broken.
func (p *part) run(ctx context.Context) error {
	defer p.quit()
	// When busy ends, publishing, kills and trimming end. The subscribers have
	// until late to catch up.
	busy, stop := context.WithTimeout(ctx, p.length)
	defer stop()
	late, give := context.WithCancel(ctx)
	defer give()
	p.onBroken(func() { stop(); give() })
	if err := p.begin(late); err != nil {
		return err
	}

	var publishers, readers, others sync.WaitGroup
	for _, u := range p.publishers {
		if u.manual {
			continue
		}
		publishers.Go(func() { u.run(busy, late) })
	}
	quiet, rest := context.WithCancel(ctx)
	defer rest()
	for n := range p.readers {
		s := p.subscriber(n, p.random(p.actor+1000+n))
		readers.Go(func() { s.run(quiet, late) })
	}
	for n, at := range p.stopped {
		others.Go(func() { p.stall(busy, at, p.random(p.actor+2000+n)) })
	}
	for n, r := range p.removed {
		others.Go(func() { p.remove(busy, r, p.random(p.actor+4000+n)) })
	}
	c := &chaos{part: p, rand: p.random(p.actor + 3000)}
	others.Go(func() { c.run(busy) })
	others.Wait()
	publishers.Wait()
	if p.failed() == nil && ctx.Err() == nil {
		p.note("%s: publishing has ended", p.name)
	}
	time.AfterFunc(catchUpTimeout, give)
	rest()
	readers.Wait()
	if err := errors.Join(p.failed(), ctx.Err()); err != nil {
		return err
	}
	return p.finish(late)
}

// begin starts the instances and sets them up.
func (p *part) begin(ctx context.Context) error {
	// A run is short, so reconnect and send heartbeats often.
	settings := map[string]any{"retry_ms": 100, "heartbeat_s": 1}
	for _, i := range p.instances {
		if err := i.start(); err != nil {
			return err
		}
		if err := i.checkEpoch(ctx); err != nil {
			return err
		}
		if err := i.ask(ctx, "PUT", "/api/settings", settings, nil); err != nil {
			return err
		}
	}
	for _, f := range p.feeds {
		body := map[string]any{"name": f.name, "url": f.url, "method": "GET", "proxy": "direct"}
		if err := f.at.ask(ctx, "POST", "/api/feeds", body, nil); err != nil {
			return fmt.Errorf("add the feed %s at %s: %w", f.name, f.at.name, err)
		}
	}
	return nil
}

// names returns the sources of an instance.
func (p *part) names(of *instance) (names []string) {
	for name := range p.writers[of] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// home returns the instance with an epoch, or nil.
func (p *part) home(epoch string) *instance {
	for _, i := range p.instances {
		if e := i.epoch.Load(); e != nil && *e == epoch {
			return i
		}
	}
	return nil
}

// quit kills the instances that still run.
func (p *part) quit() {
	for _, i := range p.instances {
		if cmd := i.process(); cmd != nil && cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
		i.log.Close()
	}
}
