package feed

import (
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// A trial is what came of one attempt.
type trial struct {
	items    []item
	comments int
	retries  []int64
	opened   bool
	end      *ending
	status   int
}

func (t *trial) texts() (list []string) {
	for _, it := range t.items {
		f := find{kind: it.kind, typ: []byte(it.typ), data: []byte(it.data), id: []byte(it.id), ownID: it.ownID, retry: it.retry, size: it.size, large: it.large}
		list = append(list, said(&f))
	}
	return list
}

// try makes one attempt.
func try(t *testing.T, fd live.Feed, change func(*client)) *trial {
	t.Helper()
	out := &trial{}
	if fd.Proxy == "" {
		fd.Proxy = "direct"
	}
	c := &client{
		feed: &fd, secrets: &live.Secrets{}, agent: "test", max: func() int { return 1 << 20 },
		opened: func(int) { out.opened = true }, read: func(int) {}, over: func() {},
		comment: func() { out.comments++ }, retry: func(ms int64) { out.retries = append(out.retries, ms) },
		item: func(it item) bool { out.items = append(out.items, it); return true },
	}
	if change != nil {
		change(c)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out.end = c.run(ctx)
	out.status = int(c.status.Load())
	return out
}

// stream serves one text to everybody.
func stream(t *testing.T, text string) live.Feed {
	t.Helper()
	return handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		if _, err := w.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	})
}

func handle(t *testing.T, h http.HandlerFunc) live.Feed {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return live.Feed{URL: s.URL, Method: "GET"}
}

// Each of these holds one manner of the library that client corrects.

func TestACleanCloseHasAReason(t *testing.T) {
	got := try(t, stream(t, "data: a\n\n"), nil)
	if got.end.code != "closed" || got.end.reason != "The server closed the stream." || !got.opened {
		t.Errorf("%+v", got.end)
	}
}

func TestAnAttemptIsOneRequest(t *testing.T) {
	requests := 0
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Error(w, "no", http.StatusServiceUnavailable)
	})
	if got := try(t, fd, nil); got.end.code != "status" || requests != 1 {
		t.Errorf("%d requests, %+v", requests, got.end)
	}
}

func TestAnAttemptEndsWithItsContext(t *testing.T) {
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	got := try(t, fd, func(c *client) {
		ctx, cut := context.WithCancelCause(t.Context())
		c.opened = func(int) { cut(endPaused) }
		if end := c.run(ctx); end != endPaused {
			t.Errorf("%+v", end)
		}
		c.opened = func(int) {}
		c.feed = &live.Feed{URL: "http://127.0.0.1:1/", Proxy: "direct"}
	})
	if got.end.code != "refused" {
		t.Errorf("%+v", got.end)
	}
}

