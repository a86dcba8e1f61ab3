package journal

import (
	"context"

	"signalbox/backend/live"
)

// A Reader is a cursor whose place outlives the program: what it has committed
// to have read does not come again, and everything else does. One goroutine
// may use it.
type Reader struct {
	*Cursor
	name string
}

// Reader returns the reader of that name. It goes on after the place that was
// committed last; a new one begins at the end of the journal.
func (j *Journal) Reader(ctx context.Context, name string, f live.Filter) (*Reader, error) {
	m, err := j.Mark(ctx, name)
	if err != nil {
		return nil, err
	}
	r := &Reader{j.Follow(f, m.Number), name}
	if m.Name == "" {
		r.Move(j.Last())
		// Stored at once: what comes from here on must not be skipped when the
		// program ends before the first Commit.
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
