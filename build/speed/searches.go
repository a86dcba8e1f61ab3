package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// words are searches of each kind in a history of build/seed -text.
var words = []string{"quokka", "walrus", "shipped", "unicorn", "zzqxv", "退货", "鸟类", "70012345", `"A-2999"`, "after:-15m zzqxv"}

// fields are filters of fields whose matches are not rarer than 1 in 1,000.
var fields = []string{`$.state = "paid"`, `$.state = "walrus"`, "$.total > 499", "$.lines[*].count = 9", `$.city : "Osaka"`}

// searching returns the slowest search of a list, in milliseconds: until it has 50
// hits, or has reached the end of the history. For fields it is the first page.
func searching(list []string) func(b *bench, kind string) (sample, error) {
	return func(b *bench, kind string) (sample, error) {
		p, err := b.startIndexed(kind)
		if err != nil {
			return sample{}, err
		}
		defer p.stop()
		slowest := 0.0
		for _, q := range list {
			worst, hits := 0.0, 0
			for range 5 {
				begun := time.Now()
				if hits, err = p.search(q, &list[0] == &fields[0]); err != nil {
					return sample{}, err
				}
				worst = max(worst, float64(time.Since(begun))/1e6)
			}
			fmt.Printf("    %s: %d hits, %.1f ms at worst\n", q, hits, worst)
			slowest = max(slowest, worst)
		}
		return sample{value: slowest}, nil
	}
}

// search returns how many hits there are, up to 50.
func (p *process) search(q string, onePage bool) (hits int, err error) {
	path := "/messages?limit=50&preview=300&q=" + url.QueryEscape(q)
	for before := ""; ; {
		text, err := p.call("GET", path+before, nil)
		if err != nil {
			return hits, err
		}
		var found struct {
			Messages []json.RawMessage `json:"messages"`
			From     string            `json:"from"`
			More     bool              `json:"more"`
		}
		if err := json.Unmarshal(text, &found); err != nil {
			return hits, err
		}
		if hits += len(found.Messages); hits >= 50 || !found.More || onePage {
			return hits, nil
		}
		before = "&before=" + found.From
	}
}

// fillTexts fills a history with many messages of a month.
func (b *bench) fillTexts() error {
	if b.texts != "" {
		return nil
	}
	b.texts = b.file("texts")
	return seed(b.seeder, "-data", b.texts, "-count", strconv.Itoa(b.stored), "-sources", "8", "-text", "-over", month.String())
}

// indexing returns how many seconds a server needs to index all messages.
func indexing(b *bench, kind string) (sample, error) {
	if err := b.fillTexts(); err != nil {
		return sample{}, err
	}
	if err := os.RemoveAll(filepath.Join(b.texts, "index")); err != nil {
		return sample{}, err
	}
	begun := time.Now()
	p, err := b.startIndexed(kind)
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	return sample{value: time.Since(begun).Seconds()}, nil
}

// startIndexed starts a server with many messages and waits until all are in the
// index.
func (b *bench) startIndexed(kind string) (*process, error) {
	if err := b.fillTexts(); err != nil {
		return nil, err
	}
	p, err := b.start(kind, options{data: b.texts})
	if err != nil {
		return nil, err
	}
	begun, behind := time.Now(), 0.0
	for time.Since(begun) < 2*time.Second || behind > 0 {
		time.Sleep(100 * time.Millisecond)
		if behind, err = p.metric("signalbox_index_behind"); err != nil || time.Since(begun) > 10*time.Minute {
			p.stop()
			return nil, fmt.Errorf("the index is %.0f messages behind: %w", behind, err)
		}
	}
	return p, nil
}

// indexSize returns the size of the index by that of the messages.
func indexSize(b *bench, kind string) (sample, error) {
	p, err := b.startIndexed(kind)
	if err != nil {
		return sample{}, err
	}
	defer p.stop()
	index, err := p.metric("signalbox_index_bytes")
	if err != nil {
		return sample{}, err
	}
	messages, err := p.metric("signalbox_journal_bytes")
	return sample{value: index / messages}, err
}
