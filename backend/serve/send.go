package serve

import (
	"errors"
	"sync"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, portion); return &b }}

// send writes what the cursor found, gathered into as few writes as possible.
func (f *follower) send(batch journal.Batch) error {
	pooled := buffers.Get().(*[]byte)
	defer buffers.Put(pooled)
	b := (*pooled)[:0]
	if batch.Gap != nil {
		b = wire.AppendGap(b, batch.Gap)
	}
	var sent, last int64
	for _, e := range batch.Entries {
		if !f.wants(&e.Message) {
			continue
		}
		if batch.Stored && len(e.Data) < portion/8 {
			// Nobody else will ask for its frame.
			if len(b) > portion/2 {
				if err := f.out.write(b); err != nil {
					return err
				}
				b = b[:0]
			}
			b = wire.AppendFrame(b, f.j.Epoch(), &e.Message)
			sent, last = sent+1, e.Number
			continue
		}
		frame := e.Frame(f.encode)
		if len(b)+len(frame) > portion {
			if err := f.out.write(b); err != nil {
				return err
			}
			b = b[:0]
		}
		if len(frame) > portion {
			if err := f.out.write(frame); err != nil {
				return err
			}
		} else {
			b = append(b, frame...)
		}
		sent, last = sent+1, e.Number
	}
	if sent == 0 && batch.Gap == nil {
		return nil
	}
	return f.finish(b, sent, last)
}

// finish writes the rest of what was gathered, and counts it.
func (f *follower) finish(b []byte, sent, last int64) error {
	if err := errors.Join(f.out.write(b), f.out.flush()); err != nil {
		return err
	}
	if sent > 0 {
		f.client.last.Store(last)
	}
	f.client.sent.Add(sent)
	f.client.bytes.Store(f.out.total)
	f.metrics.delivered.Add(sent)
	f.metrics.bytes.Add(f.out.total - f.out.counted)
	f.out.counted = f.out.total
	return nil
}

func (f *follower) wants(m *live.Message) bool {
	switch {
	case m.Kind == live.NoteKind:
		return false
	case len(f.client.names) == 0 && f.wasRemoved(m.Source):
		return false
	}
	return m.Kind == live.GapKind || f.client.filter.Match(m)
}

func (f *follower) wasRemoved(source int64) bool {
	if v := f.j.SourcesVersion(); f.gone == nil || v != f.version {
		f.gone, f.version = make(map[int64]bool), v
	}
	gone, known := f.gone[source]
	if !known {
		src, ok := f.j.SourceByID(source)
		gone = !ok || !src.Removed.IsZero()
		f.gone[source] = gone
	}
	return gone
}
