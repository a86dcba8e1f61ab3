package cursor

import (
	"context"

	"signalbox/backend/live"
)

// trimmed is what a cursor has already said about trimmed messages behind its
// place.
type trimmed struct {
	// through is, for a source, the number up to which its trimmed messages were
	// in a gap, or need not be. A gap covers all trimmed messages of a source,
	// which may be more than the page that follows it.
	through map[int64]int64
	// ignore makes the next read return no gap for what is trimmed already.
	ignore bool
}

// trimmedGap returns the gap of the trimmed messages behind place; nil if there
// are none. Ms was just read from the store behind place, and from first on the
// cursor will read from memory.
//
// The store is asked after the page was read: what was trimmed by then is
// missing from the page, whether or not the journal knows of it. Of each source
// everything up to the store's number is gone, except what was read before it
// went.
func (c *Cursor) trimmedGap(ctx context.Context, place, first int64, ms []live.Message) (*live.Gap, error) {
	gone, err := c.log.Store.Trimmed(ctx, c.filter.Sources, place)
	if err != nil {
		return nil, err
	}
	covered := make(map[int64]int64, len(gone))
	if len(gone) > 0 {
		for i := range ms {
			if s := ms[i].Source; gone[s] >= ms[i].Number {
				gone[s] = ms[i].Number - 1
			}
		}
	}
	events, known, anything := int64(0), c.filter.IsZero(), false
	for s, through := range gone {
		if !c.log.Sources.Exists(s) {
			continue // the user removed the source, and misses nothing of it
		}
		after := max(place, c.trimmed.through[s])
		if c.names != nil {
			after = max(after, c.names.After(s))
		}
		through = min(through, first-1)
		if through <= place {
			continue
		}
		covered[s] = max(after, through)
		if through <= after || c.trimmed.ignore {
			continue
		}
		n, some, err := c.log.Store.CountTrimmed(ctx, s, after, through)
		if err != nil {
			return nil, err
		}
		events, known, anything = events+n, known && n >= 0, anything || some
	}
	c.trimmed = trimmed{through: covered}
	if !anything {
		return nil, nil
	}
	gap := live.Gap{After: live.Position{Epoch: c.log.Epoch, Number: place}.String()}.
		Because(live.Textf("trimmed", "Older messages were deleted to save space before they could be read."))
	// If only gaps were trimmed, nobody knows any longer what those counted.
	if known && events > 0 {
		gap.Missing = &events
	}
	return &gap, nil
}
