package journal

import (
	"context"
	"sync"
	"time"

	"signalbox/backend/journal/recent"
	"signalbox/backend/live"
)

// A request from one caller to the writer has entries and marks to commit
// together, or a task to run between two commits.
type request struct {
	entries  []*recent.Entry
	marks    []live.Mark
	task     func() error
	queuedAt time.Time
	bytes    int              // the size of the entries
	single   [1]*recent.Entry // the array behind entries if there is only one
	done     chan error       // has room for the reply, so that the writer never waits for a caller that has left
}

// A queue holds the requests that wait for the writer. It needs no limit: each
// caller waits for its one request, so there are no more requests than callers.
type queue struct {
	mu       sync.Mutex
	requests []*request
	messages int // in requests
	closed   bool
	wake     chan struct{} // has room for one signal: the writer drains all requests at once
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
	q.messages += len(r.entries)
	q.mu.Unlock()
	q.signal()
	return nil
}

// drain moves all requests to the end of list, and reports whether the queue is
// open for more.
func (q *queue) drain(list []*request) (_ []*request, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list = append(list, q.requests...)
	clear(q.requests)
	q.requests, q.messages = q.requests[:0], 0
	return list, !q.closed
}

// waiting returns the number of messages in the queue.
func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.messages
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

// submit queues a request and waits for its reply.
func (j *Journal) submit(ctx context.Context, r *request) error {
	r.queuedAt = time.Now()
	r.done = make(chan error, 1)
	if err := j.queue.add(r); err != nil {
		return err
	}
	if ctx.Done() == nil { // most publishes: a plain receive costs less than a select
		return <-r.done
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		// If the reply has come too, the outcome is known.
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
// ends meanwhile: the task sets variables of its caller.
func (j *Journal) runTask(ctx context.Context, task func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return j.submit(context.Background(), &request{task: task})
}
