package exports

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"signalbox/backend/export"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/serve/history"
	"signalbox/backend/serve/httpapi"
)

const (
	// maxRunning is how many exports run at the same time. Each reads as fast as its
	// client takes it, besides everything else that reads.
	maxRunning = 4
	// remembered is how many exports that have ended are remembered.
	remembered = 20
	// maxID is the greatest length of the id of an export.
	maxID = 64
)

// Trailer is the field behind the answer that says that it is complete.
const Trailer = "Signalbox-Export"

// States of an export.
const (
	Running   = "running"
	Complete  = "complete"
	Failed    = "failed"
	Cancelled = "cancelled"
)

// A Progress is how far an export is.
type Progress struct {
	State    string        `json:"state" ts:"'running' | 'complete' | 'failed' | 'cancelled'"`
	First    live.Position `json:"first"` // the range of positions that it examines
	Last     live.Position `json:"last"`
	Position live.Position `json:"position"` // the last examined
	Messages int64         `json:"messages"` // written so far, with gaps and notes
	Bytes    int64         `json:"bytes"`
	Error    *live.Error   `json:"error,omitempty"` // of a failed one
}

// Exports answers requests for exports.
type Exports struct {
	journal *journal.Journal
	history *history.History
	done    <-chan struct{}

	mu    sync.Mutex
	named map[string]*run // by their ids
	ended []string        // ids of those that have ended, oldest first
	runs  int
}

// New returns Exports. All of them end when done is closed.
func New(j *journal.Journal, h *history.History, done <-chan struct{}) *Exports {
	return &Exports{journal: j, history: h, done: done, named: map[string]*run{}}
}

// Export answers GET /export with all messages that the query selects. Errors:
// "bad_format", "bad_columns", "bad_id", "busy_exports", and those of a page.
func (e *Exports) Export(w http.ResponseWriter, r *http.Request) error {
	params, err := httpapi.Query(r)
	if err != nil {
		return err
	}
	format, err := export.ParseFormat(params.Get("format"))
	if err != nil {
		return err
	}
	q, err := e.history.Query(params)
	if err != nil {
		return err
	}
	encoder, err := export.New(export.Options{
		Format: format, Columns: params["column"], Raw: is(params, "raw"), BOM: is(params, "bom"),
		Epoch: e.journal.Epoch(), About: about(params),
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	run, err := e.begin(params.Get("id"), cancel, q)
	if err != nil {
		return err
	}
	defer e.end(run)
	go func() {
		select {
		case <-e.done:
			cancel(errShutdown)
		case <-ctx.Done():
		}
	}()
	// The deadline for the request would end net/http's watch for a client that
	// leaves. The window has none.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	h := w.Header()
	h.Set("Content-Type", format.ContentType())
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(params, format, time.Now())}))
	h.Set("Cache-Control", "no-store")
	h.Set("Trailer", Trailer)
	if err := e.write(ctx, w, run, encoder, q); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		run.fail(err)
		// An end that every client takes for one.
		panic(http.ErrAbortHandler)
	}
	h.Set(Trailer, Complete)
	run.set(func(p *Progress) { p.State = Complete })
	return nil
}

// is reports whether a switch is set.
func is(params url.Values, name string) bool {
	value := params.Get(name)
	return value != "" && value != "0"
}

// about says in one line what is exported.
func about(params url.Values) string {
	var parts []string
	for _, name := range params["source"] {
		parts = append(parts, "source:"+name)
	}
	if q := params.Get("q"); q != "" {
		parts = append(parts, q)
	}
	return strings.Join(parts, " ")
}

// fileName returns the name that a browser saves an export under.
func fileName(params url.Values, f export.Format, now time.Time) string {
	name := "signalbox"
	if sources := params["source"]; len(sources) == 1 {
		name = strings.Map(func(r rune) rune {
			if strings.ContainsRune(`<>:"|?*`, r) {
				return '_' // not in the names of files on Windows
			}
			return r
		}, sources[0])
	}
	return name + now.Format("-20060102-150405.") + string(f)
}

var (
	errShutdown  = live.Errorf("export_ended/shutdown", "Signalbox ended before the export was complete.")
	errCancelled = errors.New("cancelled")
)

// A run is one export.
type run struct {
	id     string
	cancel context.CancelCauseFunc

	mu sync.Mutex
	p  Progress
}

func (r *run) set(change func(*Progress)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.p)
}

func (r *run) progress() Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.p
}

// fail records why an export is not complete.
func (r *run) fail(err error) {
	r.set(func(p *Progress) {
		if e, ok := errors.AsType[*live.Error](err); ok {
			p.State, p.Error = Failed, e
			return
		}
		p.State = Cancelled // or its client has left
	})
}

// begin counts an export, and remembers it if it has an id.
func (e *Exports) begin(id string, cancel context.CancelCauseFunc, q live.Query) (*run, error) {
	at := func(n int64) live.Position { return live.Position{Epoch: e.journal.Epoch(), Number: n} }
	last := e.journal.Last()
	if q.Before > 0 {
		last = min(last, q.Before-1)
	}
	first := min(max(e.journal.First(), q.After+1), last+1)
	r := &run{id: id, cancel: cancel,
		p: Progress{State: Running, First: at(first), Last: at(last), Position: at(first - 1)}}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, known := e.named[id]; known || len(id) > maxID {
		return nil, live.Errorf("bad_id/export", "There is an export with this id, or the id is longer than 64 characters.").WithField("id")
	}
	if e.runs >= maxRunning {
		return nil, live.Errorf("busy_exports", "{n} exports are running, and no more run at once.", "n", e.runs).
			WithHint("Try again when one of them has ended.")
	}
	e.runs++
	if id != "" {
		e.named[id] = r
	}
	return r, nil
}

func (e *Exports) end(r *run) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.runs--
	if r.id == "" {
		return
	}
	e.ended = append(e.ended, r.id)
	if len(e.ended) > remembered {
		delete(e.named, e.ended[0])
		e.ended = slices.Delete(e.ended, 0, 1)
	}
}

// find returns the export with an id.
func (e *Exports) find(id string) (*run, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.named[id]; r != nil {
		return r, nil
	}
	return nil, live.Errorf("not_found/export", "There is no export with this id.")
}

// Progress answers GET /exports/{id} with the Progress of an export.
func (e *Exports) Progress(w http.ResponseWriter, r *http.Request) error {
	run, err := e.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	return httpapi.WriteJSON(w, http.StatusOK, run.progress())
}

// Cancel answers DELETE /exports/{id}: the export ends, and its client gets an
// answer without an end.
func (e *Exports) Cancel(w http.ResponseWriter, r *http.Request) error {
	run, err := e.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	run.cancel(errCancelled)
	return httpapi.WriteNothing(w)
}
