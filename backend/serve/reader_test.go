package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// An event is what the standard's parser dispatches, and the comments and
// gaps of a stream besides.
type event struct {
	id, kind, data string
}

// A reader reads a stream strictly as HTML, 9.2.6 says, and complains about
// whatever a server has no business to send.
type reader struct {
	t      testing.TB
	in     *bufio.Reader
	body   io.Closer
	head   http.Header
	lastID string
	retry  int64 // the reconnection time, -1 before one came
	beats  int   // comments
}

// open subscribes; headers are pairs.
func (r *running) open(ctx context.Context, path string, headers ...string) *reader {
	r.t.Helper()
	req, err := http.NewRequestWithContext(ctx, "GET", r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		text, _ := io.ReadAll(resp.Body)
		r.t.Fatalf("GET %s: %s %s\n%s", path, resp.Status, resp.Header.Get("Content-Type"), text)
	}
	rd := &reader{t: r.t, in: bufio.NewReaderSize(resp.Body, 1<<16), body: resp.Body, head: resp.Header, retry: -1}
	r.t.Cleanup(rd.close)
	return rd
}

func (r *reader) close() { r.body.Close() }

// next returns the next event, or io.EOF or another error at the end.
func (r *reader) next() (event, error) {
	kind, data, n := "", new(strings.Builder), 0
	for {
		line, err := r.in.ReadString('\n')
		if err != nil {
			return event{}, err
		}
		line = line[:len(line)-1]
		switch {
		case strings.ContainsRune(line, '\r'):
			r.t.Errorf("a line of the stream contains CR: %q", line)
		case line == "":
			if n == 0 {
				continue
			}
			if kind == "" {
				kind = "message"
			}
			return event{r.lastID, kind, data.String()}, nil
		case line[0] == ':':
			r.beats++
			continue
		}
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			r.t.Errorf("a line without a colon and a space: %.80q", line)
		}
		switch name {
		case "event":
			kind = value
		case "id":
			if strings.ContainsRune(value, 0) {
				r.t.Errorf("an id with NUL: %q", value)
			}
			r.lastID = value
		case "retry":
			ms, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				r.t.Errorf("retry: %q", value)
			}
			r.retry = ms
		case "data":
			if n > 0 {
				data.WriteByte('\n')
			}
			data.WriteString(value)
			n++
		case "origin": // no client but another Signalbox knows it
		default:
			r.t.Errorf("the stream has a field %q", name)
		}
	}
}

// want reads the next event and compares it.
func (r *reader) want(kind, id, data string) event {
	r.t.Helper()
	e, err := r.next()
	if err != nil {
		r.t.Fatal(err)
	}
	if e.kind != kind || id != "*" && e.id != id || data != "*" && e.data != data {
		r.t.Fatalf("got %s, want %s", e.short(), event{id, kind, data}.short())
	}
	return e
}

func (e event) short() string { return fmt.Sprintf("event %q id %q data %.100q", e.kind, e.id, e.data) }
