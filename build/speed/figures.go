package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// settle is how long a load runs before it is measured.
const settle = 700 * time.Millisecond

// fanOut returns deliveries a second to so many clients, each publish
// acknowledged, from 64 connections.
func (b *bench) fanOut(clients int) func(kind string) (float64, error) {
	return func(kind string) (float64, error) {
		s, err := b.start(kind, "")
		if err != nil {
			return 0, err
		}
		defer s.stop()
		r, err := subscribe(s.addr, "/events/bench", clients, nil)
		if err != nil {
			return 0, err
		}
		defer r.close()
		time.Sleep(settle) // a library sends the head before it has the client
		p, err := publish(s.addr, 64, 0, false)
		if err != nil {
			return 0, err
		}
		time.Sleep(settle)
		rate := b.rate(r.events.Load)
		if err := p.end(); err != nil {
			return 0, err
		}
		return rate, r.caughtUp(p.acknowledged.Load() * int64(clients))
	}
}

// caughtUp waits until all that was acknowledged has come, and fails where
// some does not: what is lost must not count as fast.
func (r *readers) caughtUp(want int64) error {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if r.events.Load() >= want {
			return nil
		}
	}
	return fmt.Errorf("%d of %d deliveries came", r.events.Load(), want)
}

// rate returns how fast a counter grows.
func (b *bench) rate(count func() int64) float64 {
	begun, before := time.Now(), count()
	time.Sleep(b.length)
	return float64(count()-before) / time.Since(begun).Seconds()
}

// publishing returns acknowledged publishes a second from 64 connections.
// With ids each message has one of its own, for which the server has to look
// whether it was used before.
func (b *bench) publishing(ids bool) func(kind string) (float64, error) {
	return func(kind string) (float64, error) {
		s, err := b.start(kind, "")
		if err != nil {
			return 0, err
		}
		defer s.stop()
		p, err := publish(s.addr, 64, 0, ids)
		if err != nil {
			return 0, err
		}
		time.Sleep(settle)
		rate := b.rate(p.acknowledged.Load)
		return rate, p.end()
	}
}

// delay returns the 99th percentile of the time from publish to receipt, in
// milliseconds, at 2,000 events a second and 100 clients.
func (b *bench) delay(kind string) (float64, error) {
	s, err := b.start(kind, "")
	if err != nil {
		return 0, err
	}
	defer s.stop()
	return b.p99(s, 100)
}

// p99 returns the 99th percentile of so many new clients.
func (b *bench) p99(s *server, clients int) (float64, error) {
	delays := make([]int64, 0, int(b.length.Seconds()*250_000))
	r, err := subscribe(s.addr, "/events/bench", clients, &delays)
	if err != nil {
		return 0, err
	}
	p, err := publish(s.addr, 64, 2000, false)
	if err != nil {
		return 0, err
	}
	time.Sleep(settle)
	r.keep.Store(true)
	time.Sleep(b.length)
	r.keep.Store(false)
	err = p.end()
	r.close()
	if err != nil {
		return 0, err
	}
	if len(delays) < 1000 {
		return 0, fmt.Errorf("only %d events came", len(delays))
	}
	slices.Sort(delays)
	return float64(delays[len(delays)*99/100]) / 1e6, nil
}

// stopped returns how many times longer the 99th percentile of 99 clients is
// beside one that has stopped reading than beside one that reads.
func (b *bench) stopped(kind string) (float64, error) {
	s, err := b.start(kind, "")
	if err != nil {
		return 0, err
	}
	defer s.stop()
	beside := func(reads bool) (float64, error) {
		one, err := subscribe(s.addr, "/events?source=bench&source=ballast", 1, nil)
		if err != nil {
			return 0, err
		}
		defer one.close()
		one.pause.Store(!reads)
		// More than the system holds for a connection, for this one alone: then
		// it is stuck before anything is measured.
		ballast := bytes.Repeat([]byte{'x'}, 1<<20)
		for range 16 {
			if _, err := s.call("POST", "/channels/ballast/messages", ballast); err != nil {
				return 0, err
			}
		}
		time.Sleep(settle)
		return b.p99(s, 99)
	}
	if _, err := beside(true); err != nil { // to warm up
		return 0, err
	}
	var with, without []float64
	for range 3 {
		for _, reads := range []bool{true, false} {
			v, err := beside(reads)
			if err != nil {
				return 0, err
			}
			if reads {
				without = append(without, v)
			} else {
				with = append(with, v)
			}
		}
	}
	return median(with) / median(without), nil
}

// replay returns events a second to a new client of a history of 100,000,
// right after a start: nothing of it is in the program's memory.
func (b *bench) replay(kind string) (float64, error) {
	const events = 100_000
	data, err := b.history(kind, events, 1)
	if err != nil {
		return 0, err
	}
	s, err := b.start(kind, data)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	begun := time.Now()
	r, err := subscribe(s.addr, "/events/seed0?after=0", 1, nil)
	if err != nil {
		return 0, err
	}
	defer r.close()
	for r.events.Load() < events {
		if time.Since(begun) > 30*time.Second {
			return 0, fmt.Errorf("%d of %d events came", r.events.Load(), events)
		}
		time.Sleep(200 * time.Microsecond)
	}
	return events / time.Since(begun).Seconds(), nil
}

