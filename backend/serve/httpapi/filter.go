package httpapi

import (
	"net/url"
	"time"
	_ "time/tzdata" // Windows has no time zones of its own that Go can read

	"signalbox/backend/filter"
	"signalbox/backend/filter/syntax"
	"signalbox/backend/live"
)

// maxTypes is how many types a request may name: each is compared with every
// message.
const maxTypes = 100

// Filter returns the filter of the parameter q and of these event types, or nil
// if there is neither. The times in it are in the time zone that the parameter
// zone names, such as Asia/Shanghai, else in that of this computer. bookmarked is nil
// where messages have no bookmarks. Errors: "bad_filter", "bad_zone",
// "too_many_types", and those of bookmarked.
func Filter(params url.Values, types []string, sources syntax.Sources, bookmarked func() (map[int64]bool, error)) (*filter.Filter, error) {
	if n := len(types); n > maxTypes {
		return nil, live.Errorf("too_many_types", "There are {n} types; {max} is the limit.", "n", n, "max", maxTypes).WithField("type").
			WithHint("A type that ends in * stands for all that begin so.")
	}
	env := filter.Env{Now: time.Now(), Sources: sources, Bookmarked: bookmarked}
	if zone := params.Get("zone"); zone != "" {
		place, err := time.LoadLocation(zone)
		if err != nil {
			return nil, live.Errorf("bad_zone", `"{zone}" is not a time zone.`, "zone", zone).WithField("zone").
				WithHint("Write it as in Asia/Shanghai.").WithCause(err)
		}
		env.Now = env.Now.In(place)
	}
	f, err := filter.Parse(params.Get("q"), env)
	if err != nil {
		return nil, err
	}
	if len(types) > 0 {
		f = f.And(filter.Types(types...))
	}
	if f.IsZero() {
		return nil, nil
	}
	return f, nil
}
