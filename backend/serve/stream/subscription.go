package stream

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"signalbox/backend/filter"
	"signalbox/backend/serve/httpapi"
)

// A subscription is what a client asks for.
type subscription struct {
	names   []string       // of the sources, sorted; empty for all
	types   []string       // of the messages, "order.*" for all that begin so; empty for all
	q       string         // the text of the filter
	filter  *filter.Filter // of types and q; nil for all messages
	resume  string         // the id to resume after; empty for from now on
	oldest  bool           // whether to start with the oldest message kept
	newest  bool           // whether to start with the newest message, unless resume is set
	sources []int64        // the sources with these names now
}

// readSubscription reads what a client asks for. A channel that does not exist
// comes into being, unless the request is a HEAD. Errors: "bad_query",
// those of httpapi.Filter, and those of Sources.
func (h *Hub) readSubscription(r *http.Request, names []string, newest bool) (*subscription, error) {
	q, err := httpapi.Query(r)
	if err != nil {
		return nil, err
	}
	if names == nil {
		names = q["source"]
	}
	slices.Sort(names)
	sub := &subscription{names: slices.Compact(names), newest: newest}
	for _, list := range q["type"] {
		for t := range strings.SplitSeq(list, ",") {
			if t != "" {
				sub.types = append(sub.types, strings.Clone(t))
			}
		}
	}
	if sub.filter, err = httpapi.Filter(q, sub.types, h.journal, nil); err != nil {
		return nil, err
	}
	sub.q = strings.Clone(q.Get("q"))
	sub.resume = strings.Clone(lastEventID(r.Header, q))
	sub.oldest = sub.resume == "0" && q.Get("after") == "0" && r.Header.Get("Last-Event-ID") == ""
	if r.Method == http.MethodHead {
		return sub, nil
	}
	for i, name := range sub.names {
		src, err := h.sources.Source(r.Context(), name)
		if err != nil {
			return nil, err
		}
		sub.sources = append(sub.sources, src.ID)
		sub.names[i] = strings.Clone(name) // not a part of the request, whose memory it would keep
	}
	return sub, nil
}

// lastEventID returns the id that a client resumes after. The header comes
// first: a browser that reconnects keeps the URL with which it began. The other
// names are those of replacements for EventSource, which cannot set a header.
func lastEventID(h http.Header, q url.Values) string {
	if id := h.Get("Last-Event-ID"); id != "" {
		if utf8.ValidString(id) {
			return id
		}
		// Some clients encode a header as Latin-1, whatever the id was.
		runes := make([]rune, len(id))
		for i := range len(id) {
			runes[i] = rune(id[i])
		}
		return string(runes)
	}
	for _, name := range []string{"lastEventId", "last-event-id", "Last-Event-ID", "after"} {
		if id := q.Get(name); id != "" {
			return id
		}
	}
	return ""
}
