package history

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// maxPreview is the largest preview of a message, in bytes.
const maxPreview = 1 << 30

// Query reads which messages a request selects, in the sources that it names or in
// all. Errors: those of a page.
func (h *History) Query(params url.Values) (live.Query, error) {
	return h.parseQuery(params, params["source"])
}

// parseQuery reads what a page is asked for. Errors: "not_found", "bad_position",
// "other_epoch", "bad_at", "bad_limit", "bad_preview", and those of
// httpapi.Filter.
func (h *History) parseQuery(params url.Values, names []string) (q live.Query, err error) {
	types := params["type"]
	where, err := httpapi.Filter(params, types, h.journal, h.journal.Bookmarked)
	if err != nil {
		return q, err
	}
	if where != nil {
		q.Filter.Where = where
	}
	if len(types) > 0 {
		q.Filter.Kinds = []live.Kind{live.Event}
	}
	for _, name := range names {
		src, ok := h.journal.Source(name)
		if !ok {
			return q, live.Errorf("not_found/source_name", `There is no source called "{name}".`, "name", name).WithField("source")
		}
		if !slices.Contains(q.Filter.Sources, src.ID) {
			q.Filter.Sources = append(q.Filter.Sources, src.ID)
		}
	}
	for _, name := range params["without"] {
		// A source that was removed meanwhile has no messages to leave out.
		if src, ok := h.journal.Source(name); ok {
			q.Filter.Except = append(q.Filter.Except, src.ID)
		}
	}
	if q.After, err = httpapi.Position(h.journal.Epoch(), "after", params.Get("after")); err != nil {
		return q, err
	}
	if q.Before, err = httpapi.Position(h.journal.Epoch(), "before", params.Get("before")); err != nil {
		return q, err
	}
	if text := params.Get("at"); text != "" {
		if q.At, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return q, live.Errorf("bad_at", "The time cannot be read.").WithField("at").
				WithHint("Write it as in 2026-11-21T14:02:08Z.").WithCause(err)
		}
	}
	if q.Limit, err = httpapi.Limit(params, 100, 5000); err != nil {
		return q, err
	}
	if q.Preview, err = parsePreview(params); err != nil {
		return q, err
	}
	q.Newest = !params.Has("after") && params.Get("at") == ""
	return q, nil
}

// parsePreview reads how many bytes of the data are asked for; 0 for all of it.
// Error: "bad_preview".
func parsePreview(params url.Values) (int, error) {
	text := params.Get("preview")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPreview {
		return 0, live.Errorf("bad_preview", "preview is a whole number from 1 to {max}.", "max", maxPreview).WithField("preview")
	}
	return n, nil
}
