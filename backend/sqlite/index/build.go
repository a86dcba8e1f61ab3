package index

import (
	"cmp"
	"context"
	"database/sql/driver"
	"log/slog"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/signature"
)

const (
	// A portion is what is read from the store at once.
	portionMessages, portionBytes = 1000, 1 << 20
	// If no more than nearMessages are missing, the next commits wait in memory.
	nearMessages = 500_000
	// While messages are committed, Run rests busyRest times as long as it has
	// worked; else as long.
	busyRest = 4
	// skipped is how many numbers are skipped where the history is damaged.
	skipped = 10_000
)

// Options are the parameters of Run.
type Options struct {
	Log *slog.Logger // nil for none
	// Delay is how long Run waits before it first reads the store.
	Delay time.Duration
	// Retry is how long Run waits after a segment could not be written. The default
	// is 30 seconds.
	Retry time.Duration
	// Hurry makes it rest never.
	Hurry bool
	// BlockBytes and SegmentBlocks are the sizes of a block and of a segment, if
	// they are not those of package signature.
	BlockBytes, SegmentBlocks int
}

// Run builds the index until ctx ends. A part that cannot be read is left out. Call
// it once.
func (ix *Index) Run(ctx context.Context, o Options) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Retry = cmp.Or(o.Retry, 30*time.Second)
	o.SegmentBlocks = cmp.Or(o.SegmentBlocks, signature.SegmentBlocks)
	ix.mu.Lock()
	ix.log = o.Log
	ix.mu.Unlock()
	if err := ix.load(ctx); err != nil {
		return err
	}
	if ix.file.Writer.Refusal() != nil {
		<-ctx.Done() // what there is can be used
		return ctx.Err()
	}
	b := &building{Index: ix, Options: o, block: signature.Builder{Bytes: o.BlockBytes}}
	defer b.end()
	wait(ctx, o.Delay)
	for ctx.Err() == nil {
		rest, err := b.step(ctx)
		b.setProblem(err)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			ix.queue.setOpen(false, 0)
			wait(ctx, o.Retry)
		case rest > 0:
			wait(ctx, rest)
		case rest < 0:
			b.report()
			select {
			case <-ctx.Done():
			case <-ix.wake:
			}
		}
	}
	return ctx.Err()
}

func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// A building is the state of Run.
type building struct {
	*Index
	Options
	block signature.Builder // after the tail's blocks, up to reached
	hole  *filling
	last  int64 // the newest message at the last step
	// For the log: how many messages were missing when that was last reported.
	missing    int64
	reportedAt time.Time
}

// A filling is a hole that is being filled.
type filling struct {
	span
	block signature.Builder
	tail  tail
}

// step does some work. rest is how long to rest, or less than 0 if there is nothing
// to do before the next message.
func (b *building) step(ctx context.Context) (rest time.Duration, err error) {
	b.deleteTrimmed()
	if len(b.tail.blocks) >= b.SegmentBlocks { // could not be written before
		if err := b.finishTail(); err != nil {
			return 0, err
		}
	}
	reached, last, queued := b.reached.Load(), b.file.Last(), b.queue.begin()
	busy := last > b.last
	b.last = last
	begun := time.Now()
	switch {
	case queued <= reached:
		entries, through := b.queue.take()
		err := b.extend(entries, through)
		b.queue.recycle(entries)
		if err != nil {
			return 0, err
		}
	case reached < last:
		if last-reached <= nearMessages {
			b.queue.setOpen(true, last)
		}
		entries, through, err := b.read(ctx, span{reached, min(last, b.queue.begin())})
		if conn.IsCorrupt(err) {
			return 0, b.skip(span{reached, min(last, reached+skipped)})
		}
		if err != nil {
			return 0, err
		}
		err = b.extend(entries, through)
		b.progress(last - through)
		return b.rest(time.Since(begun), busy), err
	default:
		b.queue.setOpen(true, last)
	}
	if more, err := b.fill(ctx); more || err != nil {
		return b.rest(time.Since(begun), busy), err
	}
	return -1, nil
}

func (b *building) rest(worked time.Duration, busy bool) time.Duration {
	switch {
	case b.Hurry:
		return 0
	case busy:
		return busyRest * worked
	}
	return worked
}

// read returns some of the events in a span, and the number up to which they are all
// of them.
func (ix *Index) read(ctx context.Context, s span) (entries []Entry, through int64, err error) {
	bytes, rows, bad := 0, 0, false
	through = s.through
	err = ix.file.Streams.Rows(ctx, func(v []driver.Value) bool {
		number, ok := v[0].(int64)
		kind, ok2 := v[2].(int64)
		if bad = !ok || !ok2; bad {
			return false
		}
		e := Entry{Number: number}
		if kind == int64(live.Event) {
			e.Received, _ = v[1].(int64)
			e.Type, _ = v[3].(string)
			e.Data, _ = v[4].(string)
			entries = append(entries, e)
		}
		rows++
		if bytes += len(e.Type) + len(e.Data); bytes >= portionBytes || rows == portionMessages {
			through = number
			return false
		}
		return true
	}, "SELECT number, received, kind, type, data FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number", s.after, s.through)
	if err == nil && bad {
		err = conn.ErrBadRow
	}
	return entries, through, err
}

