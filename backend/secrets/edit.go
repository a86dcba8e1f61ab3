package secrets

import (
	"errors"
	"reflect"
	"slices"

	"signalbox/backend/live"
)

// Edited are a feed's secrets after an edit.
type Edited struct {
	Next    *live.Secrets // nil if the stored secrets stay and are not known
	Store   bool          // Next differs from the stored secrets
	Changed bool          // Next differs from the secrets of the last request
}

// ErrUnknown is returned if an edit needs the stored secrets and they are not
// known.
var ErrUnknown = errors.New("the stored secrets are needed and not known")

// Edit returns the secrets of a feed after an edit: the entered ones, and the
// stored ones that the feed still uses. If a stored secret was entered for
// another server, Edit returns the Error of CheckOrigin. stored is nil if the
// stored secrets are not known. Then Edit returns ErrUnknown, unless all secrets
// were entered, or none was and the feed uses the same ones for the same server.
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
