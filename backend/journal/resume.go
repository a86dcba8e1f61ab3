package journal

import (
	"context"
	"errors"

	"signalbox/backend/live"
)

// Resume returns the number of the last message that a client with this
// Last-Event-ID has read. Follow(f, after) continues with the next message.
//
//  1. For a position of this epoch, after is its number, even if its message
//     belongs to another source or was trimmed. In the latter case the cursor
//     returns a gap.
//  2. For an id that a publisher chose, after is the number of the first message
//     of its source with that id: only that message was sent with it
//     (live.Message.DuplicateID). If several of the sources (all if none is
//     named) have such a message, after is the number of the oldest, and the gap
//     is "ambiguous_id": the client may get some messages twice, but misses none.
//  3. For any other id, after is Oldest, and the gap is "other_epoch",
//     "unknown_id" or "damaged".
//
// Without an id, after is Last: the client gets new messages only.
func (j *Journal) Resume(ctx context.Context, sources []int64, lastEventID string) (after int64, gap *live.Gap, err error) {
	if lastEventID == "" {
		return j.Last(), nil, nil
	}
	because := func(reason live.Text) *live.Gap {
		g := live.Gap{After: lastEventID}.Because(reason)
		return &g
	}
	unknown := because(live.Textf("unknown_id", "The id that was resumed from is not known here; everything kept follows."))
	// A publisher's id that looks like a position of this journal is never sent
	// as an id.
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
			"The history is damaged, so the id that was resumed from cannot be looked up; everything kept follows.")), nil
	}
	if err != nil {
		return 0, nil, j.storeError(err)
	}
	switch {
	case len(numbers) == 1:
		return numbers[0], nil, nil
	case len(numbers) > 1:
		gap := because(live.Textf("ambiguous_id",
			"Several sources have a message with the id that was resumed from. The stream continues after the oldest of them, so some messages may come again."))
		gap.Missing = new(int64)
		return numbers[0], gap, nil
	case isPosition && len(p.Epoch) == len(j.Epoch()):
		return Oldest, because(live.Textf("other_epoch",
			"The id that was resumed from belongs to another history; everything kept here follows.")), nil
	}
	return Oldest, unknown, nil
}

// ResumeNames is Resume for FollowNames. A source that had one of the names before,
// and was removed or renamed, may have sent the id too: then the client continues
// after the oldest message with it.
func (j *Journal) ResumeNames(ctx context.Context, names []string, lastEventID string) (after int64, gap *live.Gap, err error) {
	return j.Resume(ctx, j.sources.EverNamed(names), lastEventID)
}
