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
	m, err := j.Put(ctx, d)
	return m.Number, err
}

// Put is Append with marks, and returns the message as it was stored; Repeated
// where it was recognised as a retry.
func (j *Journal) Put(ctx context.Context, d live.Draft, marks ...live.Mark) (live.Message, error) {
	e := &Entry{Message: live.Message{Draft: d}}
	if !j.sources.lives(e.Source) {
		return live.Message{}, errNoSource()
	}
	j.complete(e, j.opt.Now())
	r := &request{weight: d.Size(), marks: marks}
	r.entries = append(r.one[:0], e)
	if err := j.ask(ctx, r); err != nil {
		return live.Message{}, err
	}
	return e.Message, nil
}

// AppendAll commits drafts and marks together, in this order, in one
// transaction. A mark whose Number is live.Newest gets that of the last
// draft, or of the newest message where there is none.
func (j *Journal) AppendAll(ctx context.Context, drafts []live.Draft, marks ...live.Mark) (Appended, error) {
	if len(drafts) == 0 && len(marks) == 0 {
		return Appended{Last: j.Last()}, nil
	}
	// Copied here, in the caller's time and not the writer's. The copies are
	// what the tail will hold.
	block := make([]Entry, len(drafts))
	r := &request{entries: make([]*Entry, len(drafts)), marks: slices.Clone(marks)}
	now := j.opt.Now()
	for i := range drafts {
		e := &block[i]
		e.Draft = drafts[i]
		if (i == 0 || e.Source != drafts[i-1].Source) && !j.sources.lives(e.Source) {
			return Appended{}, errNoSource()
		}
		j.complete(e, now)
		r.entries[i] = e
		r.weight += e.Size()
	}
	if err := j.ask(ctx, r); err != nil {
		return Appended{}, err
	}
	a := Appended{Last: j.Last(), Entries: r.entries}
	for i := range block {
		a.Last = block[i].Number
		if block[i].Repeated {
			a.Repeated++
		}
	}
	return a, nil
}

// Appended is what became of the drafts of one call.
type Appended struct {
	Last     int64    // the number of the last; that of the newest message where there was none
	Repeated int      // how many were in the journal already, and were not stored again
	Entries  []*Entry // the messages as they are in the journal, in the order of the drafts
}

func errNoSource() error {
	return live.Errorf("not_found", "The source of this message does not exist, or was removed.")
}

// complete fills in the type and the time of a message where they are missing.
func (j *Journal) complete(e *Entry, now time.Time) {
	if e.Type == "" {
		e.Type = "message"
		if e.Kind != live.Event {
			e.Type = e.Kind.String()
		}
	}
	if e.Received.IsZero() {
		e.Received = now
	}
	// As the store gives it back: a reader must not see whether a message came
	// from memory or from the disk.
	e.Received = time.UnixMicro(e.Received.UnixMicro()).UTC()
}
