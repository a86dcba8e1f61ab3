package serve

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// A subscription is what a client asks for.
type subscription struct {
	names   []string // of sources; empty for all
	types   []string
	resume  string // the id to go on after; empty for from now on
	oldest  bool   // from the oldest message kept
	newest  bool   // without an id to resume from, the newest message first
	sources []int64
}

// events follows one source.
func (s *Server) events(w http.ResponseWriter, r *http.Request) error {
	return s.subscribe(w, r, []string{r.PathValue("source")}, false)
}

// eventsOf follows the sources named in the query, or all.
func (s *Server) eventsOf(w http.ResponseWriter, r *http.Request) error {
	return s.subscribe(w, r, nil, false)
}

// tutorialEvents is the address of the well-known tutorials.
func (s *Server) tutorialEvents(w http.ResponseWriter, r *http.Request) error {
	return s.subscribe(w, r, []string{tutorialChannel}, true)
}

func (s *Server) subscribe(w http.ResponseWriter, r *http.Request, names []string, newest bool) error {
	sub, err := s.asked(r, names, newest)
	if err != nil {
		return err
	}
	if r.Method == http.MethodHead {
		streamHeaders(w, r)
		return nil
	}
	return s.stream(w, r, sub)
}

// asked reads what a client asks for; the sources of the query where there are
// no names. Like join it is a function of its own
// because of its frame, which would stay on the stack of every idle client.
func (s *Server) asked(r *http.Request, names []string, newest bool) (*subscription, error) {
	q, err := values(r)
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
				sub.types = append(sub.types, t)
			}
		}
	}
	if n := len(sub.types); n > wordsMost {
		return nil, live.Errorf("too_many_types", "There are %d types; %d is the limit.", n, wordsMost).WithField("type").
			WithHint("A type that ends in * stands for all that begin so.")
	}
	sub.resume = lastEventID(r.Header, q)
	sub.oldest = sub.resume == "0" && q.Get("after") == "0" && r.Header.Get("Last-Event-ID") == ""
	if r.Method == http.MethodHead {
		return sub, nil // which makes no channel
	}
	for _, name := range sub.names {
		src, err := s.source(r.Context(), name)
		if err != nil {
			return nil, err
		}
		sub.sources = append(sub.sources, src.ID)
	}
	return sub, nil
}

// lastEventID returns the id that a client resumes from. The header comes
// first: a browser keeps the address with which it began when it comes back.
// The other names are those that stand-ins for EventSource use, which cannot
// set a header.
func lastEventID(h http.Header, q url.Values) string {
	if id := h.Get("Last-Event-ID"); id != "" {
		if utf8.ValidString(id) {
			return id
		}
		// Some clients write a header in Latin-1, whatever the id was.
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

// source looks up a source; a channel that does not exist comes into being.
func (s *Server) source(ctx context.Context, name string) (live.Source, error) {
	defer s.noticeSources()
	return s.publisher.Source(ctx, name)
}

// begin returns the place to follow a subscription from, and the gap to begin
// with.
func (s *Server) begin(ctx context.Context, sub *subscription) (after int64, gap *live.Gap, err error) {
	switch {
	case sub.oldest:
		return journal.Oldest, nil, nil
	case sub.resume != "":
		return s.j.Resume(ctx, sub.sources, sub.resume)
	case sub.newest:
		if !s.reading.take(ctx, 1, pagesAtOnce, pageWait) {
			return 0, nil, errBusyPages
		}
		defer s.reading.give(1)
		page, err := s.j.Read(ctx, live.Query{Filter: live.Filter{Sources: sub.sources, Kinds: []live.Kind{live.Event}}, Newest: true, Limit: 1})
		if err != nil {
			return 0, nil, err
		}
		if len(page.Messages) > 0 {
			return page.Messages[0].Number - 1, nil, nil
		}
	}
	return s.j.Last(), nil, nil
}
