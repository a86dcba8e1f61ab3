package journal

import (
	"context"
	"slices"
	"time"

	"signalbox/backend/journal/recent"
	"signalbox/backend/live"
)

// Append commits a message and returns its number. If ctx ends first, the error
// is "not_known": the message may or may not be committed.
func (j *Journal) Append(ctx context.Context, d live.Draft) (int64, error) {
	m, err := j.Put(ctx, d)
	if err != nil {
		return 0, err
	}
	return m.Number, nil
}

// Put is Append with marks. It returns the message as it was stored. If the
// message repeats a stored one, it has Repeated and the stored one's number.
// Readers share the message, so nobody may change it.
func (j *Journal) Put(ctx context.Context, d live.Draft, marks ...live.Mark) (*live.Message, error) {
	e := &recent.Entry{Message: live.Message{Draft: d}}
	if !j.sources.Exists(e.Source) {
		return nil, errNoSource()
	}
	complete(e, j.opt.Now())
	r := &request{bytes: d.Size(), marks: marks}
	r.entries = append(r.single[:0], e)
	if err := j.submit(ctx, r); err != nil {
		return nil, err
	}
	return &e.Message, nil
}

// AppendAll commits drafts and marks, in this order, in one transaction. A mark
// whose Number is live.Newest gets the number of the last draft, or of the
// newest message if there is no draft.
func (j *Journal) AppendAll(ctx context.Context, drafts []live.Draft, marks ...live.Mark) (Appended, error) {
	if len(drafts) == 0 && len(marks) == 0 {
		return Appended{Last: j.Last()}, nil
	}
	// These copies stay in memory as the newest messages. The caller makes them,
	// so that the writer does not have to.
	block := make([]recent.Entry, len(drafts))
	r := &request{entries: make([]*recent.Entry, len(drafts)), marks: slices.Clone(marks)}
	now := j.opt.Now()
	for i := range drafts {
		e := &block[i]
		e.Draft = drafts[i]
		if (i == 0 || e.Source != drafts[i-1].Source) && !j.sources.Exists(e.Source) {
			return Appended{}, errNoSource()
		}
		complete(e, now)
		r.entries[i] = e
		r.bytes += e.Size()
	}
	if err := j.submit(ctx, r); err != nil {
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

// Appended is the result of AppendAll.
type Appended struct {
	Last     int64           // the number of the last draft, or of the newest message if there was no draft
	Repeated int             // the drafts that were in the journal already, and were not stored again
	Entries  []*recent.Entry // the messages as they are stored, in the order of the drafts
}

func errNoSource() error {
	return live.Errorf("not_found/message_source", "The source of this message does not exist, or was removed.")
}

// complete sets the type and the time of a message if they are missing.
func complete(e *recent.Entry, now time.Time) {
	if e.Type == "" {
		e.Type = "message"
		if e.Kind != live.Event {
			e.Type = e.Kind.String()
		}
	}
	if e.Received.IsZero() {
		e.Received = now
	}
	// The store rounds times to microseconds. A reader must get the same time from
	// memory and from the store.
	e.Received = time.UnixMicro(e.Received.UnixMicro()).UTC()
}
