package secrets

import (
	"errors"
	"reflect"
	"slices"

	"signalbox/backend/live"
)

// Edited are a feed's secrets after an edit.
type Edited struct {
	Next    *live.Secrets // nil where the stored ones stay, and are not known now
	Store   bool          // Next differs from what is stored
	Changed bool          // Next differs from what the last request had
}

// ErrUnknown says that an edit needs the stored secrets, which are not known.
var ErrUnknown = errors.New("the stored secrets are needed and not known")

// Edit returns the secrets that go with new settings: those that were entered,
// and of the stored ones those that the feed uses. Stored secrets are used for
// the server that they were entered for and for no other: otherwise it returns
// an Error of CheckOrigin. stored is nil where the secrets are not known; then it
// returns ErrUnknown unless all were entered, or none and nothing of them
// changes.
func Edit(old, feed *live.Feed, entered *live.Secrets, stored *Stored) (e Edited, err error) {
	origin := Origin(feed.URL)
	switch {
	case !Needed(feed):
		e.Next = &live.Secrets{}
		e.Store = stored == nil || !stored.IsZero()
	case stored != nil:
		if stored.Origin == "" {
			stored.Origin = Origin(old.URL) // stored by an earlier version
		}
		usable := stored.Secrets
		if stored.Origin != origin {
			usable = live.Secrets{}
		}
		merged := Merge(feed, entered, &usable)
		if err := CheckOrigin(feed, &merged, stored); err != nil {
			return e, err
		}
		e.Next = &merged
		e.Store = !reflect.DeepEqual(merged, stored.Secrets) || stored.Origin != origin
	default:
		merged := Merge(feed, entered, &live.Secrets{})
		complete := Missing(feed, &merged) == "" && (feed.Auth != "basic" || merged.Password != "")
		sameUse := Origin(old.URL) == origin && slices.Equal(Used(old), Used(feed))
		switch {
		case complete:
			e.Next, e.Store = &merged, true
		case sameUse && reflect.DeepEqual(merged, live.Secrets{}):
			return e, nil
		default:
			return e, ErrUnknown
		}
	}
	e.Changed = stored == nil || !reflect.DeepEqual(*e.Next, stored.Secrets)
	return e, nil
}
