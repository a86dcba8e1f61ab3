package exports

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"signalbox/backend/export"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

const (
	// chunk is how many bytes are written at a time.
	chunk = 64 << 10
	// patience is how many reads without a match a cursor makes before a page of
	// history looks for the next match.
	patience = 4
)

// A writing is an export while it is written.
type writing struct {
	*Exports
	ctx     context.Context
	out     http.ResponseWriter
	rc      *http.ResponseController
	run     *run
	encoder export.Encoder
	query   live.Query
	buffer  []byte
	written int64 // messages
	bytes   int64
}

// write writes all messages that q selects, up to the newest of this moment.
func (e *Exports) write(ctx context.Context, out http.ResponseWriter, r *run, encoder export.Encoder, q live.Query) error {
	through := r.p.Last.Number
	w := &writing{Exports: e, ctx: ctx, out: out, rc: http.NewResponseController(out), run: r, encoder: encoder, query: q, buffer: make([]byte, 0, 2*chunk)}
	w.buffer = encoder.Begin(w.buffer)
	if err := w.flush(0); err != nil {
		return err
	}
	_ = w.rc.Flush() // a browser asks where to save the file
	after := q.After
	if after == 0 {
		after = journal.Oldest
	}
	cursor := e.journal.Follow(q.Filter, after)
	for empty := 0; cursor.Number() < through; {
		if err := ctx.Err(); err != nil {
			return err
		}
		found := live.Page{}
		if empty >= patience {
			// Before the cursor reads: a gap for what is trimmed meanwhile is then in its
			// batch.
			var err error
			next := live.Query{Filter: q.Filter, After: cursor.Number(), Before: through + 1, Limit: 1, Preview: 1}
			if found, err = e.journal.Read(ctx, next); err != nil {
				return err
			}
		}
		before := cursor.Number()
		batch, err := cursor.Step(ctx)
		if err != nil {
			return err
		}
		if batch.Gap != nil {
			w.gap(batch.Gap, before)
		}
		empty++
		for _, entry := range batch.Entries {
			if entry.Number > through {
				break
			}
			if err := w.message(&entry.Message); err != nil {
				return err
			}
			empty = 0
		}
		if next := beforeNext(found); batch.Gap == nil && next > cursor.Number() {
			cursor.MoveTo(next)
			empty = 0
		}
		if err := w.flush(min(cursor.Number(), through)); err != nil {
			return err
		}
		if cursor.Number() == before && batch.Gap == nil {
			if err := cursor.Wait(ctx); err != nil {
				return err
			}
		}
	}
	w.buffer = encoder.End(w.buffer, export.Summary{Messages: w.written, Through: r.p.Last})
	return w.send(through)
}

// beforeNext returns the number before the first message of a page, or the last that
// it has examined.
func beforeNext(p live.Page) int64 {
	if len(p.Messages) > 0 {
		return p.Messages[0].Number - 1
	}
	return p.To
}

// message writes a message, unless its source was removed.
func (w *writing) message(m *live.Message) error {
	src, ok := w.journal.SourceByID(m.Source)
	if !ok || !src.Removed.IsZero() {
		return nil
	}
	w.buffer = w.encoder.Message(w.buffer, src.Name, m)
	w.written++
	if len(w.buffer) < chunk {
		return nil
	}
	return w.send(m.Number)
}

// gap writes a gap that is not in the journal: for messages that were trimmed while
// the export ran, or that are damaged. It has the position of the message before it,
// and no source.
func (w *writing) gap(g *live.Gap, after int64) {
	if !w.query.Filter.Wants(live.GapKind) {
		return
	}
	text, err := json.Marshal(g)
	if err != nil {
		panic(err) // a Gap holds texts, times and a number
	}
	m := live.Message{Number: after}
	m.Kind, m.Type, m.Data, m.Received = live.GapKind, live.GapKind.String(), string(text), time.Now()
	w.buffer = w.encoder.Message(w.buffer, "", &m)
	w.written++
}

// flush records the position, and sends what is written if that is enough.
func (w *writing) flush(position int64) error {
	if len(w.buffer) >= chunk {
		return w.send(position)
	}
	w.note(position)
	return nil
}

func (w *writing) note(position int64) {
	w.run.set(func(p *Progress) {
		p.Messages, p.Bytes = w.written, w.bytes
		p.Position.Number = max(p.Position.Number, position)
	})
}

// send sends what is written.
func (w *writing) send(position int64) error {
	// A client may be slow, but not stand still.
	if err := w.rc.SetWriteDeadline(time.Now().Add(httpapi.AnswerTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	n, err := w.out.Write(w.buffer)
	w.bytes += int64(n)
	if cap(w.buffer) > 4*chunk {
		w.buffer = make([]byte, 0, 2*chunk) // after a large message
	}
	w.buffer = w.buffer[:0]
	w.note(position)
	return err
}
