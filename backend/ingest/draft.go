package ingest

import (
	"encoding/json"
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// Draft returns the journal's form of an event: a message, a gap from upstream,
// or a gap that replaces an event over the limit of maxEvent bytes.
//
// A message without an id field has no id. By the standard it would have the id
// of the message before; then two messages would have the same id, and nobody
// could resume after the first.
func Draft(source, connection int64, e eventstream.Event, now time.Time, maxEvent int) live.Draft {
	if e.Kind != eventstream.Dispatched {
		return tooLargeDraft(source, connection, e, now, maxEvent)
	}
	if g, ok := gapFromUpstream(e); ok {
		d := GapDraft(source, connection, g, now)
		d.Origin = e.Origin
		return d
	}
	d := live.Draft{Source: source, Type: e.Type, Data: e.Data, Connection: connection, Received: now, Origin: e.Origin}
	if e.HasID {
		d.ID = e.LastEventID
	}
	if retry := e.Retry; retry >= 0 {
		d.Retry = &retry
	}
	return d
}

// GapDraft returns the journal's form of a gap.
func GapDraft(source, connection int64, g live.Gap, now time.Time) live.Draft {
	g.From, g.To = live.StoredTime(g.From), live.StoredTime(g.To)
	return live.Draft{Source: source, Kind: live.GapKind, Connection: connection, Data: jsonText(g), Received: now}
}

func noteDraft(source, connection int64, n live.Note, now time.Time) live.Draft {
	return live.Draft{Source: source, Kind: live.NoteKind, Connection: connection, Data: jsonText(n), Received: now}
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // impossible: gaps and notes are texts, times and numbers
	}
	return string(b)
}

func tooLargeDraft(source, connection int64, e eventstream.Event, now time.Time, maxEvent int) live.Draft {
	g := live.Gap{Missing: new(int64(1)), Code: "too_large", To: now, After: e.LastEventID}.Because(tooLargeText(e, maxEvent))
	return GapDraft(source, connection, g, now)
}

// tooLargeText returns a sentence about the size of an event and its limit.
func tooLargeText(e eventstream.Event, maxEvent int) live.Text {
	limit := maxEvent
	switch e.Overlong {
	case "id":
		limit = min(limit, wire.MaxID)
	case "type":
		limit = min(limit, wire.MaxType)
	}
	var size, most any = e.Size, limit
	if n := int64(limit); e.Size > n && e.Size-n < n/10 {
		// Rounded, size and limit could look the same.
		size, most = live.Textf("bytes", "{n} bytes", "n", e.Size), live.Textf("bytes", "{n} bytes", "n", limit)
	}
	cut := e.Kind == eventstream.Truncated
	switch {
	case cut && e.Overlong == "id":
		return live.Textf("too_large/cut_id",
			"The connection ended in the middle of an event with an id of more than {size_bytes}; the limit is {limit_bytes}.", "size_bytes", size, "limit_bytes", most)
	case cut && e.Overlong == "type":
		return live.Textf("too_large/cut_type",
			"The connection ended in the middle of an event with a type of more than {size_bytes}; the limit is {limit_bytes}.", "size_bytes", size, "limit_bytes", most)
	case cut:
		return live.Textf("too_large/cut", "The connection ended in the middle of an event of more than {size_bytes}; the limit is {limit_bytes}.",
			"size_bytes", size, "limit_bytes", most)
	case e.Overlong == "id":
		return live.Textf("too_large/id", "An event with an id of {size_bytes} was left out; the limit is {limit_bytes}.", "size_bytes", size, "limit_bytes", most)
	case e.Overlong == "type":
		return live.Textf("too_large/type", "An event with a type of {size_bytes} was left out; the limit is {limit_bytes}.", "size_bytes", size, "limit_bytes", most)
	}
	return live.Textf("too_large/event", "An event of {size_bytes} was left out; the limit is {limit_bytes}.", "size_bytes", size, "limit_bytes", most)
}
