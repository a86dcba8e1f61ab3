package journal

import (
	"context"
	"slices"
	"time"

	"signalbox/backend/live"
)

// Append returns the message's number after its commit. It does not give up
// its place when ctx ends: then the message may or may not have been
// committed, and the error says so.
func (j *Journal) Append(ctx context.Context, d live.Draft) (int64, error) {
	e := &Entry{Message: live.Message{Draft: d}}
	if err := j.check(e); err != nil {
		return 0, err
	}
	r := &request{weight: len(d.Data)}
	r.entries = append(r.one[:0], e)
	if err := j.ask(ctx, r); err != nil {
		return 0, err
	}
	return e.Number, nil
}

// AppendAll commits drafts and marks together, in this order, in one
// transaction, and returns the number of the last (that of the journal's
// newest where there is no draft). A mark whose Number is 0 gets that of the
// last draft.
func (j *Journal) AppendAll(ctx context.Context, drafts []live.Draft, marks ...live.Mark) (int64, error) {
	if len(drafts) == 0 && len(marks) == 0 {
		return j.Last(), nil
	}
	// Copied here, in the caller's time and not the writer's. The copies are
	// what the tail will hold.
	block := make([]Entry, len(drafts))
	r := &request{entries: make([]*Entry, len(drafts)), marks: slices.Clone(marks)}
	for i := range drafts {
		e := &block[i]
		e.Draft = drafts[i]
		if err := j.check(e); err != nil {
			return 0, err
		}
		r.entries[i] = e
		r.weight += len(e.Data)
	}
	if err := j.ask(ctx, r); err != nil {
		return 0, err
	}
	if len(drafts) == 0 {
		return j.Last(), nil
	}
	return block[len(block)-1].Number, nil
}

// check refuses what has no place in the journal and fills in what is missing.
func (j *Journal) check(e *Entry) error {
	if !j.sources.lives(e.Source) {
		return live.Errorf("not_found", "The source of this message does not exist, or was removed.")
	}
	if e.Type == "" {
		e.Type = "message"
		if e.Kind != live.Event {
			e.Type = e.Kind.String()
		}
	}
	if e.Received.IsZero() {
		e.Received = j.opt.Now()
	}
	// As the store gives it back: a reader must not see whether a message came
	// from memory or from the disk.
	e.Received = time.UnixMicro(e.Received.UnixMicro()).UTC()
	return nil
}
