package journal

import (
	"context"

	"signalbox/backend/journal/cursor"
	"signalbox/backend/live"
)

// A Reader is a cursor whose place outlives the program: what was read before a
// Commit does not come again, and everything else does. One goroutine may use
// it.
type Reader struct {
	*cursor.Cursor
	j    *Journal
	name string
}

// Reader returns the reader of that name. It continues behind the place that
// was committed last; a new one begins at the end of the journal.
func (j *Journal) Reader(ctx context.Context, name string, f live.Filter) (*Reader, error) {
	m, err := j.Mark(ctx, name)
	if err != nil {
		return nil, err
	}
	r := &Reader{j.Follow(f, m.Number), j, name}
	if m.Name == "" {
		r.MoveTo(j.Last())
		// Stored now: messages from here on must not be skipped if the program
		// ends before the first Commit.
		err = r.Commit(ctx)
	}
	return r, err
}

// Commit stores the place behind what Next returned last.
func (r *Reader) Commit(ctx context.Context) error {
	return r.j.SetMark(ctx, live.Mark{Name: r.name, Number: r.Place()})
}

// End deletes the place. A reader made later under the name is a new one.
func (r *Reader) End(ctx context.Context) error {
	return r.j.SetMark(ctx, live.Mark{Name: r.name, Ended: true})
}
