package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// month is the time over which the messages with texts were received.
const month = 30 * 24 * time.Hour

// matching are filters of a histogram: a rare word, a common one, a field and one
// that the source and the type of a message decide.
var matching = []string{"quokka", "shipped", `$.state = "paid"`, "event:order.* source:seed3"}

// A histogram is the answer of GET /histogram.
type histogram struct {
	Lanes []struct{ Total int64 }
	Other []int64
	First string
	More  bool
}

// counting returns the slowest first answer for the newest part of a month, in
// milliseconds. Without a filter, it must have counted all.
func counting(over time.Duration, filters ...string) func(b *bench, kind string) (sample, error) {
	return func(b *bench, kind string) (sample, error) {
		p, err := b.startIndexed(kind)
		if err != nil {
			return sample{}, err
		}
		defer p.stop()
		newest, err := p.page("/messages?limit=1")
		if err != nil {
			return sample{}, err
		}
		s := sample{}
		for _, q := range filters {
			for _, by := range []string{"type", "source"} {
				to := newest.Messages[0].Received.Add(time.Second)
				path := fmt.Sprintf("/histogram?buckets=240&by=%s&q=%s&from=%s&to=%s", by, url.QueryEscape(q),
					to.Add(-over).Format("2006-01-02T15:04:05Z"), to.Format("2006-01-02T15:04:05Z"))
				first, whole, counted := 0.0, 0.0, int64(0)
				for range 3 {
					one, all, n, err := p.count(path)
					if err != nil {
						return sample{}, err
					}
					first, whole, counted = max(first, one), max(whole, all), n
				}
				fmt.Printf("    %q by %s: %d counted; at worst the first answer after %.1f ms, all after %.1f ms\n", q, by, counted, first, whole)
				if s.value = max(s.value, first); q == "" {
					s.value = max(s.value, whole)
				}
			}
		}
		return s, nil
	}
}

// count adds up all parts of a histogram, and measures the first part and all, in
// milliseconds. It gives up after a second.
func (p *process) count(path string) (first, all float64, counted int64, err error) {
	begun := time.Now()
	for before := ""; ; {
		text, err := p.call("GET", path+before, nil)
		if err != nil {
			return 0, 0, 0, err
		}
		var h histogram
		if err := json.Unmarshal(text, &h); err != nil {
			return 0, 0, 0, err
		}
		all = float64(time.Since(begun)) / 1e6
		if first == 0 {
			first = all
		}
		for _, lane := range h.Lanes {
			counted += lane.Total
		}
		for i := 1; i < len(h.Other); i += 2 {
			counted += h.Other[i]
		}
		if !h.More || all > 1000 {
			return first, all, counted, nil
		}
		before = "&before=" + h.First
	}
}
