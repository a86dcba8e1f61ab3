package journal

import (
	"context"
	"sync"
	"time"

	"signalbox/backend/live"
)

// A request is what one caller wants of the writer: entries and marks to be
// committed together, or a task to be run between two commits.
type request struct {
	entries []*Entry
	marks   []live.Mark
	task    func() error
	since   time.Time
	weight  int        // bytes of data
	one     [1]*Entry  // room for entries where it is only one
	done    chan error // takes one answer, so that the writer never waits for a caller who has left
}

// A queue is what waits for the writer. It has no bound of its own: each
// caller waits for its one request, so callers are the bound.
type queue struct {
	mu       sync.Mutex
	waiting  []*request
	isClosed bool
	wake     chan struct{}
}

// put queues a request, or returns ErrClosed.
func (q *queue) put(r *request) error {
	q.mu.Lock()
	if q.isClosed {
		q.mu.Unlock()
		return ErrClosed
	}
	q.waiting = append(q.waiting, r)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return nil
}

// take moves all that waits into into, and says whether more can come.
func (q *queue) take(into []*request) (_ []*request, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	into = append(into, q.waiting...)
	clear(q.waiting)
	q.waiting = q.waiting[:0]
	return into, !q.isClosed
}

func (q *queue) close() {
	q.mu.Lock()
	q.isClosed = true
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// ask queues a request and waits for its answer.
func (j *Journal) ask(ctx context.Context, r *request) error {
	r.since = time.Now()
	if r.done == nil {
		r.done = make(chan error, 1)
	}
	if err := j.queue.put(r); err != nil {
		return err
	}
	if ctx.Done() == nil { // as for most publishes; a select costs more
		return <-r.done
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		// An answer that is there already is better than none.
		select {
		case err := <-r.done:
			return err
		default:
		}
		return live.Errorf("not_known", "Nobody waited for the commit, so it is not known whether it was made.").
			WithHint("Look into the history before you send it again.").WithCause(ctx.Err())
	}
}

// do runs a task in the writer goroutine and waits for its end, also when ctx
// ends meanwhile: what the task fills in must not be read before.
func (j *Journal) do(ctx context.Context, task func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return j.ask(context.Background(), &request{task: task})
}
