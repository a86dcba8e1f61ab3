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
	*torture
	rand *rand.Rand
}

func (c *chaos) run(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, time.Duration(c.rand.IntN(1200))*time.Millisecond)
		if ctx.Err() != nil {
			return
		}
		at := c.b
		if c.rand.IntN(3) == 0 {
			at = c.a
		}
		var err error
		switch c.rand.IntN(10) {
		case 0, 1, 2, 3:
			err = c.kill(ctx, at)
		case 4:
			err = c.both(ctx)
		case 5, 6:
			err = c.end(ctx, at)
		default:
			err = c.trim(ctx, at)
		}
		if err != nil && ctx.Err() == nil {
			c.broken(err)
			return
		}
	}
}

func (c *chaos) kill(ctx context.Context, at *instance) error {
	if err := at.kill(); err != nil {
		return err
	}
	c.kills.Add(1)
	c.note("%s killed at %d", at.name, at.told.newest())
	pause(ctx, time.Duration(c.rand.IntN(200))*time.Millisecond)
	if c.rand.IntN(3) == 0 {
		d := time.Duration(c.rand.IntN(100)) * time.Millisecond
		if err := at.startInVain(d); err != nil {
			return err
		}
		c.kills.Add(1)
		c.note("%s killed %v after it was started again", at.name, d)
	}
	return c.again(at)
}

func (c *chaos) both(ctx context.Context) error {
	for _, i := range []*instance{c.a, c.b} {
		if err := i.kill(); err != nil {
			return err
		}
		c.kills.Add(1)
	}
	c.note("both killed")
	if err := c.again(c.b); err != nil {
		return err
	}
	pause(ctx, time.Duration(c.rand.IntN(500))*time.Millisecond)
	return c.again(c.a)
}

func (c *chaos) end(_ context.Context, at *instance) error {
	took, err := at.end()
	if err != nil {
		return err
	}
	c.ends.Add(1)
	raise(&c.slowestEnd, int64(took))
	c.note("%s ended in %v", at.name, took.Round(time.Millisecond))
	return c.again(at)
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
func (c *chaos) trim(ctx context.Context, at *instance) error {
	keep := 1000 + c.rand.IntN(10000)
	before, err := at.kept(ctx)
	if err != nil {
		return err
	}
	if before.messages <= int64(keep) {
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
	// A kill in the middle of it now and then.
	if c.rand.IntN(4) == 0 {
		return errors.Join(c.kill(ctx, at), at.keep(ctx, 0))
	}
	return at.keep(ctx, 0)
}

// keep sets how many messages are kept; 0 for all.
func (i *instance) keep(ctx context.Context, messages int) error {
	// Before it is asked: nobody knows how far a lost answer came.
	i.trimming, i.limit, i.cut = true, messages, true
	return i.ask(ctx, "PUT", "/api/settings", map[string]any{"keep": map[string]any{"messages": messages, "bytes": 0, "age_days": 0}}, nil)
}

// A stock is what an instance keeps.
type stock struct{ messages, first, last int64 }

func (i *instance) kept(ctx context.Context) (stock, error) {
	var state struct {
		First, Last int64
		Journal     struct{ Messages int64 }
	}
	err := i.ask(ctx, "GET", "/api/state", nil, &state)
	return stock{state.Journal.Messages, state.First, state.Last}, err
}
