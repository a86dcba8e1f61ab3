package sources

import (
	"time"

	"signalbox/backend/live"
)

// RestoreTime is how long a removed source can be restored. Then its messages
// are deleted.
const RestoreTime = 10 * time.Minute

// IsLost reports whether it is too late to restore a source.
func IsLost(s live.Source, now time.Time) bool {
	return !s.Removed.IsZero() && now.Sub(s.Removed) >= RestoreTime
}

// Excess returns the Trim that is due if the limit all of the whole journal, or
// the limit of one source, is exceeded by more than percent.
func (l *List) Excess(all live.Keep, percent int64) (live.Trim, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if cut, over := excess(all, l.messages, l.bytes, percent); over {
		return cut, true
	}
	for _, id := range l.limited {
		if cut, over := excess(l.byID[id].Keep, l.tallies[id].Kept, l.tallies[id].Bytes, percent); over {
			cut.Source = id
			return cut, true
		}
	}
	return live.Trim{}, false
}

func excess(keep live.Keep, messages, bytes, percent int64) (cut live.Trim, over bool) {
	if keep.Messages > 0 && messages > keep.Messages+keep.Messages/100*percent {
		cut.Messages = messages - keep.Messages
	}
	if keep.Bytes > 0 && bytes > keep.Bytes+keep.Bytes/100*percent {
		cut.Bytes = bytes - keep.Bytes
	}
	return cut, cut.Messages > 0 || cut.Bytes > 0
}

// Expired returns the Trims that are due because messages are too old, or
// because their source was removed and can no longer be restored.
func (l *List) Expired(all live.Keep, now time.Time) []live.Trim {
	var cuts []live.Trim
	if all.Age > 0 {
		cuts = append(cuts, live.Trim{Before: now.Add(-all.Age)})
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, id := range l.limited {
		if age := l.byID[id].Keep.Age; age > 0 {
			cuts = append(cuts, live.Trim{Source: id, Before: now.Add(-age)})
		}
	}
	for id, s := range l.byID {
		if IsLost(s, now) {
			cuts = append(cuts, live.Trim{Source: id, Removed: true})
		}
	}
	return cuts
}