// extend adds messages to the tail. They are complete up to the number through.
func (b *building) extend(entries []Entry, through int64) error {
	reached := b.reached.Load()
	for _, e := range entries {
		if e.Number <= reached {
			continue
		}
		b.block.Add(e.Type, e.Data)
		b.reached.Store(e.Number)
		if !b.block.Full() {
			continue
		}
		block := b.block.Block(e.Number)
		b.mu.Lock()
		b.tail.blocks, b.tail.stamp = append(b.tail.blocks, block), e.Received
		full := len(b.tail.blocks) >= b.SegmentBlocks
		b.mu.Unlock()
		if full {
			if err := b.finishTail(); err != nil {
				return err // the others are read again
			}
		}
	}
	b.reached.Store(max(reached, through))
	return nil
}

// finishTail writes the tail as a segment, and begins the next.
func (b *building) finishTail() error {
	s, err := b.write(&b.tail)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.segments = append(b.segments, s)
	b.tail = tail{after: s.through}
	return nil
}

// skip leaves a span out that cannot be read.
func (b *building) skip(s span) error {
	if len(b.tail.blocks) > 0 {
		if err := b.finishTail(); err != nil {
			return err
		}
	}
	b.block.Reset()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unread = append(b.unread, span{b.tail.after, s.through})
	b.tail.after = s.through
	b.reached.Store(s.through)
	return nil
}

// fill does some work on the first hole before the tail. more is false if there is
// none.
func (b *building) fill(ctx context.Context) (more bool, err error) {
	f := b.hole
	if f == nil {
		b.mu.Lock()
		holes := b.holes()
		b.mu.Unlock()
		if len(holes) == 0 {
			return false, nil
		}
		f = &filling{span: holes[0], tail: tail{after: holes[0].after}, block: signature.Builder{Bytes: b.BlockBytes}}
		b.hole = f
	}
	if len(f.tail.blocks) >= b.SegmentBlocks { // could not be written before
		return true, b.finishHole()
	}
	entries, through, err := b.read(ctx, f.span)
	if err != nil && !conn.IsCorrupt(err) {
		return true, err
	}
	for _, e := range entries {
		f.block.Add(e.Type, e.Data)
		f.after = e.Number
		if f.block.Full() {
			f.tail.blocks, f.tail.stamp = append(f.tail.blocks, f.block.Block(e.Number)), e.Received
		}
		if len(f.tail.blocks) >= b.SegmentBlocks {
			return true, b.finishHole() // the others are read again
		}
	}
	if err == nil && through < f.through {
		f.after = through
		return true, nil
	}
	// The end of the hole, or of what can be read of it.
	b.hole = nil
	if err == nil && !f.block.Empty() {
		f.tail.blocks, f.tail.stamp = append(f.tail.blocks, f.block.Block(f.through)), 0
	}
	if len(f.tail.blocks) > 0 {
		b.hole = f
		err = b.finishHole()
	}
	if err == nil || conn.IsCorrupt(err) {
		b.hole = nil
		b.mu.Lock()
		b.unread = append(b.unread, span{f.tail.after, f.through}) // nothing, or damaged
		b.mu.Unlock()
		err = nil
	}
	return true, err
}

// finishHole writes the blocks of the hole as a segment.
func (b *building) finishHole() error {
	f := b.hole
	s, err := b.write(&f.tail)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.insert(s)
	f.tail = tail{after: s.through}
	return nil
}

// end writes what is in memory.
func (b *building) end() {
	b.queue.setOpen(false, 0)
	if len(b.tail.blocks) > 0 && b.tail.through() > b.tail.saved.through {
		if _, err := b.write(&b.tail); err != nil {
			b.setProblem(err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running = false
}

// setProblem stores the error of a step, and logs it once.
func (b *building) setProblem(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if (err == nil) != (b.problem == nil) {
		if err != nil {
			b.log.Warn("the index for searches is not written; searches take longer", "err", err)
		} else {
			b.log.Info("the index for searches is written again")
		}
	}
	b.problem = err
}

// progress logs how much is missing, if that is much, every ten seconds.
func (b *building) progress(missing int64) {
	switch {
	case missing > nearMessages && b.missing == 0:
		b.log.Info("the index for searches is being built", "missing", missing)
	case b.missing > 0 && time.Since(b.reportedAt) >= 10*time.Second:
		b.log.Info("the index for searches is being built", "missing", missing)
	default:
		return
	}
	b.missing, b.reportedAt = missing, time.Now()
}

// report logs the end of what progress has logged.
func (b *building) report() {
	if b.missing > 0 {
		b.log.Info("the index for searches is complete", "bytes", b.State().Bytes)
		b.missing = 0
	}
}
