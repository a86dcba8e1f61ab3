package serve

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// history answers with a page of one source.
func (s *Server) history(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, []string{r.PathValue("source")})
}

// historyOf answers with a page of several sources, or of all.
func (s *Server) historyOf(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, nil)
}

// values returns the query of an address. One that cannot be read is refused:
// url.Query would leave the broken part out, and the answer would be that to
// another question.
func values(r *http.Request) (url.Values, error) {
	in, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, live.Errorf("bad_query", "The query of the address cannot be read: %v.", err).WithField("query").
			WithHint("Escape what stands for itself: %25 for a percent sign, %26 for an ampersand, %3B for a semicolon.").WithCause(err)
	}
	return in, nil
}

// page answers with a page of the sources of those names; of those in the
// query where there are none.
func (s *Server) page(w http.ResponseWriter, r *http.Request, names []string) error {
	in, err := values(r)
	if err != nil {
		return err
	}
	if names == nil {
		names = in["source"]
	}
	q, err := s.query(in, names)
	if err != nil {
		return err
	}
	reader, memory, err := s.pageRoom(r, &q)
	if err != nil {
		return err
	}
	defer memory.release()
	defer reader.release()
	page, err := s.j.Read(r.Context(), q)
	reader.release()
	if err != nil {
		return err
	}
	b := append(make([]byte, 0, 256*(len(page.Messages)+1)), `{"messages":[`...)
	first := true
	for i := range page.Messages {
		m := &page.Messages[i]
		src, ok := s.j.SourceByID(m.Source)
		if !ok || !src.Removed.IsZero() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = wire.AppendJSON(b, s.j.Epoch(), src.Name, m, page.Sizes[i])
	}
	b = append(b, `],"from":"`...)
	b = append(b, s.position(page.From)...)
	b = append(b, `","to":"`...)
	b = append(b, s.position(page.To)...)
	b = append(b, `","more":`...)
	b = strconv.AppendBool(b, page.More)
	b = append(b, "}\n"...)
	memory.keep(int64(len(b)))
	writeJSON(w, http.StatusOK, b)
	return nil
}

const (
	// pagesAtOnce is how many requests that are not of our own screens read
	// history at the same time: one reader less than the store has.
	pagesAtOnce = 2
	// pagesMost is how many bytes of it are in memory for them.
	pagesMost = 128 << 20
	pageWait  = 3 * time.Second // for their turn
)

// errBusyPages is the error of a request that there was no room for in time.
var errBusyPages = live.Errorf("busy_pages", "Other requests read as much of the history at this moment as Signalbox answers at once.").
	WithHint("Try again in a moment.")

// pageRoom takes room to read a page of history. The reader is for the time
// until it is read; the room is kept until the answer is sent.
func (s *Server) pageRoom(r *http.Request, q *live.Query) (reader, memory *room, err error) {
	if s.byScreen(r) {
		return &room{}, &room{}, nil
	}
	// What a page may take that is not cut is known when it is read.
	n := int64(pagesMost / 2)
	if q.Preview > 0 {
		n = min(n, 2*int64(q.Limit)*(int64(q.Preview)+4096))
	}
	reader, memory = &room{&s.reading, 1}, &room{&s.pages, n}
	if !s.pages.take(r.Context(), n, pagesMost, pageWait) {
		return nil, nil, errBusyPages
	}
	if !s.reading.take(r.Context(), 1, pagesAtOnce, pageWait) {
		memory.release()
		return nil, nil, errBusyPages
	}
	return reader, memory, nil
}

// wordsMost is how many words and types a filter may have. Each is looked for
// in every message, and SQLite takes no expression that is a thousand deep.
const wordsMost = 100

