package eventstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/wire"
)

// A reading is everything that a Client passed to its Handler.
type reading struct {
	events   []Event
	comments int
	retries  []int64
	err      error
}

func (r *reading) texts() (list []string) {
	for _, e := range r.events {
		list = append(list, describe(&rawEvent{kind: e.Kind, typ: []byte(e.Type), data: []byte(e.Data), lastEventID: []byte(e.LastEventID),
			hasID: e.HasID, retry: e.Retry, size: e.Size, overlong: e.Overlong}))
	}
	return list
}

// read reads a text with a Client.
func read(t *testing.T, text string, change func(*Client)) *reading {
	t.Helper()
	return receive(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := w.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	}, change)
}

// receive reads the stream of a server with a Client.
func receive(t *testing.T, h http.HandlerFunc, change func(*Client)) *reading {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	out := &reading{}
	c := &Client{
		MaxEvent: func() int { return 1 << 20 },
		Open: func(ctx context.Context) (*http.Response, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
			if err != nil {
				return nil, err
			}
			return http.DefaultTransport.RoundTrip(r)
		},
		Handler: Handler{
			Comment: func() { out.comments++ },
			Retry:   func(ms int64) { out.retries = append(out.retries, ms) },
			Event:   func(e Event) bool { out.events = append(out.events, e); return true },
		},
	}
	if change != nil {
		change(c)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out.err = c.Run(ctx)
	return out
}

// Each of these tests one difference of r3labs/sse that Client corrects.

func TestACleanCloseIsTheEndOfTheStream(t *testing.T) {
	if got := read(t, "data: a\n\n", nil); got.err != io.EOF {
		t.Error(got.err)
	}
}

func TestRunReturnsTheCauseOfAnEndedContext(t *testing.T) {
	why := errors.New("why")
	ctx, cancel := context.WithCancelCause(t.Context())
	c := &Client{MaxEvent: func() int { return 1 << 20 }, Open: func(ctx context.Context) (*http.Response, error) {
		cancel(why)
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	if err := c.Run(ctx); err != why {
		t.Error(err)
	}
}

func TestRunReturnsTheErrorOfOpen(t *testing.T) {
	why := errors.New("why")
	calls := 0
	c := &Client{MaxEvent: func() int { return 1 << 20 }, Open: func(context.Context) (*http.Response, error) {
		calls++
		return nil, why
	}}
	if err := c.Run(t.Context()); !errors.Is(err, why) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func TestCommentsAreReported(t *testing.T) {
	if got := read(t, ": a\n\n:b\n:c\n\n", nil); got.comments != 3 || len(got.events) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestReconnectionTimesAreReported(t *testing.T) {
	if got := read(t, "retry: 7\n\nretry: x\n\nretry: 8\n", nil); !slices.Equal(got.retries, []int64{7, 8}) || len(got.events) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestTheLibraryDoesNotChangeEvents(t *testing.T) {
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
		if got := read(t, c.stream, nil); !slices.Equal(got.texts(), c.want) || got.err != io.EOF {
			t.Errorf("%s: %q, want %q; %+v", c.name, got.texts(), c.want, got.err)
		}
	}
}

func TestAnEventLargerThanTheLibrarysBufferIsAnEvent(t *testing.T) {
	for _, size := range []int{maxInline - 100, maxInline, 64 << 10, 128 << 10, 1<<20 - 1, 1 << 20} {
		text := strings.Repeat("x\n", size/2)
		lines := "data: " + strings.ReplaceAll(text, "\n", "\ndata: ")
		got := read(t, "id: 1\n"+lines+"\n\ndata: after\n\n", nil)
		if len(got.events) != 2 || got.events[0].Data != text || got.events[0].LastEventID != "1" || got.events[1].Data != "after" {
			t.Errorf("%d bytes: %d items, %+v", size, len(got.events), got.err)
		}
	}
}

func TestAnEventOverTheLimitDoesNotEndTheStream(t *testing.T) {
	got := read(t, "id: 1\ndata: "+strings.Repeat("x", 3<<20)+"\n\ndata: after\n\n", nil)
	if want := []string{fmt.Sprintf(`large %d id="1"`, 3<<20), `message "after" after="1"`}; !slices.Equal(got.texts(), want) {
		t.Errorf("%q", got.texts())
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
		got := read(t, string(text), func(c *Client) { c.MaxEvent = func() int { return 4096 } })
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

func TestNoEventFollowsARefusedEvent(t *testing.T) {
	got := read(t, strings.Repeat("data: a\n\n", 1000), func(c *Client) {
		n := 0
		c.Handler.Event = func(Event) bool {
			if n++; n > 1 {
				t.Error("an event followed the refused one")
			}
			return false
		}
	})
	if got.err != ErrHandlerStopped {
		t.Errorf("%+v", got.err)
	}
}

func TestTheHandlerReceivesOneEventAtATime(t *testing.T) {
	// More than all buffers between them: the server must block.
	const events = 200_000
	sent := make(chan int, 1)
	h := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		block := []byte(strings.Repeat("data: "+strings.Repeat("x", 250)+"\n\n", 100))
		n := 0
		for ; n < events; n += 100 {
			if _, err := w.Write(block); err != nil {
				break
			}
		}
		sent <- n
	}
	got := receive(t, h, func(c *Client) {
		c.Handler.Event = func(Event) bool {
			select {
			case n := <-sent:
				t.Errorf("the server could send all %d events while the handler was blocked", n)
			case <-time.After(200 * time.Millisecond):
			}
			return false
		}
	})
	if got.err != ErrHandlerStopped {
		t.Errorf("%+v", got.err)
	}
}

func TestAnIDThatIsTooLongIsNotSent(t *testing.T) {
	if !CanSend(strings.Repeat("i", wire.MaxID)) || CanSend(strings.Repeat("i", wire.MaxID+1)) {
		t.Error("the longest id that is sent is not the longest that is accepted")
	}
}
