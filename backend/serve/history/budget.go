package history

import (
	"context"
	"net/http"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/budget"
)

const (
	// MaxReaders is how many requests read history at the same time, without
	// those of Signalbox's own screens: one less than the store has readers.
	MaxReaders = 2
	// MaxMemory is how many bytes of pages are in memory for them.
	MaxMemory = 128 << 20
	// maxWait is how long a request waits for its turn.
	maxWait = 3 * time.Second
)

// errBusy is the error of a request that did not get its turn in time.
var errBusy = live.Errorf("busy_pages", "Other requests are reading as much of the history as Signalbox answers at once.").
	WithHint("Try again in a moment.")

// Readers bound how many requests read history at the same time.
type Readers struct{ budget *budget.Budget }

// NewReaders returns the readers of one store.
func NewReaders() *Readers { return &Readers{budget.New(MaxReaders)} }

// Acquire waits for a reader. Call release when the page is read. Error:
// "busy_pages".
func (r *Readers) Acquire(ctx context.Context) (release func(), err error) {
	if !r.budget.Acquire(ctx, 1, maxWait) {
		return nil, errBusy
	}
	return func() { r.budget.Release(1) }, nil
}

// InUse returns how many requests read at this moment.
func (r *Readers) InUse() int64 { return r.budget.Used() }

// MemoryInUse returns how many bytes of pages are reserved.
func (h *History) MemoryInUse() int64 { return h.memory.Used() }

// read reads a page within the budgets. The caller releases the reservation
// when the answer is sent.
func (h *History) read(r *http.Request, q live.Query) (live.Page, *budget.Reservation, error) {
	if h.fromScreen(r) {
		page, err := h.journal.Read(r.Context(), q)
		return page, nil, err
	}
	// How large a page with whole messages is, is known when it is read.
	size := int64(MaxMemory / 2)
	if q.Preview > 0 {
		size = min(size, 2*int64(q.Limit)*(int64(q.Preview)+4096))
	}
	reservation, ok := h.memory.Reserve(r.Context(), size, maxWait)
	if !ok {
		return live.Page{}, nil, errBusy
	}
	release, err := h.readers.Acquire(r.Context())
	if err != nil {
		reservation.Release()
		return live.Page{}, nil, err
	}
	page, err := h.journal.Read(r.Context(), q)
	release()
	if err != nil {
		reservation.Release()
		return live.Page{}, nil, err
	}
	return page, reservation, nil
}
