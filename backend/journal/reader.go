package journal

import (
	"context"

	"signalbox/backend/journal/cursor"
	"signalbox/backend/live"
)

// A Reader is a cursor whose number is stored under a name. After a restart it
// returns the messages that it has read since the last Commit again, and no
// earlier ones. One goroutine may use it at a time.
type Reader struct {
	*cursor.Cursor
	j    *Journal
	name string
}

// Reader returns the reader of that name. It continues after the number of the
// last Commit; a new reader begins at the end of the journal.
func (j *Journal) Reader(ctx context.Context, name string, f live.Filter) (*Reader, error) {
	m, err := j.Mark(ctx, name)
	if err != nil {
		return nil, err
	}
	r := &Reader{j.Follow(f, m.Number), j, name}
	if m.Name == "" {
		r.MoveTo(j.Last())
		// If the program ended before the first Commit, the next start would
		// begin at the new end and skip the messages between.
		err = r.Commit(ctx)
	}
	return r, err
}

// Commit stores the number of the last message that Next has examined.
func (r *Reader) Commit(ctx context.Context) error {
	return r.j.SetMark(ctx, live.Mark{Name: r.name, Number: r.Number()})
}

// End deletes the stored number. A later reader of that name is a new one.
func (r *Reader) End(ctx context.Context) error {
	return r.j.SetMark(ctx, live.Mark{Name: r.name, Ended: true})
}
