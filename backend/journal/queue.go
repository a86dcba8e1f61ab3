package journal

import (
	"context"
	"sync"
	"time"

	"signalbox/backend/journal/recent"
	"signalbox/backend/live"
)

// A request is what one caller asks of the writer: entries and marks to commit
// together, or a task to run between two commits.
type request struct {
	entries  []*recent.Entry
	marks    []live.Mark
	task     func() error
	queuedAt time.Time
	bytes    int              // of data
	single   [1]*recent.Entry // room for entries if there is only one
	done     chan error       // has room for one answer, so that the writer never waits for a caller who has left
}

// A queue is what waits for the writer. It has no limit of its own: each caller
// waits for its one request, so it is as long as there are callers.
type queue struct {
	mu       sync.Mutex
	requests []*request
	closed   bool
	wake     chan struct{} // has room for one signal: the writer takes all requests at once
}

func newQueue() queue { return queue{wake: make(chan struct{}, 1)} }

// add queues a request, or returns ErrClosed.
func (q *queue) add(r *request) error {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	q.requests = append(q.requests, r)
	q.mu.Unlock()
	q.signal()
	return nil
}

// drain appends all requests to list, and reports whether more can come.
func (q *queue) drain(list []*request) (_ []*request, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list = append(list, q.requests...)
	clear(q.requests)
	q.requests = q.requests[:0]
	return list, !q.closed
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// submit queues a request and waits for its answer.
func (j *Journal) submit(ctx context.Context, r *request) error {
	r.queuedAt = time.Now()
	r.done = make(chan error, 1)
	if err := j.queue.add(r); err != nil {
		return err
	}
	if ctx.Done() == nil { // as for most publishes; a select costs more
		return <-r.done
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		// The answer may be there as well, and is better than none.
		select {
		case err := <-r.done:
			return err
		default:
		}
		return live.Errorf("not_known", "Nobody waited for the commit, so it is not known whether it was made.").
			WithHint("Check the history before you send it again.").WithCause(ctx.Err())
	}
}

// runTask runs a task in the writer goroutine and waits for its end, even if ctx
// ends meanwhile: the caller reads what the task has filled in.
func (j *Journal) runTask(ctx context.Context, task func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return j.submit(context.Background(), &request{task: task})
}