// query reads what a page is asked for.
func (s *Server) query(in url.Values, names []string) (q live.Query, err error) {
	if q.Filter, err = live.ParseFilter(in.Get("q")); err != nil {
		return q, err
	}
	if n := len(q.Filter.Types) + len(q.Filter.Text) + len(q.Filter.Without); n > wordsMost {
		return q, live.Errorf("bad_filter", "The filter has %d words; %d is the limit.", n, wordsMost).WithField("q").
			WithHint("Words that belong together count as one in quotation marks.")
	}
	for _, name := range names {
		src, ok := s.j.Source(name)
		if !ok {
			return q, live.Errorf("not_found", "There is no source called %q.", name).WithField("source")
		}
		if !slices.Contains(q.Filter.Sources, src.ID) {
			q.Filter.Sources = append(q.Filter.Sources, src.ID)
		}
	}
	if q.After, err = s.number("after", in.Get("after")); err != nil {
		return q, err
	}
	if q.Before, err = s.number("before", in.Get("before")); err != nil {
		return q, err
	}
	if text := in.Get("at"); text != "" {
		if q.At, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return q, live.Errorf("bad_at", "The time cannot be read.").WithField("at").
				WithHint("Write it as in 2026-11-21T14:02:08Z.").WithCause(err)
		}
	}
	if q.Limit, err = whole(in.Get("limit"), "limit", 100, 1, 5000); err != nil {
		return q, err
	}
	if q.Preview, err = whole(in.Get("preview"), "preview", 0, 1, 1<<30); err != nil {
		return q, err
	}
	q.Newest = !in.Has("after") && in.Get("at") == ""
	return q, nil
}

// number reads a position of this journal; 0 stands for before everything.
func (s *Server) number(field, text string) (int64, error) {
	if text == "" || text == "0" {
		return 0, nil
	}
	p, ok := live.ParsePosition(text)
	if !ok {
		return 0, live.Errorf("bad_position", "%q is not a position.", text).WithField(field).
			WithHint("A position looks like " + s.position(1042) + ".")
	}
	if p.Epoch != s.j.Epoch() {
		return 0, live.Errorf("other_epoch", "The position %s belongs to another history.", text).WithField(field).
			WithHint("Begin again without it.")
	}
	return p.Number, nil
}

// whole reads a whole number within bounds.
func whole(text, field string, otherwise, low, high int) (int, error) {
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, live.Errorf("bad_"+field, "%s is a whole number from %d to %d.", field, low, high).WithField(field)
	}
	return n, nil
}

// message answers with one message, whole.
func (s *Server) message(w http.ResponseWriter, r *http.Request) error {
	text := r.PathValue("position")
	n, err := s.number("position", text)
	if err != nil {
		return err
	}
	q := live.Query{After: n - 1, Before: n + 1, Limit: 1}
	reader, memory, err := s.pageRoom(r, &q)
	if err != nil {
		return err
	}
	defer memory.release()
	defer reader.release()
	var page live.Page
	if 0 < n && n <= s.j.Last() {
		page, err = s.j.Read(r.Context(), q)
	}
	reader.release()
	if err != nil {
		return err
	}
	if len(page.Messages) == 0 {
		return live.Errorf("not_found", "There is no message at %s.", text).WithHint("It may have been deleted to save space.")
	}
	m := &page.Messages[0]
	memory.keep(2 * int64(len(m.Data))) // and its frame
	src, ok := s.j.SourceByID(m.Source)
	if !ok || !src.Removed.IsZero() {
		return live.Errorf("not_found", "The source of this message was removed.")
	}
	if raw := r.URL.Query().Get("raw"); raw != "" && raw != "0" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(s.encode(m)) // who has gone does not miss it
		return nil
	}
	b := wire.AppendJSON(nil, s.j.Epoch(), src.Name, m, len(m.Data))
	writeJSON(w, http.StatusOK, append(b, '\n'))
	return nil
}

// position writes a number of this journal as a position.
func (s *Server) position(n int64) string {
	return live.Position{Epoch: s.j.Epoch(), Number: n}.String()
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
