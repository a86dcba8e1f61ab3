package serve

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/publish"
)

func TestAChannelThatWasMadeAnewIsFollowedByItsOldClients(t *testing.T) {
	s := start(t, nil)
	rd := s.open(t.Context(), "/events/room")
	rd2 := s.open(t.Context(), "/events/room?type=message")
	want[any](s, 204, "DELETE", "/api/channels/room", "")
	got := s.publish("room", "anew")
	rd.want("message", got.Position, "anew")
	rd2.want("message", got.Position, "anew")
	// A stream may send the message a moment before it counts anew.
	await(t, 10*time.Second, "both are counted", func() bool { return s.Clients("room") == 2 })
}

func TestARenamedChannelKeepsItsClients(t *testing.T) {
	s := start(t, nil)
	rd := s.open(t.Context(), "/events/old")
	want[any](s, 200, "PUT", "/api/channels/old", `{"name":"new"}`)
	got := s.publish("new", "x")
	if got.Clients != 1 {
		t.Errorf("reached %d", got.Clients)
	}
	rd.want("message", got.Position, "x")
}

func TestRemovedSourcesAreNotReplayed(t *testing.T) {
	s := start(t, nil)
	s.publish("gone", "secret")
	got := s.publish("here", "x")
	want[any](s, 204, "DELETE", "/api/channels/gone", "")
	rd := s.open(t.Context(), "/events?after=0")
	rd.want("message", got.Position, "x")
	page := want[struct{ Messages []map[string]any }](s, 200, "GET", "/messages", "")
	if len(page.Messages) != 1 {
		t.Error(page.Messages)
	}
	want[refusal](s, 404, "GET", "/messages/"+s.position(1), "")
}

type clientJSON struct {
	ID                       int64
	Agent, Resumed, Protocol string
	Sources                  []string
}

func TestAClientThatIsCutOffEnds(t *testing.T) {
	s := start(t, nil)
	rd := s.open(t.Context(), "/events/x", "User-Agent", "tester/1", "Last-Event-ID", "abc")
	list := want[struct{ Clients []clientJSON }](s, 200, "GET", "/api/clients", "").Clients
	if len(list) != 1 || list[0].Agent != "tester/1" || list[0].Resumed != "abc" || list[0].Sources[0] != "x" || list[0].Protocol != "HTTP/1.1" {
		t.Fatalf("%+v", list)
	}
	want[any](s, 204, "DELETE", "/api/clients/"+itoa(list[0].ID), "")
	rd.want("gap", "", "*")
	if _, err := rd.next(); err != io.EOF {
		t.Errorf("the stream ended with %v", err)
	}
	want[refusal](s, 404, "DELETE", "/api/clients/"+itoa(list[0].ID), "")
}

func TestAtTheEndClientsAreToldWhenToComeBack(t *testing.T) {
	s := start(t, func(c *Config) { c.Retry = 2000 * 1e6 })
	var readers []*reader
	for range 5 {
		rd := s.open(t.Context(), "/events/x")
		readers = append(readers, rd)
	}
	s.publish("x", "last")
	for _, rd := range readers {
		rd.want("message", "*", "last")
		if rd.retry != 2000 {
			t.Errorf("retry %d", rd.retry)
		}
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	different := make(map[int64]bool)
	for _, rd := range readers {
		if _, err := rd.next(); err != io.EOF {
			t.Errorf("the stream ended with %v", err)
		}
		if rd.retry < 2000 || rd.retry > 5000 {
			t.Errorf("retry %d", rd.retry)
		}
		different[rd.retry] = true
	}
	if len(different) < 2 {
		t.Error("all come back at once")
	}
	if n := s.Clients(); n != 0 {
		t.Errorf("%d clients are left", n)
	}
}

func TestAtTheEndPublishersGetTheirAnswers(t *testing.T) {
	s := start(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	_, err = io.WriteString(conn, "POST /channels/x/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatal(line, err) // the server reads the body
	}
	ended := make(chan error, 1)
	go func() { ended <- s.stop() }()
	<-s.done
	if _, err := io.WriteString(conn, "last!!"); err != nil {
		t.Fatal(err)
	}
	if line, err := in.ReadString('\n'); err != nil || line != "\r\n" {
		t.Fatal(line, err)
	}
	if line, err := in.ReadString('\n'); err != nil || line != "HTTP/1.1 201 Created\r\n" {
		t.Fatal(line, err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if page, err := s.journal.Read(t.Context(), live.Query{Limit: 10}); err != nil || len(page.Messages) != 1 || page.Messages[0].Data != "last!!" {
		t.Errorf("%+v %v", page.Messages, err)
	}
}

func TestAMessageOfManyMegabytesArrives(t *testing.T) {
	s := start(t, nil)
	s.publisher.SetLimits(publish.Limits{CreateChannels: true, MaxEvent: 32 << 20})
	rd := s.open(t.Context(), "/events/x")
	data := strings.Repeat("0123456789\n", 2<<20)
	s.publish("x", data)
	s.publish("x", "small")
	rd.want("message", "*", data)
	rd.want("message", "*", "small")
}

func TestTheWindowsStreamNeedsNoFlusher(t *testing.T) {
	s := start(t, nil)
	s.publish("x", "1")
	w := &deafWriter{header: make(map[string][]string), got: make(chan struct{}, 100)}
	r := newGet("/events/x?after=0")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Window().ServeHTTP(w, r)
	}()
	for !strings.Contains(w.text(), "data: 1\n\n") {
		<-w.got
	}
	// The page was reloaded: nobody cancels, only writing fails.
	w.fail(errors.New("broken pipe"))
	s.publish("x", "2")
	<-ended
}

func TestAStreamBehindAPublishNoticesThatItsClientLeft(t *testing.T) {
	r := start(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for range 100 {
		fmt.Fprint(conn, "POST /channels/x/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatal(resp.Status, err)
		}
	}
	fmt.Fprint(conn, "GET /events/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if _, err := http.ReadResponse(answers, nil); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	for end := time.Now().Add(10 * time.Second); r.Clients("x") > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server still counts a client that left")
		}
	}
}

// A deafWriter is like Wails' asset server: it cannot flush, has no deadlines,
// and nobody cancels the request.
type deafWriter struct {
	header http.Header
	mu     sync.Mutex
	b      []byte
	err    error
	got    chan struct{}
}

func newGet(path string) *http.Request { return httptest.NewRequest("GET", "wails://wails"+path, nil) }

func (w *deafWriter) Header() http.Header { return w.header }
func (w *deafWriter) WriteHeader(int)     {}

func (w *deafWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return 0, w.err
	}
	w.b = append(w.b, b...)
	w.got <- struct{}{}
	return len(b), nil
}

func (w *deafWriter) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.b)
}

func (w *deafWriter) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}
