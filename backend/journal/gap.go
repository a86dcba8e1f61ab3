package journal

import (
	"context"

	"signalbox/backend/live"
)

// holes is what a cursor knows of what was trimmed behind its place.
type holes struct {
	// told is, for a source, up to which number its trimmed messages are told
	// or need not be. A hole is told as a whole before the first page behind
	// its beginning, and may reach beyond that page.
	told map[int64]int64
	// accepted says that nothing is told of what is trimmed already: the
	// reader asked for what is there.
	accepted bool
}

// trimmedGap returns what a cursor misses that has just read the messages ms
// behind its place from the store; nil where nothing was trimmed there. From
// below on it will read from memory.
//
// The store is asked after the page was read: what had gone by then is missing
// from the page, whether or not the journal was told. Of each source everything
// up to the store's number is gone, but what was read before it went is not
// missing.
func (c *Cursor) trimmedGap(ctx context.Context, place, below int64, ms []live.Message) (*live.Gap, error) {
	trimmed, err := c.j.store.Trimmed(ctx, c.filter.Sources, place)
	if err != nil {
		return nil, err
	}
	told := make(map[int64]int64, len(trimmed))
	if len(trimmed) > 0 {
		for i := range ms {
			if s := ms[i].Source; trimmed[s] >= ms[i].Number {
				trimmed[s] = ms[i].Number - 1
			}
		}
	}
	events, known, anything := int64(0), c.filter.IsZero(), false
	for s, through := range trimmed {
		if src, ok := c.j.SourceByID(s); !ok || !src.Removed.IsZero() {
			continue // what the user threw away is not missed
		}
		after := max(place, c.since[s], c.holes.told[s])
		through = min(through, below-1)
		if through <= place {
			continue
		}
		told[s] = max(after, through)
		if through <= after || c.holes.accepted {
			continue
		}
		n, some, err := c.j.store.CountTrimmed(ctx, s, after, through)
		if err != nil {
			return nil, err
		}
		events, known, anything = events+n, known && n >= 0, anything || some
	}
	c.holes = holes{told: told}
	if !anything {
		return nil, nil
	}
	gap := &live.Gap{
		Code:   "trimmed",
		Reason: "Older messages were deleted to save space before they could be read.",
		After:  live.Position{Epoch: c.j.epoch, Number: place}.String(),
	}
	// Where only gaps went, it is no longer known what those said.
	if known && events > 0 {
		gap.Missing = &events
	}
	return gap, nil
}
