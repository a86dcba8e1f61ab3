package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"time"

	"signalbox/speed/load"
)

// replay measures how many events a second a new client receives from a history of
// 100,000, right after the server's start, when none is in memory.
func replay(b *bench, kind string) (sample, error) {
	const events = 100_000
	data, err := b.history(kind, events, 1)
	if err != nil {
		return sample{}, err
	}
	p, err := b.start(kind, options{data: data})
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	begun := time.Now()
	subs, err := load.Subscribe(p.at, "/events/seed0?after=0", 1)
	if err != nil {
		return sample{}, err
	}
	defer subs.Close()
	if err := subs.WaitFor(events, 30*time.Second); err != nil {
		return sample{}, err
	}
	return sample{value: events / time.Since(begun).Seconds()}, nil
}

// history returns a data folder with a history. It is filled once for all rounds.
func (b *bench) history(kind string, events, sources int) (string, error) {
	dir := b.file(fmt.Sprintf("seeded-%s-%d-%d", kind, events, sources))
	if b.seeded[dir] {
		return dir, nil
	}
	b.seeded[dir] = true
	return dir, b.fill(kind, dir, events, sources)
}

func (b *bench) fill(kind, dir string, events, sources int) error {
	seeder := b.seeder
	if kind == "before" {
		seeder = b.beforeSeeder
	}
	return seed(seeder, "-data", dir, "-count", strconv.Itoa(events), "-sources", strconv.Itoa(sources))
}

func seed(seeder string, args ...string) error {
	out, err := exec.Command(seeder, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("seed: %w: %s", err, out)
	}
	return nil
}

// pages returns the slowest of the pages of a large history, in milliseconds:
// the newest, one before a random place, one from a random time, of one
// source and of all. Each kind is asked for 20 times.
func pages(b *bench, kind string) (sample, error) {
	data, err := b.history(kind, b.stored, 8)
	if err != nil {
		return sample{}, err
	}
	p, err := b.start(kind, options{data: data})
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	oldest, err := p.page("/messages?after=&limit=1&at=2000-01-01T00:00:00Z")
	if err != nil {
		return sample{}, err
	}
	newest, err := p.page("/messages?limit=1")
	if err != nil {
		return sample{}, err
	}
	if len(oldest.Messages) != 1 || len(newest.Messages) != 1 {
		return sample{}, errors.New("the history is empty")
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
				found, err := p.page(of + query)
				if err != nil {
					return sample{}, err
				}
				if len(found.Messages) != 100 {
					return sample{}, fmt.Errorf("%s%s: %d messages", of, query, len(found.Messages))
				}
				worst = max(worst, float64(time.Since(begun))/1e6)
			}
			fmt.Printf("    %s, %s: %.1f ms at worst\n", of, what, worst)
			slowest = max(slowest, worst)
		}
	}
	return sample{value: slowest}, nil
}

type page struct {
	Messages []struct {
		Position string    `json:"position"`
		Received time.Time `json:"received"`
	} `json:"messages"`
}

func (p *process) page(path string) (found page, err error) {
	text, err := p.call("GET", path, nil)
	if err != nil {
		return found, err
	}
	return found, json.Unmarshal(text, &found)
}
