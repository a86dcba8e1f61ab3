package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// A line is a message in a page of the history.
type line struct {
	Position, Source, Kind, Event, ID, Data string
	Gap                                     json.RawMessage
}

// check reads the whole history of an instance and compares it with everything
// that publishers and subscribers have seen.
func (t *part) check(ctx context.Context, at *instance) error {
	if err := at.checkEpoch(ctx); err != nil {
		return err
	}
	for try := 1; ; try++ {
		before, err := at.contents(ctx)
		if err != nil {
			return err
		}
		err = t.readHistory(ctx, at)
		after, failed := at.contents(ctx)
		switch {
		case failed != nil:
			return failed
		case (at.limit > 0 || at.trimming) && after.first > before.first && ctx.Err() == nil:
			// Messages were trimmed between two pages. An instance at its limit trims
			// with every message; the next check without a limit covers it.
			if try == 3 {
				return nil
			}
			continue
		}
		t.checks.Add(1)
		return err
	}
}

func (t *part) readHistory(ctx context.Context, at *instance) error {
	generation := at.generation.Load()
	top := at.ledger.newest() // everything up to here must be found or trimmed
	views := make(map[string]*view)
	for source := range t.writers[at] {
		views[source] = t.view(at.name+"'s history of "+source, at, nil, source)
		views[source].all, views[source].kept = !at.trimmed.Load(), true
	}
	found := make(map[int64]bool)
	oldest := make(map[string]int64) // of each source
	var last int64
	err := at.pages(ctx, func(l line) error {
		number := at.number(l.Position)
		if number <= last {
			return fmt.Errorf("promise 2: %s's history has %s after %d", at.name, l.Position, last)
		}
		if last = number; number <= top {
			found[number] = true
		}
		if oldest[l.Source] == 0 {
			oldest[l.Source] = number
		}
		return t.readLine(at, views[l.Source], number, l)
	})
	if err != nil {
		return err
	}
	for _, v := range views {
		if behind := v.behind(); t.finished && behind != "" {
			return fmt.Errorf("promise 1: %s ends before %s", v.who, behind)
		}
	}
	kept, err := at.contents(ctx)
	if err != nil {
		return err
	}
	if kept.last < top {
		return fmt.Errorf("promise 1: %s has shown %d, but its newest message is %d", at.name, top, kept.last)
	}
	if err := at.checkOldest(kept.first); err != nil {
		return err
	}
	if at.limit > 0 && len(found) > 0 {
		// It trims, and /api/state lags behind.
		kept.first = max(kept.first, slices.Min(slices.Collect(maps.Values(oldest))))
	}
	at.ledger.between(kept.first-1, top+1, func(number int64, e entry) bool {
		p := t.publishers[e.publisher]
		if !found[number] && !p.mayBeRemoved(e.n) && !(p.at == at && at.trimmedChannels[p.channel] && number < oldest[p.channel]) {
			err = fmt.Errorf("promise 1: %s has shown %v as %d, which is not in its history of %d to %d", at.name, e.message, number, kept.first, kept.last)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if !at.trimmed.Load() {
		kept.first = 0
	}
	return at.outcomes.close(int(generation), kept.first, func(m message) bool {
		p := t.publishers[m.publisher]
		return at.trimmedChannels[p.channel] || p.mayBeRemoved(m.n)
	})
}

// checkOldest checks that the oldest messages are still there unless the instance
// was told to trim.
func (i *instance) checkOldest(first int64) error {
	if first > i.first && i.first > 0 && !i.trimming {
		return fmt.Errorf("promise 3: %s's history began at %d and now begins at %d, although it has no limit", i.name, i.first, first)
	}
	i.first = first
	i.trimming = i.limit > 0
	return nil
}

func (t *part) readLine(at *instance, v *view, number int64, l line) error {
	if v == nil {
		return fmt.Errorf("%s's history has a message of the unknown source %q", at.name, l.Source)
	}
	switch {
	case l.Kind == "gap":
		return v.gap(string(l.Gap), true)
	case l.Kind != "event":
		return nil // a note
	}
	m, err := v.parse(l.Data)
	if err != nil {
		return fmt.Errorf("%s's history, %s: %w", at.name, l.Position, err)
	}
	e := event{id: l.ID, typ: l.Event, data: l.Data, number: number}
	k := original
	switch p := t.publishers[m.publisher]; {
	case p.at == at:
		e.origin = l.Position
	case p.at.number(l.ID) > 0:
		k, e.origin = mirrored, l.ID
	default:
		k = mirrored
	}
	if err := at.ledger.add(number, m, k); err != nil {
		return fmt.Errorf("%s's history: %w", at.name, err)
	}
	return v.event(e)
}

// pages reads the history from the oldest message to the newest.
func (i *instance) pages(ctx context.Context, f func(line) error) error {
	after := "0"
	for {
		var page struct {
			Messages []line
			To       string
			More     bool
		}
		if err := i.ask(ctx, "GET", "/messages?limit=5000&after="+after, nil, &page); err != nil {
			return err
		}
		for _, l := range page.Messages {
			if err := f(l); err != nil {
				return err
			}
		}
		if !page.More {
			return nil
		}
		after = page.To
	}
}

// finish checks the end state: each message is there once, and each copy is
// complete and in the order of its source.
func (t *part) finish(ctx context.Context) error {
	t.finished = true
	for _, i := range t.instances {
		i.measureMemory()
		if err := t.check(ctx, i); err != nil {
			return err
		}
	}
	// The messages that one instance has of another, by both.
	orders := make(map[[2]*instance][]message)
	for _, i := range t.instances {
		err := i.pages(ctx, func(l line) error {
			if l.Kind != "event" {
				return nil
			}
			m, err := t.view("", i, nil).parse(l.Data)
			if p := t.publishers[m.publisher]; err == nil && p.removal == nil && !p.at.trimmedChannels[p.channel] {
				orders[[2]*instance{i, p.at}] = append(orders[[2]*instance{i, p.at}], m)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	for pair, order := range orders {
		if at, of := pair[0], pair[1]; at != of {
			if err := sameEnd(at.name+" of "+of.name, order, of.name, orders[[2]*instance{of, of}]); err != nil {
				return err
			}
		}
	}
	t.countLaps(orders)
	for _, i := range t.instances {
		took, err := i.end()
		if err != nil {
			return err
		}
		t.note("%s ended in %v", i.name, took)
	}
	return nil
}

// countLaps counts the messages that arrived through an instance in between.
func (t *part) countLaps(orders map[[2]*instance][]message) {
	for n, i := range t.instances {
		if len(t.instances) == 3 {
			t.laps.Add(int64(len(orders[[2]*instance{i, t.instances[(n+1)%3]}])))
		}
	}
}

// sameEnd compares two orders from the newest message back, as far as both
// reach.
func sameEnd(nameA string, a []message, nameB string, b []message) error {
	for n := 1; n <= min(len(a), len(b)); n++ {
		if ma, mb := a[len(a)-n], b[len(b)-n]; ma != mb {
			return fmt.Errorf("promise 2: %d before the end, feed %s has %v and %s has %v", n-1, nameA, ma, nameB, mb)
		}
	}
	if len(a) == 0 || len(b) == 0 {
		return fmt.Errorf("promise 1: feed %s has %d messages and %s has %d", nameA, len(a), nameB, len(b))
	}
	return nil
}
