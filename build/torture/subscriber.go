package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A subscriber connects and disconnects, and resumes with its Last-Event-ID.
type subscriber struct {
	*view
	path   string
	rand   *rand.Rand
	lastID string
	oldest bool // whether it begins with the oldest message if it has no id
}

// errLeft is the cause when a subscriber disconnects by itself.
var errLeft = errors.New("left")

func (p *part) subscriber(n int, r *rand.Rand) *subscriber {
	asked := p.subscriptions[n%len(p.subscriptions)]
	q := url.Values{"source": asked.sources}
	if len(asked.types) > 0 {
		q["type"] = []string{strings.Join(asked.types, ",")}
	}
	path := "/events?" + q.Encode()
	who := fmt.Sprintf("subscriber %d (%s %s)", n, asked.at.name, path)
	return &subscriber{view: p.view(who, asked.at, asked.types, asked.sources...), path: path, rand: r, oldest: r.IntN(2) == 0}
}

// run subscribes until ctx ends, then until it is up to date or late ends.
func (s *subscriber) run(ctx, late context.Context) {
	for {
		stay, slow := s.stay(ctx)
		begun, generation := time.Now(), s.of.generation.Load()
		err := s.follow(ctx, late, stay, slow)
		switch {
		case err != nil:
			s.broken(err)
			return
		case ctx.Err() != nil && s.behind() == "":
			return
		case late.Err() != nil:
			s.broken(fmt.Errorf("promise 1 or 4: %s never saw %s; its last connection began %v ago, in generation %d", s.who, s.behind(), time.Since(begun), generation))
			return
		case ctx.Err() == nil && s.rand.IntN(40) == 0:
			s.forget()
			s.lastID, s.oldest = "", s.rand.IntN(2) == 0
		}
		s.visits.Add(1)
		s.leave(ctx, late)
	}
}

// leave stays disconnected for a moment, or for seconds.
func (s *subscriber) leave(ctx, late context.Context) {
	if s.rand.IntN(6) > 0 {
		pause(late, time.Duration(s.rand.IntN(100))*time.Millisecond)
		return
	}
	s.away.Add(1)
	pause(ctx, time.Duration(1000+s.rand.IntN(4000))*time.Millisecond)
}

// stay chooses how long the next connection lasts, and how long the reader pauses
// from time to time.
func (s *subscriber) stay(ctx context.Context) (stay, slow time.Duration) {
	if ctx.Err() != nil {
		return stopTimeout, 0
	}
	switch s.rand.IntN(4) {
	case 0:
		return time.Duration(s.rand.IntN(100)) * time.Millisecond, 0
	case 1:
		return time.Duration(s.rand.IntN(5000)) * time.Millisecond, time.Duration(s.rand.IntN(300)) * time.Millisecond
	}
	return time.Duration(s.rand.IntN(5000)) * time.Millisecond, 0
}

// follow is one connection. It returns an error only if a promise was broken.
func (s *subscriber) follow(ctx, late context.Context, stay, slow time.Duration) error {
	conn, cancel := context.WithCancelCause(late)
	defer cancel(nil)
	leave := time.AfterFunc(stay, func() { cancel(errLeft) })
	defer leave.Stop()
	path := s.path
	if s.lastID == "" && s.oldest {
		path += "&after=0"
	}
	req, err := http.NewRequestWithContext(conn, "GET", s.of.url+path, nil)
	if err != nil {
		return err
	}
	if s.lastID != "" {
		req.Header.Set("Last-Event-ID", s.lastID)
	}
	generation := s.of.generation.Load()
	silence := time.AfterFunc(responseTimeout, func() { cancel(context.DeadlineExceeded) })
	defer silence.Stop()
	res, err := s.of.streams.Do(req)
	if err == nil {
		defer res.Body.Close()
		if res.StatusCode == http.StatusOK {
			s.begun(s.lastID)
			if err := s.read(bufio.NewReader(res.Body), slow, silence, func() bool { return ctx.Err() != nil && s.behind() == "" }); err != nil {
				return err
			}
		} else if res.StatusCode < 500 {
			return fmt.Errorf("%s was answered with %s", s.who, res.Status)
		}
	}
	if errors.Is(context.Cause(conn), context.DeadlineExceeded) && late.Err() == nil && s.of.up.Load() && s.of.generation.Load() == generation {
		return fmt.Errorf("promise 4: %s received nothing for %v, not even a heartbeat", s.who, responseTimeout)
	}
	return nil
}

// read reads a stream to its end, or until done. It drops an incomplete event at
// the end.
func (s *subscriber) read(in *bufio.Reader, slow time.Duration, silence *time.Timer, done func() bool) error {
	var e event
	var data []string
	epoch := ""
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil
		}
		silence.Reset(responseTimeout)
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.typ = value
		case "origin":
			e.origin = value
			if !strings.Contains(value, ".") { // the epoch of all events that follow
				epoch, e.origin = value, ""
			}
		case "data":
			data = append(data, value)
		case "":
			if len(data) > 0 {
				e.data = strings.Join(data, "\n")
				if e.origin == "" && strings.HasPrefix(e.id, epoch+".") {
					e.origin = e.id
				}
				if err := s.dispatch(e); err != nil {
					return err
				}
			}
			e, data = event{}, data[:0]
			if slow > 0 && s.rand.IntN(50) == 0 {
				time.Sleep(slow)
			}
		}
		// Heartbeats count: no event may come any more.
		if (name == "" || name == ":") && done() {
			return nil
		}
	}
}

// An event is an event as it was received.
type event struct {
	id, origin, typ, data string
	number                int64 // in this instance; 0 if it does not come from the history
}

func (s *subscriber) dispatch(e event) error {
	if e.id != "" {
		s.lastID = e.id
	}
	if e.typ == "gap" {
		return s.gap(e.data, e.origin != "")
	}
	if e.id == "" {
		return fmt.Errorf("promise 2: %s was shown a message without an id: %.100q", s.who, e.data)
	}
	if e.typ == "" {
		e.typ = "message"
	}
	return s.event(e)
}

// stall subscribes and never reads.
func (p *part) stall(ctx context.Context, at *instance, r *rand.Rand) {
	for ctx.Err() == nil {
		conn, cancel := context.WithTimeout(ctx, time.Duration(r.IntN(15000))*time.Millisecond)
		req, err := http.NewRequestWithContext(conn, "GET", at.url+"/events?after=0", nil)
		if err != nil {
			cancel()
			p.broken(err)
			return
		}
		if res, err := at.streams.Do(req); err == nil {
			<-conn.Done()
			res.Body.Close()
		}
		cancel()
		pause(ctx, 100*time.Millisecond)
	}
}
