package stream

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// head reads the head of an answer, and returns the reader of the rest.
func head(t *testing.T, conn net.Conn) (string, *bufio.Reader) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(line)
		if line == "\r\n" {
			return b.String(), in
		}
	}
}

// untilData reads until a message with that data.
func untilData(t *testing.T, in *bufio.Reader, data string) {
	t.Helper()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "data: "+data+"\n" {
			return
		}
	}
}

func TestAnAnswerOnATakenConnectionEndsWithIt(t *testing.T) {
	r := start(t, openJournal(t, t.TempDir()), nil)
	var streams []io.Reader
	for _, protocol := range []string{"HTTP/1.1", "HTTP/1.0"} {
		got, in := head(t, r.dial("/events/x "+protocol))
		if !strings.HasPrefix(got, protocol+" 200 OK\r\n") || !strings.Contains(got, "\r\nConnection: close\r\n") || !strings.Contains(got, "\r\nDate: ") ||
			!strings.Contains(got, "\r\nContent-Type: text/event-stream\r\n") || strings.Contains(got, "Transfer-Encoding") || strings.Contains(got, "Content-Length") {
			t.Errorf("%s: %q", protocol, got)
		}
		r.publish("x", protocol)
		untilData(t, in, protocol)
		streams = append(streams, in)
	}
	r.Shutdown()
	for _, in := range streams {
		// The last is a time to reconnect after.
		rest, err := io.ReadAll(in)
		if err != nil || !bytes.Contains(rest, []byte("retry: ")) {
			t.Errorf("it ends with %q, %v", rest, err)
		}
	}
	if err := r.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if got, _ := head(t, r.dial("/events/x HTTP/1.1")); !strings.HasPrefix(got, "HTTP/1.1 503 ") {
		t.Errorf("after the shutdown: %q", got)
	}
}

func TestBothResponsesSendTheSameHeader(t *testing.T) {
	heads := map[bool]string{}
	for _, hijack := range []bool{true, false} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			setHeader(w, r)
			w.Header().Add("Vary", "Origin")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			var resp Response = &handlerResponse{w, r}
			if hijack {
				resp, _ = newResponse(w, r)
			}
			out, err := resp.Open(200, w.Header(), func(error) {})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(out.WriteFrames([]byte(":\n")), out.Close()); err != nil {
				t.Error(err)
			}
		}))
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		heads[hijack], _ = head(t, conn)
		conn.Close()
		s.Close()
	}
	lines := func(s string) map[string]bool {
		all := map[string]bool{}
		for line := range strings.Lines(s) {
			if !strings.HasPrefix(line, "Date: ") && !strings.HasPrefix(line, "Transfer-Encoding: ") {
				all[line] = true
			}
		}
		return all
	}
	ours, theirs := lines(heads[true]), lines(heads[false])
	for line := range theirs {
		if !ours[line] {
			t.Errorf("the taken connection lacks %q", line)
		}
	}
	if len(ours) != len(theirs) {
		t.Errorf("%q\n%q", heads[true], heads[false])
	}
}

func TestWhatAClientSendsBehindItsRequestIsIgnoredUpToALimit(t *testing.T) {
	r := start(t, openJournal(t, t.TempDir()), nil)
	conn := r.dial("/events/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhelloGET /events/y HTTP/1.1")
	_, in := head(t, conn)
	r.publish("x", "1")
	untilData(t, in, "1")
	if _, err := conn.Write(bytes.Repeat([]byte("x"), 1000)); err != nil {
		t.Fatal(err)
	}
	r.publish("x", "2")
	untilData(t, in, "2")
	if n := r.Clients(); n != 1 {
		t.Errorf("%d clients", n)
	}
	for range 2 * maxIgnored / 1000 {
		if _, err := conn.Write(bytes.Repeat([]byte("x"), 1000)); err != nil {
			break // it was closed, as it should be
		}
	}
	await(t, 20*time.Second, "the client is gone", func() bool { return r.Clients() == 0 })
}

func TestAClientThatLeavesIsNoticedAtOnce(t *testing.T) {
	r := start(t, openJournal(t, t.TempDir()), func(o *Options) { o.Heartbeat = time.Hour })
	conn := r.dial("/events/x HTTP/1.1")
	head(t, conn)
	if n := r.Clients(); n != 1 {
		t.Fatalf("%d clients", n)
	}
	conn.Close()
	await(t, 20*time.Second, "the client is gone", func() bool { return r.Clients() == 0 })
}

func TestWaitClosesTheConnectionsThatAreLeftAtItsEnd(t *testing.T) {
	r := start(t, openJournal(t, t.TempDir()), func(o *Options) { o.WriteTimeout = time.Hour })
	conn := r.dial("/events/x HTTP/1.1")
	if err := conn.SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	head(t, conn)
	large := strings.Repeat("x", 1<<20)
	for range 8 { // more than any buffer between them holds
		r.publish("x", large)
	}
	r.Shutdown()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	begun := time.Now()
	if err := r.Wait(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if d := time.Since(begun); d > shutdownTimeout/2 {
		t.Errorf("it waited %v", d)
	}
}

func TestARequestInTheForegroundReturnsWithItsStream(t *testing.T) {
	r := start(t, openJournal(t, t.TempDir()), nil)
	stop := make(chan context.CancelFunc, 1) // of the only request
	returned := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx, cancel := context.WithCancel(Foreground(req.Context()))
		stop <- cancel
		defer close(returned)
		if err := r.Subscribe(w, req.WithContext(ctx), []string{"x"}, false); err != nil {
			t.Error(err)
		}
	}))
	defer s.Close()
	resp, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	cancel := <-stop
	r.publish("x", "1")
	untilData(t, bufio.NewReader(resp.Body), "1")
	select {
	case <-returned:
		t.Error("it returned before its stream ended")
	default:
	}
	cancel()
	<-returned
	if n := r.Clients(); n != 0 {
		t.Errorf("%d clients", n)
	}
}

// A brokenResponse answers with another status, or breaks frames: what a fault
// for one client would do.
type brokenResponse struct {
	Response
	cutAfter int
}

func (b *brokenResponse) Open(status int, header http.Header, left func(error)) (FrameWriter, error) {
	out, err := b.Response.Open(status, header, left)
	return &brokenWriter{out, b.cutAfter}, err
}

type brokenWriter struct {
	FrameWriter
	cutAfter int
}

func (b *brokenWriter) WriteFrames(frames []byte) error {
	n := min(len(frames), b.cutAfter)
	b.cutAfter -= n
	if err := b.FrameWriter.WriteFrames(frames[:n]); err != nil || b.cutAfter > 0 {
		return err
	}
	return io.ErrClosedPipe
}

func TestAFaultCanStandBetweenAStreamAndItsClient(t *testing.T) {
	r := start(t, openJournal(t, t.TempDir()), nil)
	r.publish("x", "a message that is cut in its middle")
	req := httptest.NewRequest("GET", "/events/x", nil)
	w := httptest.NewRecorder()
	resp := &brokenResponse{&handlerResponse{w, req}, 30}
	c := newClient(req, &subscription{names: []string{"x"}})
	out, err := resp.Open(200, nil, c.end)
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{hub: r.Hub, client: c, sender: newSender(out, time.Second), release: func() {}}
	s.cursor = r.journal.FollowNames([]string{"x"}, live.Filter{}, 0)
	s.run([]byte("retry: 1\n"))
	if got := w.Body.String(); len(got) != 30 || !strings.HasPrefix(got, "retry: 1\nid: ") {
		t.Errorf("%q", got)
	}
}
