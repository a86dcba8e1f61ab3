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

// A subscriber comes and goes with its Last-Event-ID.
type subscriber struct {
	*view
	path   string
	rand   *rand.Rand
	lastID string
	oldest bool // without an id, begins with the oldest message kept
}

// errLeft is why a subscriber left by itself.
var errLeft = errors.New("left")

func (t *torture) subscriber(n int, r *rand.Rand) *subscriber {
	asked := t.asked[n%len(t.asked)]
	q := url.Values{"source": asked.sources}
	if len(asked.types) > 0 {
		q["type"] = []string{strings.Join(asked.types, ",")}
	}
	path := "/events?" + q.Encode()
	who := fmt.Sprintf("subscriber %d (%s %s)", n, asked.at.name, path)
	return &subscriber{view: t.view(who, asked.at, asked.types, asked.sources...), path: path, rand: r, oldest: r.IntN(2) == 0}
}

// run follows until ctx ends, and then until all is seen or late ends.
func (s *subscriber) run(ctx, late context.Context) {
	for {
		stay, slow := s.stay(ctx)
		begun, life := time.Now(), s.of.life.Load()
		err := s.follow(ctx, late, stay, slow)
		switch {
		case err != nil:
			s.broken(err)
			return
		case ctx.Err() != nil && s.behind() == "":
			return
		case late.Err() != nil:
			s.broken(fmt.Errorf("promise 1 or 4: %s never saw %s; its last connection began %v ago, in life %d", s.who, s.behind(), time.Since(begun), life))
			return
		case ctx.Err() == nil && s.rand.IntN(40) == 0:
			s.forget()
			s.lastID, s.oldest = "", s.rand.IntN(2) == 0
		}
		s.visits.Add(1)
		pause(late, time.Duration(s.rand.IntN(100))*time.Millisecond)
	}
}

// stay decides how long the next connection lasts, and how long the reader
// dawdles now and then.
func (s *subscriber) stay(ctx context.Context) (stay, slow time.Duration) {
	if ctx.Err() != nil {
		return endTime, 0
	}
	switch s.rand.IntN(4) {
	case 0:
		return time.Duration(s.rand.IntN(100)) * time.Millisecond, 0
	case 1:
		return time.Duration(s.rand.IntN(5000)) * time.Millisecond, time.Duration(s.rand.IntN(300)) * time.Millisecond
	}
	return time.Duration(s.rand.IntN(5000)) * time.Millisecond, 0
}

// follow is one connection. Its error is a broken promise; that it ends is none.
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
	life := s.of.life.Load()
	silence := time.AfterFunc(answerTime, func() { cancel(context.DeadlineExceeded) })
	defer silence.Stop()
	res, err := s.of.streams.Do(req)
	if err == nil {
		defer res.Body.Close()
		if res.StatusCode == http.StatusOK {
			if s.lastID == "" {
				s.open()
			}
			if err := s.read(bufio.NewReader(res.Body), slow, silence, func() bool { return ctx.Err() != nil && s.behind() == "" }); err != nil {
				return err
			}
		} else if res.StatusCode < 500 {
			return fmt.Errorf("%s was answered with %s", s.who, res.Status)
		}
	}
	if errors.Is(context.Cause(conn), context.DeadlineExceeded) && late.Err() == nil && s.of.up.Load() && s.of.life.Load() == life {
		return fmt.Errorf("promise 4: %s heard nothing for %v, not even a heartbeat", s.who, answerTime)
	}
	return nil
}

// read reads a stream to its end, or until done. What is not whole when it
// breaks is not read.
func (s *subscriber) read(in *bufio.Reader, slow time.Duration, silence *time.Timer, done func() bool) error {
	var id, typ string
	var data []string
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil
		}
		silence.Reset(answerTime)
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			typ = value
		case "data":
			data = append(data, value)
		case "":
			if err := s.dispatch(id, typ, strings.Join(data, "\n"), len(data) > 0); err != nil {
				return err
			}
			id, typ, data = "", "", data[:0]
			if slow > 0 && s.rand.IntN(50) == 0 {
				time.Sleep(slow)
			}
		}
		// A heartbeat is looked at too: nothing else may come.
		if (name == "" || name == ":") && done() {
			return nil
		}
	}
}

func (s *subscriber) dispatch(id, typ, data string, any bool) error {
	if !any {
		return nil
	}
	if id != "" {
		s.lastID = id
	}
	if typ == "gap" {
		return s.gap(data)
	}
	if id == "" {
		return fmt.Errorf("promise 2: %s was shown a message without an id: %.100q", s.who, data)
	}
	if typ == "" {
		typ = "message"
	}
	return s.event(id, typ, data)
}

// stop is a reader that has stopped: it subscribes and never reads.
func (t *torture) stopped(ctx context.Context, at *instance, r *rand.Rand) {
	for ctx.Err() == nil {
		conn, cancel := context.WithTimeout(ctx, time.Duration(r.IntN(15000))*time.Millisecond)
		req, err := http.NewRequestWithContext(conn, "GET", at.url+"/events?after=0", nil)
		if err != nil {
			cancel()
			t.broken(err)
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
