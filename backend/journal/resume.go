package journal

import (
	"context"
	"errors"

	"signalbox/backend/live"
)

// Resume returns the place behind which a client continues that sends this
// Last-Event-ID. It has read every message before that place:
//
//  1. A position of this epoch means itself, even if its message belongs to
//     another source or was trimmed; the cursor then returns a gap.
//  2. An id that a publisher chose leads to the first message of its source
//     with it, because only that one was sent with it (live.Message.DuplicateID). If
//     several of the sources (all if none is named) have it, the oldest message
//     counts, and a Gap "ambiguous_id" says that messages may come again: to
//     repeat some is better than to skip one.
//  3. Anything else means everything kept (Oldest), with a Gap "other_epoch" or
//     "unknown_id".
//
// No id at all means from now on.
func (j *Journal) Resume(ctx context.Context, sources []int64, lastEventID string) (after int64, gap *live.Gap, err error) {
	if lastEventID == "" {
		return j.Last(), nil, nil
	}
	because := func(reason live.Text) *live.Gap {
		g := live.Gap{After: lastEventID}.Because(reason)
		return &g
	}
	unknown := because(live.Textf("unknown_id", "The id that was resumed from is not known here; everything kept follows."))
	// A publisher's id that reads as a position of this journal is never sent as
	// an id.
	p, isPosition := live.ParsePosition(lastEventID)
	if isPosition && p.Epoch == j.Epoch() {
		if p.Number > j.Last() {
			return Oldest, unknown, nil
		}
		return p.Number, nil, nil
	}
	numbers, err := j.store.Find(ctx, sources, lastEventID)
	if errors.Is(err, &live.Error{Code: "bad_database"}) {
		return Oldest, because(live.Textf("damaged/id",
			"The history is damaged where the id that was resumed from would be found; everything kept follows.")), nil
	}
	if err != nil {
		return 0, nil, j.storeError(err)
	}
	switch {
	case len(numbers) == 1:
		return numbers[0], nil, nil
	case len(numbers) > 1:
		gap := because(live.Textf("ambiguous_id",
			"Several sources have a message with the id that was resumed from. The oldest was taken, so messages may come again."))
		gap.Missing = new(int64)
		return numbers[0], gap, nil
	case isPosition && len(p.Epoch) == len(j.Epoch()):
		return Oldest, because(live.Textf("other_epoch",
			"The id that was resumed from belongs to another history; everything kept here follows.")), nil
	}
	return Oldest, unknown, nil
}
