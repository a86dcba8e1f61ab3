package index

import (
	"cmp"
	"context"
	"database/sql/driver"
	"log/slog"
	"slices"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/signature"
	"signalbox/backend/sqlite/summary"
)

const (
	// A portion is what is read from the store at once.
	portionMessages, portionBytes = 1000, 1 << 20
	// While messages are committed, Run rests busyRest times as long as it has read
	// the store; else as long. A reader keeps SQLite from using its log again from
	// the beginning, and commits to a log that grows take half as long again.
	busyRest = 4
	// The log tells of more missing messages than manyMessages.
	manyMessages = 500_000
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
	b := &building{Index: ix, Options: o, block: newMaker(o), readFrom: time.Now().Add(o.Delay)}
	b.block.summaries.Continue(ix.tail.summaries)
	defer b.end()
	defer time.AfterFunc(o.Delay, ix.notify).Stop()
	for ctx.Err() == nil {
		rest, err := b.step(ctx)
		b.setProblem(err)
		switch {
		case ctx.Err() != nil:
		case err != nil:
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
	block    maker // of the block after the tail's blocks, up to reached
	stamp    int64 // of the message reached; 0 if it is not known
	hole     *filling
	readFrom time.Time // not before, the store is read
	// For the log: how many messages were missing when that was last reported.
	missing    int64
	reportedAt time.Time
}

// A filling is a hole that is being filled.
type filling struct {
	span
	block maker
	tail  tail
}

// A maker makes the blocks of a segment.
type maker struct {
	signature signature.Builder
	summaries summary.Builder
}

func newMaker(o Options) maker { return maker{signature: signature.Builder{Bytes: o.BlockBytes}} }

func (m *maker) add(e *Entry) {
	cell := summary.Cell{Source: e.Source, Kind: e.Kind}
	if e.Kind == live.Event {
		m.signature.Add(e.Type, e.Data)
		cell.Type = e.Type
	}
	m.summaries.Add(summary.Message{Number: e.Number, Received: e.Received, Cell: cell}, len(e.Type)+len(e.Data))
}

func (m *maker) full() bool  { return m.signature.Full() || m.summaries.Full() }
func (m *maker) empty() bool { return m.summaries.Empty() }

// end ends the block, which has the messages up to the number through, and appends it
// to a tail.
func (m *maker) end(t *tail, through, stamp int64) {
	t.blocks, t.summaries, t.stamp = append(t.blocks, m.signature.Block(through)), m.summaries.End(), stamp
}

// next begins the next segment.
func (m *maker) next() { m.summaries.Continue(summary.Blocks{}) }

// step does some work. rest is how long to rest, or less than 0 if there is nothing
// to do before Run is woken.
func (b *building) step(ctx context.Context) (rest time.Duration, err error) {
	b.deleteTrimmed()
	if len(b.tail.blocks) >= b.SegmentBlocks { // could not be written before
		if err := b.finishTail(); err != nil {
			return 0, err
		}
	}
	busy, err := b.drain()
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	if begun.Before(b.readFrom) {
		return -1, nil
	}
	if more, err := b.fill(ctx); !more || err != nil {
		return -1, err
	}
	switch worked := time.Since(begun); {
	case b.Hurry:
		return 0, nil
	case busy:
		return busyRest * worked, nil
	default:
		return worked, nil
	}
}

// drain adds the messages in the queue to the tail, and reports whether there were
// any.
func (b *building) drain() (some bool, err error) {
	entries, after, through := b.queue.take()
	defer b.queue.recycle(entries)
	if after > b.reached.Load() {
		if err := b.leave(after); err != nil {
			return true, err
		}
	}
	return through > after, b.extend(entries, through)
}

// read returns some of the messages in a span, and the number up to which they are
// all of them.
func (ix *Index) read(ctx context.Context, s span) (entries []Entry, through int64, err error) {
	bytes, rows, bad := 0, 0, false
	through = s.through
	err = ix.file.Streams.Rows(ctx, func(v []driver.Value) bool {
		number, ok := v[0].(int64)
		kind, ok2 := v[2].(int64)
		source, ok3 := v[5].(int64)
		if bad = !ok || !ok2 || !ok3; bad {
			return false
		}
		e := Entry{Number: number, Source: source, Kind: live.Kind(kind)}
		e.Received, _ = v[1].(int64)
		if e.Kind == live.Event {
			e.Type, _ = v[3].(string)
			e.Data, _ = v[4].(string)
		}
		entries = append(entries, e)
		rows++
		if bytes += len(e.Type) + len(e.Data); bytes >= portionBytes || rows == portionMessages {
			through = number
			return false
		}
		return true
	}, "SELECT number, received, kind, type, iif(kind = 0, data, ''), source FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number", s.after, s.through)
	if err == nil && bad {
		err = conn.ErrBadRow
	}
	return entries, through, err
}

// extend adds messages to the tail. They are complete up to the number through.
func (b *building) extend(entries []Entry, through int64) error {
	for _, e := range entries {
		b.block.add(&e)
		b.stamp = e.Received
		b.reached.Store(e.Number)
		if !b.block.full() {
			continue
		}
		b.endBlock()
		if len(b.tail.blocks) >= b.SegmentBlocks {
			if err := b.finishTail(); err != nil {
				return err // the others become a hole
			}
		}
	}
	if b.reached.Load() != through {
		b.stamp = 0
		b.reached.Store(through)
	}
	return nil
}

// endBlock adds the block to the tail.
func (b *building) endBlock() {
	t := b.tail
	b.block.end(&t, b.reached.Load(), b.stamp)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tail = t
}

// endTail ends the block, and the tail as a segment. What could not be written
// remains in the tail.
func (b *building) endTail() error {
	if !b.block.empty() {
		b.endBlock()
	}
	if len(b.tail.blocks) == 0 {
		return nil
	}
	return b.finishTail()
}

// leave makes the messages that have been reached up to the number after a hole.
func (b *building) leave(after int64) error {
	if err := b.endTail(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tail.after, b.stamp = after, 0
	b.reached.Store(after)
	return nil
}

// finishTail writes the tail as a segment, and begins the next.
func (b *building) finishTail() error {
	s, err := b.finish(b.tail)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tail = tail{after: s.through}
	b.block.next()
	return nil
}

// finish writes blocks as a segment. If the segment before has room for them, it is
// replaced: each start and each hole would leave a small file else.
func (b *building) finish(t tail) (segment, error) {
	t = b.join(t)
	s, err := b.write(&t)
	if err != nil {
		return s, err
	}
	b.mu.Lock()
	b.insert(s)
	b.mu.Unlock()
	b.removeOld(&t, s)
	return s, nil
}

// join returns t with the blocks of the segment before it, if there is room for
// them.
func (b *building) join(t tail) tail {
	b.mu.Lock()
	i := slices.IndexFunc(b.segments, func(s segment) bool { return s.through == t.after })
	if i < 0 || t.saved.through != 0 || b.segments[i].blocks+len(t.blocks) > b.SegmentBlocks {
		b.mu.Unlock()
		return t
	}
	s := b.segments[i]
	b.mu.Unlock()
	joined, err := b.tailOf(s)
	if err != nil {
		return t // a search finds the damage
	}
	joined.blocks, joined.summaries, joined.stamp = append(joined.blocks, t.blocks...), joined.summaries.Join(t.summaries), t.stamp
	return joined
}

// fill reads some messages of the first hole. more is false if there is none.
func (b *building) fill(ctx context.Context) (more bool, err error) {
	f := b.hole
	if f == nil {
		b.mu.Lock()
		holes := b.holes()
		b.mu.Unlock()
		if len(holes) == 0 {
			return false, nil
		}
		f = &filling{span: holes[0], tail: tail{after: holes[0].after}, block: newMaker(b.Options)}
		b.hole = f
	}
	defer b.progress()
	if len(f.tail.blocks) >= b.SegmentBlocks { // could not be written before
		return true, b.finishHole()
	}
	entries, through, err := b.read(ctx, f.span)
	if err != nil && !conn.IsCorrupt(err) {
		return true, err
	}
	for _, e := range entries {
		f.block.add(&e)
		f.after = e.Number
		if f.block.full() {
			f.block.end(&f.tail, e.Number, e.Received)
		}
		if len(f.tail.blocks) >= b.SegmentBlocks {
			return true, b.finishHole() // the others are read again
		}
	}
	if err == nil && through < f.through {
		f.after = through
		return true, nil
	}
	// The end of the hole, or of what can be read before a damage.
	if err == nil {
		f.after = f.through
	}
	if !f.block.empty() {
		f.block.end(&f.tail, f.after, 0)
	}
	if len(f.tail.blocks) > 0 {
		if e := b.finishHole(); e != nil {
			return true, e // the next step reads on
		}
	}
	b.hole = nil
	// Without any message, or damaged.
	unread := span{f.tail.after, f.after}
	if err != nil {
		unread.through = min(f.through, f.after+skipped)
	}
	if unread.after < unread.through {
		b.mu.Lock()
		b.unread = append(b.unread, unread)
		b.mu.Unlock()
	}
	return true, nil
}

// finishHole writes the blocks of the hole as a segment.
func (b *building) finishHole() error {
	s, err := b.finish(b.hole.tail)
	if err == nil {
		b.hole.tail = tail{after: s.through}
		b.hole.block.next()
	}
	return err
}

// end adds what waits in the queue, and writes what is in memory.
func (b *building) end() {
	_, err := b.drain()
	b.queue.setOpen(false, 0)
	if err == nil && !b.block.empty() {
		b.endBlock()
	}
	if err == nil && len(b.tail.blocks) > 0 && b.tail.through() > b.tail.saved.through {
		var s segment
		if s, err = b.write(&b.tail); err == nil {
			b.removeOld(&b.tail, s)
		}
	}
	if err != nil {
		b.setProblem(err)
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
func (b *building) progress() {
	b.mu.Lock()
	missing := b.missingInHoles()
	if f := b.hole; f != nil {
		b.filled = f.after - f.tail.after
		missing -= b.filled
	} else {
		b.filled = 0
	}
	b.mu.Unlock()
	switch {
	case missing > manyMessages && b.missing == 0:
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
