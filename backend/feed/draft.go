package feed

import (
	"encoding/json"
	"fmt"
	"time"

	"signalbox/backend/live"
)

func gapDraft(source, connection int64, g live.Gap) live.Draft {
	return live.Draft{Source: source, Kind: live.GapKind, Connection: connection, Data: jsonText(g), Received: time.Now()}
}

func noteDraft(source, connection int64, code, reason string) live.Draft {
	return live.Draft{
		Source: source, Kind: live.NoteKind, Connection: connection, Received: time.Now(),
		Data: jsonText(live.Note{Code: code, Reason: reason}),
	}
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
		d.Received = now
		return d
	}
	d := live.Draft{Source: source, Type: it.typ, Data: it.data, Connection: connection, Received: now}
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
	g := live.Gap{Missing: &one, Code: "too_large", To: now, After: it.id}
	g.Reason = fmt.Sprintf("An event of %s was left out; the limit is %s.", inBytes(it.size), inBytes(int64(limit)))
	if it.kind == truncated {
		g.Reason = fmt.Sprintf("The connection ended in the middle of an event of more than %s; the limit is %s.", inBytes(it.size), inBytes(int64(limit)))
	}
	return gapDraft(source, connection, g)
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
