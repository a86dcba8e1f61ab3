package feed

import (
	"encoding/json"
	"fmt"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// gapDraft is a gap as it goes into the journal, its times as all that are
// stored: in UTC, to the microsecond.
func gapDraft(source, connection int64, g live.Gap) live.Draft {
	g.From, g.To = wall(g.From), wall(g.To)
	return live.Draft{Source: source, Kind: live.GapKind, Connection: connection, Data: jsonText(g), Received: time.Now()}
}

func noteDraft(source, connection int64, n live.Note, at time.Time) live.Draft {
	return live.Draft{Source: source, Kind: live.NoteKind, Connection: connection, Received: at, Data: jsonText(n)}
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // gaps and notes hold texts, times and a number
	}
	return string(b)
}

// eventDraft is a message as it goes into the journal. Its ID is one that
// came with it: by the standard it also has that of an earlier message, but
// then two would have the same.
func eventDraft(source, connection int64, it item, now time.Time) live.Draft {
	if g, ok := relayed(it); ok {
		d := gapDraft(source, connection, g)
		d.Received, d.Origin = now, it.origin
		return d
	}
	d := live.Draft{Source: source, Type: it.typ, Data: it.data, Connection: connection, Received: now, Origin: it.origin}
	if it.ownID {
		d.ID = it.id
	}
	if it.retry >= 0 {
		d.Retry = &it.retry
	}
	return d
}

// largeDraft is the gap in the place of an event over the limit.
func largeDraft(source, connection int64, it item, now time.Time, limit int) live.Draft {
	one := int64(1)
	g := live.Gap{Missing: &one, Code: "too_large", To: now, After: it.id, Reason: largeReason(it, limit)}
	return gapDraft(source, connection, g)
}

// largeReason says what of an event was over the limit.
func largeReason(it item, limit int) string {
	switch it.large {
	case "id":
		limit = min(limit, wire.MaxID)
	case "type":
		limit = min(limit, wire.MaxType)
	}
	size, most := inBytes(it.size), inBytes(int64(limit))
	if n := int64(limit); it.size > n && it.size-n < n/10 {
		// Rounded, the two would look the same.
		size, most = fmt.Sprintf("%d bytes", it.size), fmt.Sprintf("%d bytes", limit)
	}
	what := map[string]string{"": "An event of ", "id": "An event with an id of ", "type": "An event with a type of "}[it.large]
	if it.kind == truncated {
		return fmt.Sprintf("The connection ended in the middle of %smore than %s; the limit is %s.", lowerFirst(what), size, most)
	}
	return fmt.Sprintf("%s%s was left out; the limit is %s.", what, size, most)
}

// inBytes writes a size for a person.
func inBytes(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
