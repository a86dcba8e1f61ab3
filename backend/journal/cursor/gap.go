package cursor

import (
	"context"

	"signalbox/backend/live"
)

// trimmed records the trimmed messages that a cursor has reported in gaps.
type trimmed struct {
	// through has, for a source, the number up to which its trimmed messages need
	// no further gap. A gap covers all trimmed messages of a source, which may be
	// more than the page that follows it.
	through map[int64]int64
	// ignore makes the next read return no gap for messages trimmed already.
	ignore bool
}

// trimmedGap returns the gap for trimmed messages with greater numbers than
// after, or nil if there are none. The cursor has just read ms from the store,
// and will read from memory from the number first on.
//
// The cursor asks the store after it has read the page: a message trimmed until
// then may be missing from the page. Each source has lost all messages up to the
// number that the store returns, except those that were read before.
func (c *Cursor) trimmedGap(ctx context.Context, after, first int64, ms []live.Message) (*live.Gap, error) {
	gone, err := c.log.Store.Trimmed(ctx, c.filter.Sources, after)
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
			continue // the user removed the source on purpose
		}
		reported := max(after, c.trimmed.through[s])
		if c.names != nil {
			reported = max(reported, c.names.After(s))
		}
		through = min(through, first-1)
		if through <= after {
			continue
		}
		covered[s] = max(reported, through)
		if through <= reported || c.trimmed.ignore {
			continue
		}
		n, some, err := c.log.Store.CountTrimmed(ctx, s, reported, through)
		if err != nil {
			return nil, err
		}
		events, known, anything = events+n, known && n >= 0, anything || some
	}
	c.trimmed = trimmed{through: covered}
	if !anything {
		return nil, nil
	}
	gap := live.Gap{After: live.Position{Epoch: c.log.Epoch, Number: after}.String()}.
		Because(live.Textf("trimmed", "Older messages were deleted to save space before they could be read."))
	// If only gaps were trimmed, their counts are lost.
	if known && events > 0 {
		gap.Missing = &events
	}
	return &gap, nil
}