// history returns a folder with so many events in it, over so many sources.
func (b *bench) history(kind string, events, sources int) (string, error) {
	seeder := b.seeder
	if kind == "before" {
		seeder = b.beforeSeeder
	}
	dir := filepath.Join(b.temp, fmt.Sprintf("seeded-%s-%d-%d", kind, events, sources))
	if b.seeded[dir] {
		return dir, nil
	}
	out, err := exec.Command(seeder, "-data", dir, "-count", strconv.Itoa(events), "-sources", strconv.Itoa(sources)).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("seed: %w: %s", err, out)
	}
	b.seeded[dir] = true
	return dir, nil
}

// following returns events a second from so many feeds into the journal.
func (b *bench) following(feeds int) func(kind string) (float64, error) {
	return func(kind string) (float64, error) {
		remote := httptest.NewServer(source())
		defer remote.CloseClientConnections()
		s, err := b.start(kind, "")
		if err != nil {
			return 0, err
		}
		defer s.stop()
		for i := range feeds {
			feed, err := json.Marshal(map[string]string{"name": fmt.Sprint("feed", i), "url": remote.URL, "method": "GET"})
			if err != nil {
				return 0, err
			}
			if _, err := s.call("POST", "/api/feeds", feed); err != nil {
				return 0, err
			}
		}
		time.Sleep(settle)
		var failed error
		rate := b.rate(func() int64 {
			var state struct {
				Journal struct {
					Messages int64 `json:"messages"`
				} `json:"journal"`
			}
			text, err := s.call("GET", "/api/state", nil)
			failed = errors.Join(failed, err, json.Unmarshal(text, &state))
			return state.Journal.Messages
		})
		return rate, failed
	}
}

// call sends a request with the token. A body that is no object is a text.
func (s *server) call(method, path string, body []byte) ([]byte, error) {
	r, err := http.NewRequest(method, "http://"+s.addr+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	if len(body) > 0 && body[0] == '{' {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Header.Set("Content-Type", "text/plain")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s %s", method, path, answer.Status, text)
	}
	return text, err
}

// idle returns the memory for each of 2,000 clients that wait, in KiB.
func (b *bench) idle(kind string) (float64, error) {
	const clients = 2000
	s, err := b.start(kind, "")
	if err != nil {
		return 0, err
	}
	defer s.stop()
	// One client first: what a server makes once does not count.
	first, err := subscribe(s.addr, "/events/bench", 1, nil)
	if err != nil {
		return 0, err
	}
	defer first.close()
	time.Sleep(settle)
	before, err := s.memory()
	if err != nil {
		return 0, err
	}
	r, err := subscribe(s.addr, "/events/bench", clients, nil)
	if err != nil {
		return 0, err
	}
	defer r.close()
	time.Sleep(2 * time.Second)
	after, err := s.memory()
	return float64(after-before) / clients / 1024, err
}

// pages returns the slowest of the pages of a large history, in milliseconds:
// the newest, one before a random place, one from a random time, of one
// source and of all. Each kind is asked for 20 times.
func (b *bench) pages(kind string) (float64, error) {
	data, err := b.history(kind, b.stored, 8)
	if err != nil {
		return 0, err
	}
	s, err := b.start(kind, data)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	oldest, err := s.page("/messages?after=&limit=1&at=2000-01-01T00:00:00Z")
	if err != nil {
		return 0, err
	}
	newest, err := s.page("/messages?limit=1")
	if err != nil {
		return 0, err
	}
	if len(oldest.Messages) != 1 || len(newest.Messages) != 1 {
		return 0, errors.New("the history is empty")
	}
	from, to := oldest.Messages[0].Received, newest.Messages[0].Received
	epoch, _, _ := bytes.Cut([]byte(newest.Messages[0].Position), []byte("."))
	slowest := 0.0
	for _, of := range []string{"/sources/seed3/messages", "/messages"} {
		for _, what := range []string{"newest", "before", "at"} {
			worst := 0.0
			for range 20 {
				query := "?limit=100"
				switch what {
				case "before":
					query += fmt.Sprintf("&before=%s.%d", epoch, 1000+rand.IntN(b.stored-1000))
				case "at":
					at := from.Add(time.Duration(rand.Float64() * 0.99 * float64(to.Sub(from))))
					query += "&at=" + at.UTC().Format("2006-01-02T15:04:05.000000Z")
				}
				begun := time.Now()
				p, err := s.page(of + query)
				if err != nil {
					return 0, err
				}
				if len(p.Messages) != 100 {
					return 0, fmt.Errorf("%s%s: %d messages", of, query, len(p.Messages))
				}
				worst = max(worst, float64(time.Since(begun))/1e6)
			}
			fmt.Printf("    %s, %s: %.1f ms at worst\n", of, what, worst)
			slowest = max(slowest, worst)
		}
	}
	return slowest, nil
}

type page struct {
	Messages []struct {
		Position string    `json:"position"`
		Received time.Time `json:"received"`
	} `json:"messages"`
}

func (s *server) page(path string) (p page, err error) {
	text, err := s.call("GET", path, nil)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}
