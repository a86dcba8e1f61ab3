package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// An subscription is what some subscribers ask for.
type subscription struct {
	at      *instance
	sources []string // empty for all
	types   []string
}

// A part is some instances, and who uses them.
type part struct {
	*torture
	name      string
	instances []*instance

	publishers map[int]*publisher
	// writers has whose words each source brings.
	writers       map[*instance]map[string][]int
	removed       []*removal
	subscriptions []subscription
	readers       int // that subscribe, in turn as subscriptions
	stopped       []*instance
	feeds         []feed
	plan          func(c *chaos) []action
	actor         int  // is added to the numbers of its actors
	finished      bool // nothing is said any more, and everybody has seen everything
}

// A feed is one that an instance follows.
type feed struct {
	at        *instance
	name, url string
}

// newPart makes a part with instances of these names.
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

// follow adds a feed that brings everything of these channels of another
// instance; from none it brings nothing.
func (p *part) follow(at *instance, name, url string, from *instance, channels ...string) {
	p.feeds = append(p.feeds, feed{at, name, url})
	p.writers[at][name] = append(p.writers[at][name], []int{}...)
	for _, c := range channels {
		p.writers[at][name] = append(p.writers[at][name], p.writers[from][c]...)
	}
}

// run does it all. Its error is a broken promise.
func (p *part) run(ctx context.Context) error {
	defer p.quit()
	// busy ends first: then nothing new is said, killed or trimmed, and the
	// readers have until late to see everything.
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
		p.note("%s: nothing new is said from here on", p.name)
	}
	time.AfterFunc(catchUpTimeout, give)
	rest()
	readers.Wait()
	if err := errors.Join(p.failed(), ctx.Err()); err != nil {
		return err
	}
	return p.finish(late)
}

// begin starts all instances and sets everything up.
func (p *part) begin(ctx context.Context) error {
	// Come back soon, and beat often: a run is short.
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

// home returns the instance that an epoch belongs to, or nil.
func (p *part) home(epoch string) *instance {
	for _, i := range p.instances {
		if e := i.epoch.Load(); e != nil && *e == epoch {
			return i
		}
	}
	return nil
}

// quit ends what still runs.
func (p *part) quit() {
	for _, i := range p.instances {
		if cmd := i.process(); cmd != nil && cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
		i.log.Close()
	}
}
