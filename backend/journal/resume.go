package journal

import (
	"context"

	"signalbox/backend/live"
)

// Resume finds the place after which a client goes on that sends this
// Last-Event-ID. In this order:
//
//  1. an id that a publisher chose, within the sources (all where none is
//     named). Two messages may have it: then the newest counts, and a Gap
//     "ambiguous_id" says that something may be repeated or missing;
//  2. a position of this epoch that is kept, or in memory: exact, also where
//     that message belongs to another source or was filtered out;
//  3. anything else: everything kept, with a Gap "trimmed", "other_epoch" or
//     "unknown_id".
//
// No id at all means from now on.
func (j *Journal) Resume(ctx context.Context, sources []int64, lastEventID string) (after int64, gap *live.Gap, err error) {
	if lastEventID == "" {
		return j.Last(), nil, nil
	}
	numbers, err := j.store.Find(ctx, sources, lastEventID)
	if err != nil {
		return 0, nil, j.orClosed(err)
	}
	switch len(numbers) {
	case 1:
		return numbers[0], nil, nil
	case 2:
		return numbers[0], &live.Gap{Code: "ambiguous_id", After: lastEventID,
			Reason: "Several messages have the id that was resumed from; the newest of them was taken."}, nil
	}
	all := j.First() - 1
	p, ok := live.ParsePosition(lastEventID)
	switch {
	case ok && p.Epoch == j.epoch && p.Number <= j.Last():
		_, tail := j.tail.from(p.Number)
		trimmed := j.trimmed.Load()
		if p.Number >= min(all, trimmed, tail-1) {
			return p.Number, nil, nil
		}
		return all, &live.Gap{Code: "trimmed", After: lastEventID,
			Missing: j.missing(&live.Filter{Sources: sources}, p.Number, trimmed),
			Reason:  "Messages after the id that was resumed from have been deleted to save space."}, nil
	case ok && p.Epoch != j.epoch && len(p.Epoch) == len(j.epoch):
		return all, &live.Gap{Code: "other_epoch", After: lastEventID,
			Reason: "The id that was resumed from belongs to another history; everything kept here follows."}, nil
	}
	return all, &live.Gap{Code: "unknown_id", After: lastEventID,
		Reason: "The id that was resumed from is not known here; everything kept follows."}, nil
}
