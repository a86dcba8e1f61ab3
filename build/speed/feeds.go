package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"signalbox/speed/load"
)

// following measures how many messages a second are stored from feeds.
func following(feeds int) func(b *bench, kind string) (sample, error) {
	return func(b *bench, kind string) (sample, error) {
		remote := httptest.NewServer(source())
		defer remote.CloseClientConnections()
		p, err := b.start(kind, options{})
		if err != nil {
			return sample{}, err
		}
		defer p.stop()
		for i := range feeds {
			feed, err := json.Marshal(map[string]string{"name": fmt.Sprint("feed", i), "url": remote.URL, "method": "GET"})
			if err != nil {
				return sample{}, err
			}
			if _, err := p.call("POST", "/api/feeds", feed); err != nil {
				return sample{}, err
			}
		}
		time.Sleep(settle)
		var failed error
		found, err := b.rate(p, func() int64 {
			n, err := p.stored()
			failed = errors.Join(failed, err)
			return n
		})
		behind, e := p.metric("signalbox_index_behind")
		if behind > found.value {
			found.short = fmt.Sprintf("the index was %.0f messages behind", behind)
		}
		return found, errors.Join(failed, err, e)
	}
}

// stored returns the number of messages committed since the start.
func (p *process) stored() (int64, error) {
	n, err := p.metric("signalbox_messages_appended_total")
	return int64(n), err
}

// metric returns a value of /metrics; 0 if an older version has none.
func (p *process) metric(name string) (float64, error) {
	text, err := p.call("GET", "/metrics", nil)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, nil
}

// source is a remote server that sends events with ids as fast as they are read.
func source() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		text := string(load.Payload(0))
		var b []byte
		for n := int64(1); r.Context().Err() == nil; {
			for b = b[:0]; len(b) < 60<<10; n++ {
				b = append(b, "id: "...)
				b = strconv.AppendInt(b, n, 10)
				b = append(b, "\ndata: "...)
				b = append(b, text...)
				b = append(b, "\n\n"...)
			}
			if _, err := w.Write(b); err != nil {
				return
			}
		}
	})
}
