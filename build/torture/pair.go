package main

import (
	"net/url"
	"time"
)

// pair is two instances under full load. The second follows the first.
func (t *torture) pair() (*part, error) {
	p, err := t.newPart("pair", 0, t.dir, "a", "b")
	if err != nil {
		return nil, err
	}
	a, b := p.instances[0], p.instances[1]
	p.removed = []*removal{{at: a, channel: "gone"}, {at: b, channel: "left"}}
	channels := []struct {
		at       *instance
		name     string
		idScheme idScheme
	}{
		{b, "c0", plain}, {b, "c1", keyed}, {a, "a0", plain}, {b, "c2", plain}, {b, "named", named}, {a, "a1", named},
		{b, "shared", shared}, {b, "also", shared}, {b, "same", same}, {a, "gone", named}, {b, "left", keyed}, {a, "a2", shared},
	}
	for n := range t.publishers {
		c := channels[n%len(channels)]
		m := c.idScheme
		// Half of the publishers to channels that are removed choose no ids.
		if (c.name == "gone" || c.name == "left") && n/len(channels)%2 == 1 {
			m = plain
		}
		p.publish(c.at, c.name, m, 0)
	}
	// "mirror" follows names, also after a removal. "home" follows its own
	// instance, so it stores nothing.
	from := url.Values{"source": {"a0", "a1", "a2", "gone"}, "after": {"0"}}
	p.follow(b, "mirror", a.url+"/events?"+from.Encode(), a, from["source"]...)
	p.follow(b, "home", b.url+"/events/c0?after=0", nil)
	p.subscriptions = []subscription{
		{at: b}, {at: b, sources: []string{"c0"}}, {at: b, sources: []string{"mirror"}},
		{at: b, sources: []string{"named"}}, {at: b, sources: []string{"c1", "c2"}}, {at: b, sources: []string{"shared", "also"}},
		{at: b, sources: []string{"same"}}, {at: b, sources: []string{"left"}}, {at: a, sources: []string{"gone"}},
		{at: b, sources: []string{"c0"}, types: []string{"stock.low"}}, {at: b, types: []string{"order.paid", "message"}},
		{at: a}, {at: b, sources: []string{"mirror", "named"}, types: []string{"order.paid"}}, {at: a, sources: []string{"a1"}},
		{at: b, sources: []string{"mirror", "shared", "same", "left"}}, {at: a, sources: []string{"a2", "gone"}},
	}
	p.readers = t.subscribers
	p.stopped = []*instance{b, b, b}
	p.plan = func(c *chaos) []action {
		return []action{
			c.kill(b), c.kill(b), c.kill(a), c.kill(a, b), c.end(b), c.end(a),
			c.trim(b), c.trim(a), c.trimSource(b, "c1", "c2"), c.trimSource(b, "shared", "named"), c.trimSource(a, "a1"),
		}
	}
	return p, nil
}

// ring is three instances, each following everything of the one before it, so
// each message returns to where it was published.
func (t *torture) ring() (*part, error) {
	p, err := t.newPart("ring", 10_000, t.dir, "r0", "r1", "r2")
	if err != nil {
		return nil, err
	}
	for _, at := range p.instances {
		for _, m := range []idScheme{plain, keyed, named, shared, same} {
			p.publish(at, m.String(), m, 20*time.Millisecond)
		}
		// Every instance has this channel, with the same ids.
		p.publish(at, "shared", shared, 20*time.Millisecond)
	}
	channels := make(map[*instance][]string)
	for _, at := range p.instances {
		channels[at] = p.names(at)
	}
	for n, at := range p.instances {
		before := p.instances[(n+2)%3]
		p.follow(at, "ring", before.url+"/events?after=0", before, channels[before]...)
		further := p.instances[(n+1)%3]
		for _, c := range channels[further] {
			p.writers[at]["ring"] = append(p.writers[at]["ring"], p.writers[further][c]...)
		}
		p.subscriptions = append(p.subscriptions, subscription{at: at}, subscription{at: at, sources: []string{"ring"}}, subscription{at: at, sources: []string{"ring", "shared"}})
	}
	p.readers = 2 * len(p.subscriptions)
	p.plan = func(c *chaos) []action {
		return []action{
			c.kill(p.instances[0]), c.kill(p.instances[1]), c.kill(p.instances[2]), c.kill(p.instances[0], p.instances[1]), c.kill(p.instances...),
			c.end(p.instances[c.rand.IntN(3)]), c.idle(2 * time.Second),
		}
	}
	return p, nil
}
