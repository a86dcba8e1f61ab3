package history

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/serve/budget"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/wire"
)

// A History answers requests for messages of the past.
type History struct {
	journal    *journal.Journal
	readers    *Readers
	memory     *budget.Budget // bytes of pages that are read or being sent
	fromScreen func(*http.Request) bool
}

// New returns a History. Requests for which fromScreen is true are Signalbox's
// own, and outside of the budgets.
func New(j *journal.Journal, readers *Readers, fromScreen func(*http.Request) bool) *History {
	return &History{journal: j, readers: readers, memory: budget.New(MaxMemory), fromScreen: fromScreen}
}

// Source answers GET /sources/{source}/messages with a page of one source.
func (h *History) Source(w http.ResponseWriter, r *http.Request) error {
	return h.page(w, r, []string{r.PathValue("source")})
}

// Sources answers GET /messages with a page of the sources that the query
// names, or of all.
func (h *History) Sources(w http.ResponseWriter, r *http.Request) error {
	return h.page(w, r, nil)
}

// page answers with a page of the sources with these names, or of those that
// the query names where names is nil.
func (h *History) page(w http.ResponseWriter, r *http.Request, names []string) error {
	params, err := httpapi.Query(r)
	if err != nil {
		return err
	}
	if names == nil {
		names = params["source"]
	}
	q, err := h.parseQuery(params, names)
	if err != nil {
		return err
	}
	fields, err := parseFields(params)
	if err != nil {
		return err
	}
	marked, err := h.parseHits(params)
	if err != nil {
		return err
	}
	preview := q.Preview
	if (fields != nil || marked != nil && marked.of.NeedsAll()) && preview > 0 {
		q.Preview = max(preview, MaxFieldRead)
	}
	page, reservation, err := h.read(r, q)
	if err != nil {
		return err
	}
	defer reservation.Release()
	b := append(make([]byte, 0, 256*(len(page.Messages)+1)), `{"messages":[`...)
	first := true
	for i := range page.Messages {
		m := &page.Messages[i]
		src, ok := h.journal.SourceByID(m.Source)
		if !ok || !src.Removed.IsZero() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		read := *m
		if m.Kind == live.Event {
			m.Data = cut(m.Data, preview)
		}
		b = wire.AppendJSON(b, h.journal.Epoch(), src.Name, m, page.Sizes[i])
		if fields != nil && m.Kind == live.Event {
			b = fields.append(b[:len(b)-1], fields.finder.Find(read.Data))
		}
		if marked != nil && m.Kind == live.Event {
			b = marked.append(b, &read, page.Sizes[i], len(m.Data), maxPageHits)
		}
	}
	b = append(b, `],"from":"`...)
	b = append(b, h.position(page.From)...)
	b = append(b, `","to":"`...)
	b = append(b, h.position(page.To)...)
	b = append(b, `","more":`...)
	b = strconv.AppendBool(b, page.More)
	if !page.SearchedTo.IsZero() {
		edge := page.To
		if q.Newest {
			edge = page.From
		}
		b = append(b, `,"searched_to":{"position":"`...)
		b = append(b, h.position(edge)...)
		b = append(b, `","time":"`...)
		b = page.SearchedTo.AppendFormat(b, time.RFC3339Nano)
		b = append(b, `"}`...)
	}
	b = append(b, "}\n"...)
	reservation.ShrinkTo(int64(len(b)))
	httpapi.WriteEncoded(w, http.StatusOK, b)
	return nil
}

// Message answers GET /messages/{position} with one message: whole, a preview of
// it, its frame (?raw=1), or its data alone (?data=1).
func (h *History) Message(w http.ResponseWriter, r *http.Request) error {
	text := r.PathValue("position")
	n, err := httpapi.Position(h.journal.Epoch(), "position", text)
	if err != nil {
		return err
	}
	if n <= 0 || n > h.journal.Last() {
		return noMessage(text)
	}
	params := r.URL.Query()
	preview, err := parsePreview(params)
	if err != nil {
		return err
	}
	marked, err := h.parseHits(params)
	if err != nil {
		return err
	}
	toRead := preview
	if marked != nil {
		toRead = 0
	}
	page, reservation, err := h.read(r, live.Query{After: n - 1, Before: n + 1, Limit: 1, Preview: toRead})
	if err != nil {
		return err
	}
	defer reservation.Release()
	if len(page.Messages) == 0 {
		return noMessage(text)
	}
	m := &page.Messages[0]
	reservation.ShrinkTo(2 * int64(len(m.Data))) // the message and its encoded form
	src, ok := h.journal.SourceByID(m.Source)
	if !ok || !src.Removed.IsZero() {
		return live.Errorf("not_found/source_removed", "The source of this message was removed.")
	}
	switch {
	case asked(params, "raw"):
		writeText(w, wire.Frame(h.journal.Epoch(), m))
		return nil
	case asked(params, "data") && m.Kind == live.Event:
		writeText(w, []byte(m.Data))
		return nil
	}
	read := *m
	if m.Kind == live.Event {
		m.Data = cut(m.Data, preview)
	}
	b := wire.AppendJSON(nil, h.journal.Epoch(), src.Name, m, page.Sizes[0])
	if marked != nil && m.Kind == live.Event {
		b = marked.append(b, &read, page.Sizes[0], 0, maxHits)
	}
	httpapi.WriteEncoded(w, http.StatusOK, append(b, '\n'))
	return nil
}

func asked(params url.Values, name string) bool {
	value := params.Get(name)
	return value != "" && value != "0"
}

func writeText(w http.ResponseWriter, text []byte) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(text) // a client that has left does not miss it
}

func noMessage(position string) error {
	return live.Errorf("not_found/message", "There is no message at {position}.", "position", position).WithHint("It may have been deleted to save space.")
}

// position writes a number of the journal as a position.
func (h *History) position(n int64) string {
	return live.Position{Epoch: h.journal.Epoch(), Number: n}.String()
}
