package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/setting"
	"signalbox/backend/sqlite/index"
)

// Run serves until ctx ends, then closes everything and returns. Call it once.
//
// The feeds end first, then the streams of the sample servers: the local server
// waits for its connections, and the sample feeds hold some of them. The other
// parts run until the server has answered every open request.
func (n *Node) Run(ctx context.Context) error {
	others, stopOthers := context.WithCancel(context.WithoutCancel(ctx))
	defer stopOthers()
	following, stopFollowing := context.WithCancel(ctx)
	defer stopFollowing()
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()

	var parts sync.WaitGroup
	errs := make(chan error, 6) // one for each part, so that no part waits to report its error
	start := func(ctx context.Context, name string, consequence live.Text, run func(context.Context) error) {
		parts.Go(func() {
			if err := n.runPart(ctx, name, consequence, run); err != nil {
				errs <- err
			}
		})
	}
	feedsEnded := make(chan struct{})
	start(following, "feeds", live.Textf("part_fault/feeds", "Feeds are no longer followed."), func(ctx context.Context) error {
		defer close(feedsEnded)
		return n.feeds.Run(ctx)
	})
	context.AfterFunc(ctx, func() {
		<-feedsEnded
		n.samples.CloseStreams()
		stopServing()
	})
	start(others, "examples", live.Textf("part_fault/examples", "The example pages have stopped."), n.examples.Run)
	start(others, "samples", live.Textf("part_fault/samples", "The sample events have stopped."), n.samples.Run)
	start(others, "index", live.Textf("part_fault/index", "Searches take longer."), n.runIndex)
	start(others, "shapes", live.Textf("part_fault/shapes", "Changes in the shape of messages are no longer noticed."), n.newShapes().Run)
	start(others, "keep", live.Textf("part_fault/keep", "Old messages are no longer deleted."), n.trimLoop)

	removeAddress := n.writeAddressFile()
	err := n.server.Serve(serving, n.listener)
	removeAddress()
	stopFollowing() // the server may have ended without ctx
	stopOthers()
	parts.Wait()
	close(errs)
	for e := range errs {
		err = errors.Join(err, e)
	}
	return errors.Join(err, n.Close())
}

// runPart runs a part of the program until ctx ends. If the part ends earlier,
// runPart logs its error, and the screens show the consequence at once.
func (n *Node) runPart(ctx context.Context, name string, consequence live.Text, run func(context.Context) error) error {
	err := run(ctx)
	if err == nil || ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	n.log.Error("a part of the program has ended", "part", name, "err", err)
	reason := live.Textf("part_fault/cause", "Something went wrong inside Signalbox; its log names the cause.")
	if e, ok := errors.AsType[*live.Error](err); ok {
		reason = e.AsText()
	}
	n.server.SetFault(name, consequence.Then(reason).Then(live.Textf("part_fault/restart", "Restart Signalbox.")))
	return fmt.Errorf("%s: %w", name, err)
}

// indexDelay is how long the index waits at the start before it reads the history.
const indexDelay = time.Second

// runIndex builds the index for searches, or deletes it if the setting is off.
func (n *Node) runIndex(ctx context.Context) error {
	if !n.settings.get().On(setting.Index) {
		return n.store.Index().Remove()
	}
	return n.store.Index().Run(ctx, index.Options{Log: n.log, Delay: indexDelay})
}

// trimInterval is how often messages are deleted for their age.
const trimInterval = 30 * time.Second

// trimLoop trims the journal to the limits in the settings until ctx ends.
func (n *Node) trimLoop(ctx context.Context) error {
	tick := time.NewTicker(trimInterval)
	defer tick.Stop()
	for {
		keep := keepLimits(n.settings.get())
		n.journal.SetKeep(keep)
		_, err := n.journal.Trim(ctx, keep)
		// The journal has logged the error of a failing store already, and it would
		// repeat for hours.
		if err != nil && ctx.Err() == nil && n.journal.Stats().Fault == nil {
			n.log.Warn("trim the journal", "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case <-n.trimNow:
		case <-n.journal.LimitsChanged():
		}
	}
}
