package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// A chaos kills, stops, trims and checks instances at random times. It does one
// thing at a time: a history that is trimmed while it is read cannot be checked.
type chaos struct {
	*part
	rand *rand.Rand
}

// An action is one step of the plan. It returns an error if a promise was broken.
type action func(ctx context.Context) error

// run repeats the plan, shuffled anew each time, until ctx ends.
func (c *chaos) run(ctx context.Context) {
	var plan []action
	for ctx.Err() == nil {
		pause(ctx, time.Duration(c.rand.IntN(800))*time.Millisecond)
		if ctx.Err() != nil {
			return
		}
		if len(plan) == 0 {
			plan = c.plan(c)
			c.rand.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
		}
		err := plan[0](ctx)
		plan = plan[1:]
		if err != nil && (ctx.Err() == nil || !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)) {
			c.broken(err)
			return
		}
	}
}

// idle does nothing for a while.
func (c *chaos) idle(d time.Duration) action {
	return func(ctx context.Context) error {
		pause(ctx, d)
		return nil
	}
}

// kill kills instances in order and restarts them in reverse order.
func (c *chaos) kill(instances ...*instance) action {
	return func(ctx context.Context) error {
		for _, at := range instances {
			if err := c.killOne(at); err != nil {
				return err
			}
		}
		for n := len(instances) - 1; n >= 0; n-- {
			at := instances[n]
			pause(ctx, time.Duration(c.rand.IntN(300))*time.Millisecond)
			if c.rand.IntN(3) == 0 {
				d := time.Duration(c.rand.IntN(100)) * time.Millisecond
				if err := at.startAndKill(d); err != nil {
					return err
				}
				c.kills.Add(1)
				c.note("%s killed %v after a restart", at.name, d)
			}
			if err := c.restart(at); err != nil {
				return err
			}
		}
		return nil
	}
}

func (c *chaos) killOne(at *instance) error {
	if err := at.kill(); err != nil {
		return err
	}
	c.kills.Add(1)
	c.note("%s killed at %d", at.name, at.ledger.newest())
	return nil
}

func (c *chaos) end(at *instance) action {
	return func(context.Context) error {
		took, err := at.end()
		if err != nil {
			return err
		}
		c.ends.Add(1)
		raise(&c.slowestEnd, int64(took))
		c.note("%s ended in %v", at.name, took.Round(time.Millisecond))
		return c.restart(at)
	}
}

// restart starts an instance and checks its history.
func (c *chaos) restart(at *instance) error {
	begun := time.Now()
	if err := at.start(); err != nil {
		return err
	}
	c.note("%s started in %v", at.name, time.Since(begun).Round(time.Millisecond))
	ctx, cancel := context.WithTimeout(context.Background(), responseTimeout)
	defer cancel()
	return c.check(ctx, at)
}

// trim lowers the limit of an instance until it trims, then removes the limit.
func (c *chaos) trim(at *instance) action {
	return func(ctx context.Context) error {
		before, err := at.contents(ctx)
		if err != nil {
			return err
		}
		keep := 500 + c.rand.IntN(4000)
		if before.messages <= int64(keep) {
			keep = int(before.messages / 2)
		}
		if keep < 500 {
			return nil
		}
		if err := at.keep(ctx, keep); err != nil {
			return err
		}
		for deadline := time.Now().Add(responseTimeout); ; pause(ctx, 20*time.Millisecond) {
			now, err := at.contents(ctx)
			if err != nil {
				return err
			}
			if now.first > before.first {
				c.trims.Add(1)
				c.note("%s trimmed from %d to %d", at.name, before.first, now.first)
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("%s has %d messages with a limit of %d, and trimmed none within %v", at.name, now.messages, keep, responseTimeout)
			}
		}
		pause(ctx, time.Duration(c.rand.IntN(3000))*time.Millisecond)
		// Sometimes it is killed while it trims.
		if c.rand.IntN(4) == 0 {
			return errors.Join(c.kill(at)(ctx), at.keep(ctx, 0))
		}
		return at.keep(ctx, 0)
	}
}

// trimSource lowers the limit of one channel until it is trimmed, then removes
// the limit.
func (c *chaos) trimSource(at *instance, channels ...string) action {
	return func(ctx context.Context) error {
		channel := channels[c.rand.IntN(len(channels))]
		before, err := at.contents(ctx)
		if err != nil {
			return err
		}
		keep := min(before.of[channel]/2, 200+c.rand.Int64N(500))
		if keep < 200 {
			return nil
		}
		at.trimming = true // the channel may have the oldest message of all
		at.trimmedChannels[channel] = true
		at.trimmed.Store(true)
		set := func(keep int64) error {
			body := map[string]any{"name": channel, "keep": limit(int(keep))}
			return at.ask(ctx, "PUT", "/api/channels/"+channel, body, nil)
		}
		if err := set(keep); err != nil {
			return err
		}
		for deadline := time.Now().Add(responseTimeout); ; pause(ctx, 20*time.Millisecond) {
			now, err := at.contents(ctx)
			if err != nil {
				return err
			}
			if now.of[channel] < before.of[channel] {
				c.sourceTrims.Add(1)
				c.note("%s trimmed %s from %d messages to %d", at.name, channel, before.of[channel], now.of[channel])
				pause(ctx, time.Duration(c.rand.IntN(3000))*time.Millisecond)
				return set(0)
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("%s has %d messages of %s with a limit of %d, and trimmed none within %v", at.name, now.of[channel], channel, keep, responseTimeout)
			}
		}
	}
}

// keep sets the limit on messages; 0 for none.
func (i *instance) keep(ctx context.Context, messages int) error {
	// Set before the request: it may be carried out although its answer is lost.
	i.trimming, i.limit = true, messages
	i.trimmed.Store(true)
	return i.ask(ctx, "PUT", "/api/settings", map[string]any{"keep": limit(messages)}, nil)
}

func limit(messages int) map[string]any {
	return map[string]any{"messages": messages, "bytes": 0, "age_days": 0}
}

// A contents is the extent of an instance's history.
type contents struct {
	messages, bytes, first, last int64
	of                           map[string]int64 // messages of each source
}

func (i *instance) contents(ctx context.Context) (contents, error) {
	var state struct {
		First, Last int64
		Journal     struct{ Messages, Bytes int64 }
		Sources     []struct {
			Name     string
			Messages int64
		}
	}
	err := i.ask(ctx, "GET", "/api/state", nil, &state)
	s := contents{state.Journal.Messages, state.Journal.Bytes, state.First, state.Last, make(map[string]int64)}
	for _, source := range state.Sources {
		s.of[source.Name] = source.Messages
	}
	return s, err
}
