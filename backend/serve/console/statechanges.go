package console

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"signalbox/backend/live"
)

// maxNames is the most sources that one request may name for sparklines, or for
// bars.
const maxNames = 200

// A stateQuery is the query of a request for /api/state.
type stateQuery struct {
	changes bool   // the answer holds only what changed after since
	since   string // stateView.Since of an earlier answer, or empty
	sparks  []string
	bars    []string
}

func parseStateQuery(in url.Values) (q stateQuery, err error) {
	q = stateQuery{changes: in.Has("since"), since: in.Get("since"), sparks: in["spark"], bars: in["bars"]}
	for field, names := range map[string][]string{"spark": q.sparks, "bars": q.bars} {
		if len(names) > maxNames {
			return q, live.Errorf("bad_value/too_many_names", "The field {field} names {count} sources; {max} are the most.",
				"field", field, "count", len(names), "max", maxNames).WithField(field)
		}
	}
	return q, nil
}

// addChanges adds to view what changed after an earlier answer, and what the
// query names: the sparklines of sources, the bars and all of the health of
// feeds.
func (c *Console) addChanges(view *stateView, q stateQuery, now time.Time) error {
	// Held from reading the sources to the answer: otherwise an older reading of
	// another request could replace this one.
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	sources := c.viewSources(now)
	byName := make(map[string]*sourceView, len(sources))
	versions := make([]sourceVersion, len(sources))
	for i, v := range sources {
		byName[v.Name] = v
		key, err := v.changeKey()
		if err != nil {
			return fmt.Errorf("compare the source %s: %w", v.Name, err)
		}
		versions[i] = sourceVersion{id: v.ID, key: key, view: v}
	}
	view.Sparks = make(map[string][]int64)
	for _, name := range q.sparks {
		if v := byName[name]; v != nil {
			view.Sparks[name] = omitZeros(c.rates.spark(v.ID, c.journal.Tally(v.ID).Appended))
		}
	}
	view.Bars = make(map[string][]string)
	always := make(map[int64]bool)
	for _, name := range q.bars {
		if v := byName[name]; v != nil && v.Health != nil {
			always[v.ID] = true
			view.Bars[name] = v.Health.Bars
		}
	}
	for _, v := range sources {
		if v.Health != nil {
			v.Health.Bars = nil
		}
	}
	c.log.note(versions)
	u := c.log.since(q.since, always)
	view.Sources, view.Removed, view.Whole, view.More, view.Since = u.sources, u.removed, u.whole, u.more, u.next
	return nil
}

// changeKey returns what differs where a source has changed. What changes by
// the clock alone is left out: a screen that shows it names the source.
func (v *sourceView) changeKey() ([]byte, error) {
	stable := *v
	if v.Health != nil {
		h := *v.Health
		h.Bars, h.Up, h.LongestSilence, h.LastByte = nil, 0, 0, time.Time{}
		stable.Health = &h
	}
	return json.Marshal(&stable)
}

// omitZeros returns an empty sparkline where nothing came.
func omitZeros(spark []int64) []int64 {
	for _, n := range spark {
		if n != 0 {
			return spark
		}
	}
	return []int64{}
}
