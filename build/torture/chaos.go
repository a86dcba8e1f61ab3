package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// A chaos decides when something is killed, ended, trimmed or looked through.
// One thing at a time, so that a history is not trimmed while it is read.
type chaos struct {
	*part
	rand *rand.Rand
}

// An action is one thing. Its error is a broken promise.
type action func(ctx context.Context) error

// run does everything of the plan in an order of its own, again and again.
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

// idle lets them be.
func (c *chaos) idle(d time.Duration) action {
	return func(ctx context.Context) error {
		pause(ctx, d)
		return nil
	}
}

// kill kills them, one right after the other, and starts them again in the
// opposite order.
func (c *chaos) kill(them ...*instance) action {
	return func(ctx context.Context) error {
		for _, at := range them {
			if err := c.killOne(at); err != nil {
				return err
			}
		}
		for n := len(them) - 1; n >= 0; n-- {
			at := them[n]
			pause(ctx, time.Duration(c.rand.IntN(300))*time.Millisecond)
			if c.rand.IntN(3) == 0 {
				d := time.Duration(c.rand.IntN(100)) * time.Millisecond
				if err := at.startInVain(d); err != nil {
					return err
				}
				c.kills.Add(1)
				c.note("%s killed %v after it was started again", at.name, d)
			}
			if err := c.again(at); err != nil {
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
	c.note("%s killed at %d", at.name, at.told.newest())
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
		return c.again(at)
	}
}

// again starts it, and looks through everything that it has kept.
func (c *chaos) again(at *instance) error {
	begun := time.Now()
	if err := at.start(); err != nil {
		return err
	}
	c.note("%s started in %v", at.name, time.Since(begun).Round(time.Millisecond))
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	return c.check(ctx, at)
}

// trim makes an instance keep little, and then everything again.
func (c *chaos) trim(at *instance) action {
	return func(ctx context.Context) error {
		before, err := at.kept(ctx)
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
		for deadline := time.Now().Add(answerTime); ; pause(ctx, 20*time.Millisecond) {
			now, err := at.kept(ctx)
			if err != nil {
				return err
			}
			if now.first > before.first {
				c.trims.Add(1)
				c.note("%s trimmed from %d to %d", at.name, before.first, now.first)
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("%s has %d messages, was told to keep %d, and trimmed none within %v", at.name, now.messages, keep, answerTime)
			}
		}
		pause(ctx, time.Duration(c.rand.IntN(3000))*time.Millisecond)
		// A kill in the middle of it now and then.
		if c.rand.IntN(4) == 0 {
			return errors.Join(c.kill(at)(ctx), at.keep(ctx, 0))
		}
		return at.keep(ctx, 0)
	}
}

// trimSource makes an instance keep little of one channel, and then everything
// of it again.
func (c *chaos) trimSource(at *instance, channels ...string) action {
	return func(ctx context.Context) error {
		channel := channels[c.rand.IntN(len(channels))]
		before, err := at.kept(ctx)
		if err != nil {
			return err
		}
		keep := min(before.of[channel]/2, 200+c.rand.Int64N(500))
		if keep < 200 {
			return nil
		}
		at.trimming = true // the oldest of the channel may be the oldest of all
		at.cutBy[channel] = true
		at.cut.Store(true)
		set := func(keep int64) error {
			body := map[string]any{"name": channel, "keep": limit(int(keep))}
			return at.ask(ctx, "PUT", "/api/channels/"+channel, body, nil)
		}
		if err := set(keep); err != nil {
			return err
		}
		for deadline := time.Now().Add(answerTime); ; pause(ctx, 20*time.Millisecond) {
			now, err := at.kept(ctx)
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
				return fmt.Errorf("%s has %d messages of %s, was told to keep %d, and trimmed none within %v", at.name, now.of[channel], channel, keep, answerTime)
			}
		}
	}
}

// keep sets how many messages are kept; 0 for all.
func (i *instance) keep(ctx context.Context, messages int) error {
	// Before it is asked: nobody knows how far a lost answer came.
	i.trimming, i.limit = true, messages
	i.cut.Store(true)
	return i.ask(ctx, "PUT", "/api/settings", map[string]any{"keep": limit(messages)}, nil)
}

func limit(messages int) map[string]any {
	return map[string]any{"messages": messages, "bytes": 0, "age_days": 0}
}

// A stock is what an instance keeps.
type stock struct {
	messages, bytes, first, last int64
	of                           map[string]int64 // messages of each source
}

func (i *instance) kept(ctx context.Context) (stock, error) {
	var state struct {
		First, Last int64
		Journal     struct{ Messages, Bytes int64 }
		Sources     []struct {
			Name     string
			Messages int64
		}
	}
	err := i.ask(ctx, "GET", "/api/state", nil, &state)
	s := stock{state.Journal.Messages, state.Journal.Bytes, state.First, state.Last, make(map[string]int64)}
	for _, source := range state.Sources {
		s.of[source.Name] = source.Messages
	}
	return s, err
}
