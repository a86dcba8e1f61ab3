package history

import (
	"net/url"
	"strconv"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

const (
	// hitTime is how long the hits of one answer may take; later ones are left out.
	hitTime = 100 * time.Millisecond
	// maxHits is how many hits of one message are answered, and maxPageHits of one
	// message of a page.
	maxHits, maxPageHits = 10_000, 100
)

// hits find what a filter matched in the messages of an answer.
type hits struct {
	of    *filter.Hits
	until time.Time // set with the first message
}

// parseHits returns nil if no hits are asked for, or if the filter has none.
func (h *History) parseHits(params url.Values) (*hits, error) {
	if !asked(params, "hits") {
		return nil, nil
	}
	f, err := httpapi.Filter(params, nil, h.journal, h.journal.Bookmarked)
	if err != nil || f == nil {
		return nil, err
	}
	of := f.Hits()
	if of.IsZero() {
		return nil, nil
	}
	return &hits{of: of}, nil
}

// append adds the hits to the JSON of an event, which ends with a brace. m has as
// much of the data as was read, of which the answer has the first bytes, or all if
// bytes is 0; size is the length of the data.
func (h *hits) append(b []byte, m *live.Message, size, bytes, most int) []byte {
	if h.until.IsZero() {
		h.until = time.Now().Add(hitTime)
	}
	limit := filter.HitLimit{Most: most, Before: bytes, Until: h.until}
	data := utf16Pairs(m.Data, bytes, h.of.InData(m.Data, len(m.Data) == size, limit))
	event := utf16Pairs(m.Type, 0, h.of.InType(m.Type, !m.Cut, filter.HitLimit{Most: most}))
	if len(data)+len(event) == 0 {
		return b
	}
	b = append(b[:len(b)-1], `,"hits":{`...)
	if len(data) > 0 {
		b = appendNumbers(append(b, `"data":`...), data)
		if len(event) > 0 {
			b = append(b, ',')
		}
	}
	if len(event) > 0 {
		b = appendNumbers(append(b, `"event":`...), event)
	}
	return append(b, "}}"...)
}

func appendNumbers(b []byte, list []int) []byte {
	for i, n := range list {
		b = strconv.AppendInt(append(b, "[,"[min(i, 1)]), int64(n), 10)
	}
	return append(b, ']')
}

// utf16Pairs returns where the spans of a text begin and end, counted in the units
// of UTF-16. What is beyond the first bytes is left out; 0 bytes are all.
func utf16Pairs(text string, bytes int, spans []filter.Span) []int {
	pairs := make([]int, 0, 2*len(spans))
	if bytes == 0 {
		bytes = len(text)
	}
	done, units := 0, 0
	to := func(at int) int {
		for i, r := range text[done:min(at, bytes)] {
			if done+i >= bytes {
				break
			}
			units++
			if r >= 0x10000 {
				units++
			}
		}
		done = max(done, min(at, bytes))
		return units
	}
	for _, s := range spans {
		if from, end := to(s.From), to(s.To); from < end {
			pairs = append(pairs, from, end)
		}
	}
	return pairs
}