func TestCommentsAreSeen(t *testing.T) {
	if got := try(t, stream(t, ": a\n\n:b\n:c\n\n"), nil); got.comments != 3 || len(got.items) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestRetryIsSeen(t *testing.T) {
	if got := try(t, stream(t, "retry: 7\n\nretry: x\n\nretry: 8\n"), nil); !slices.Equal(got.retries, []int64{7, 8}) || len(got.items) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestTheLibraryPassesEventsOnAsTheyAre(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		want         []string
	}{
		{"an id alone is no event", "id: 1\n\ndata: a\n\n", []string{`id "1"`, `message "a" after="1"`}},
		{"an empty id resets", "id: 1\ndata: a\n\nid\ndata: b\n\n", []string{`message "a" id="1"`, `message "b"`}},
		{"an id with a NUL is ignored", "id: 1\x00\ndata: a\n\n", []string{`message "a"`}},
		{"a BOM", "\uFEFFdata: a\n\n", []string{`message "a"`}},
		{"mixed line ends", "data: a\rdata: b\r\n\ndata: c\n\r\n", []string{`message "a\nb"`, `message "c"`}},
		{"the unterminated last event is dropped", "data: a\n\ndata: b", []string{`message "a"`}},
		{"an event without data", "data\n\ndata: a\n\n", []string{`message ""`, `message "a"`}},
		{"an event of one line break", "data\ndata\n\n", []string{`message "\n"`}},
		{"line breaks at the end", "data: a\ndata:\ndata:\n\n", []string{`message "a\n\n"`}},
		{"a type with spaces", "event:  a \ndata: b\n\n", []string{` a  "b"`}},
		{"a retry in an event", "retry: 5\nid: 3\ndata: a\n\n", []string{`message "a" id="3" retry=5`}},
		{"data that looks like fields", "data: id: 1\ndata: data: x\ndata: \ndata: event\n\n", []string{`message "id: 1\ndata: x\n\nevent"`}},
		{"a type that looks like ours", "event: @\ndata: a\n\nevent: e\ndata: b\n\n", []string{`@ "a"`, `e "b"`}},
		{"bytes that are no text", "data: \xff\xfe\ndata: b\n\n", []string{`message "��\nb"`}},
		{"other line separators", "data: a\u2028b\u0085c\vd\n\n", []string{`message "a\u2028b\u0085c\vd"`}},
	} {
		if got := try(t, stream(t, c.stream), nil); !slices.Equal(got.texts(), c.want) || got.end.code != "closed" {
			t.Errorf("%s: %q, want %q; %+v", c.name, got.texts(), c.want, got.end)
		}
	}
}

func TestAnEventLargerThanTheLibrarysBufferIsAnEvent(t *testing.T) {
	for _, size := range []int{smallItem - 100, smallItem, 64 << 10, 128 << 10, 1<<20 - 1, 1 << 20} {
		text := strings.Repeat("x\n", size/2)
		lines := "data: " + strings.ReplaceAll(text, "\n", "\ndata: ")
		got := try(t, stream(t, "id: 1\n"+lines+"\n\ndata: after\n\n"), nil)
		if len(got.items) != 2 || got.items[0].data != text || got.items[0].id != "1" || got.items[1].data != "after" {
			t.Errorf("%d bytes: %d items, %+v", size, len(got.items), got.end)
		}
	}
}

func TestAnEventOverTheLimitDoesNotEndTheStream(t *testing.T) {
	got := try(t, stream(t, "id: 1\ndata: "+strings.Repeat("x", 3<<20)+"\n\ndata: after\n\n"), nil)
	if want := []string{fmt.Sprintf(`large %d id="1"`, 3<<20), `message "after" after="1"`}; !slices.Equal(got.texts(), want) {
		t.Errorf("%q", got.texts())
	}
}

func TestNothingFollowsWhatWasNotTaken(t *testing.T) {
	got := try(t, stream(t, strings.Repeat("data: a\n\n", 1000)), func(c *client) {
		n := 0
		c.item = func(item) bool {
			if n++; n > 1 {
				t.Error("an item came after the one that was not taken")
			}
			return false
		}
	})
	if got.end != endClosed {
		t.Errorf("%+v", got.end)
	}
}

func TestEventsComeOneByOneAsTheyAreTaken(t *testing.T) {
	// More than what all buffers between hold: the server must be held up.
	const events = 200_000
	sent := make(chan int, 1)
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		block := []byte(strings.Repeat("data: "+strings.Repeat("x", 250)+"\n\n", 100))
		n := 0
		for ; n < events; n += 100 {
			if _, err := w.Write(block); err != nil {
				break
			}
		}
		sent <- n
	})
	got := try(t, fd, func(c *client) {
		c.item = func(item) bool {
			select {
			case n := <-sent:
				t.Errorf("the server could send all %d events while none was taken", n)
			case <-time.After(200 * time.Millisecond):
			}
			return false
		}
	})
	if got.end != endClosed {
		t.Errorf("%+v", got.end)
	}
}

func TestGzipIsReadAlthoughNobodyAskedForIt(t *testing.T) {
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Content-Encoding", " GZIP ")
		w.(http.Flusher).Flush() // a header long before the first byte must not block
		z := gzip.NewWriter(w)
		fmt.Fprint(z, "data: a\n\n")
		z.Flush()
		fmt.Fprint(z, "data: b\n\n")
		z.Close()
	})
	if got := try(t, fd, nil); !slices.Equal(got.texts(), []string{`message "a"`, `message "b"`}) || got.end.code != "closed" {
		t.Errorf("%q, %+v", got.texts(), got.end)
	}
	fd = handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Content-Encoding", "gzip")
		fmt.Fprint(w, "data: a long text that is not gzip\n\n")
	})
	if got := try(t, fd, nil); got.end.code != "encoding" {
		t.Errorf("%+v", got.end)
	}
	fd = handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Content-Encoding", "br")
	})
	if got := try(t, fd, nil); got.end.code != "encoding" || got.opened || got.end.hint == "" {
		t.Errorf("%+v", got.end)
	}
}

func TestStreamsInFilesReadAsTheirGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/*.sse")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := try(t, stream(t, string(text)), func(c *client) { c.max = func() int { return 4096 } })
		lines := strings.Join(got.texts(), "\n") + fmt.Sprintf("\n%d comments, retry %v\n", got.comments, got.retries)
		golden := strings.TrimSuffix(file, ".sse") + ".golden"
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(golden, []byte(lines), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || lines != string(want) {
			t.Errorf("%s: %v\n got %s\nwant %s", file, err, lines, want)
		}
	}
}
