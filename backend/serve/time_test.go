package serve

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/live"
)

// pipes is a listener without a network, so that time can be made up.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// inBubble runs a server whose time is made up.
func inBubble(t *testing.T, with func(*Config), story func(*testing.T, *running, *http.Client)) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, with)
		l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx, l) }()
		stop := sync.OnceValue(func() error { cancel(); return <-ended })
		transport := &http.Transport{DialContext: l.dial}
		defer func() {
			transport.CloseIdleConnections()
			if err := stop(); err != nil {
				t.Error(err)
			}
		}()
		story(t, &running{Server: s, t: t, url: "http://localhost", stop: stop}, &http.Client{Transport: transport})
	})
}

// follow subscribes and collects what comes.
func (r *running) follow(client *http.Client, path string) (*collected, func()) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "GET", r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	c := &collected{}
	go func() {
		b := make([]byte, 1<<16)
		for {
			n, err := resp.Body.Read(b)
			c.add(b[:n])
			if err != nil {
				return
			}
		}
	}()
	return c, func() { cancel(); resp.Body.Close() }
}

type collected struct {
	mu sync.Mutex
	b  []byte
}

func (c *collected) add(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.b = append(c.b, b...)
}

func (c *collected) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.b)
}

func TestAnIdleStreamBeats(t *testing.T) {
	inBubble(t, func(c *Config) { c.Heartbeat = 10 * time.Second }, func(t *testing.T, s *running, client *http.Client) {
		c, stop := s.follow(client, "/events/x")
		defer stop()
		synctest.Wait()
		if got := c.text(); got != "retry: 3000\norigin: "+s.journal.Epoch()+"\n:\n" {
			t.Fatalf("it begins with %q", got)
		}
		time.Sleep(105 * time.Second)
		synctest.Wait()
		// The first after 5 to 10 s, then one each 10 s.
		beats := func() int { return strings.Count(c.text(), "\n:") - 1 }
		if n := beats(); n < 10 || n > 11 {
			t.Errorf("%d heartbeats in 105 s: %q", n, c.text())
		}
		// Messages are life enough.
		before := beats()
		for range 30 {
			time.Sleep(5 * time.Second)
			if _, err := s.publishDraft(t.Context(), "x", live.Draft{Data: "m"}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if n := beats() - before; n > 1 {
			t.Errorf("%d heartbeats between messages", n)
		}
	})
}

func TestAStoppedReaderIsCutOffAndDelaysNobody(t *testing.T) {
	inBubble(t, func(c *Config) { c.WriteTimeout = 7 * time.Second }, func(t *testing.T, s *running, client *http.Client) {
		good, stop := s.follow(client, "/events/x")
		defer stop()
		// A pipe holds nothing back: whoever does not read, blocks at once.
		l, err := client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go l.Write([]byte("GET /events/x HTTP/1.1\r\nHost: localhost\r\n\r\n"))
		synctest.Wait()
		if n := s.Clients("x"); n != 2 {
			t.Fatalf("%d clients", n)
		}
		begun := time.Now()
		for range 100 {
			if _, err := s.publishDraft(t.Context(), "x", live.Draft{Data: "quick"}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(10 * time.Millisecond) // readers are gathered for one
		synctest.Wait()
		if n := strings.Count(good.text(), "data: quick"); n != 100 || time.Since(begun) > time.Second {
			t.Errorf("the other reader had %d after %v", n, time.Since(begun))
		}
		time.Sleep(8 * time.Second)
		synctest.Wait()
		if n := s.Clients("x"); n != 1 {
			t.Errorf("%d clients after the write deadline", n)
		}
		if page, err := s.journal.Read(t.Context(), live.Query{Limit: 5000}); err != nil || len(page.Messages) != 100 {
			t.Errorf("the journal has %d messages, %v", len(page.Messages), err)
		}
	})
}

func TestTheDoorbellAnswersAtMostThirtyTimesASecond(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *running, _ *http.Client) {
		if _, err := s.publishDraft(t.Context(), "x", live.Draft{Data: "first"}); err != nil {
			t.Fatal(err)
		}
		ring := func(seen string) string {
			w := httptest.NewRecorder()
			s.Window().ServeHTTP(w, httptest.NewRequest("GET", "/api/bell?seen="+seen, nil))
			return strings.Trim(strings.TrimPrefix(w.Body.String(), `{"bell":`), "\"}\n")
		}
		seen := ring("")
		publishing, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			for publishing.Err() == nil {
				time.Sleep(5 * time.Millisecond)
				if _, err := s.publishDraft(context.Background(), "x", live.Draft{Data: "m"}); err != nil {
					t.Error(err)
					return
				}
			}
		})
		n := 0
		for begun := time.Now(); time.Since(begun) < time.Second; n++ {
			next := ring(seen)
			if next == seen {
				t.Fatal("it rang for nothing")
			}
			seen = next
		}
		stop()
		wg.Wait()
		if n < 25 || n > 31 {
			t.Errorf("%d rings in a second", n)
		}
		// A ring is prompt for who has waited.
		seen = ring("")
		for seen != ring(seen) {
			seen = ring("")
		}
	})
}

func TestTheDoorbellAnswersAfterTwentySecondsInAnyCase(t *testing.T) {
	feeds := &fakeFeeds{}
	inBubble(t, func(c *Config) { c.Feeds = feeds }, func(t *testing.T, s *running, client *http.Client) {
		w := httptest.NewRecorder()
		s.Window().ServeHTTP(w, httptest.NewRequest("GET", "/api/bell", nil))
		var first struct{ Bell string }
		if err := json.Unmarshal(w.Body.Bytes(), &first); err != nil {
			t.Fatal(err)
		}
		seen := first.Bell
		begun := time.Now()
		w = httptest.NewRecorder()
		s.Window().ServeHTTP(w, httptest.NewRequest("GET", "/api/bell?seen="+seen, nil))
		if d := time.Since(begun); d != 20*time.Second || w.Code != 200 {
			t.Errorf("%d after %v", w.Code, d)
		}
		// What is no message rings as well, at once.
		time.AfterFunc(3*time.Second, feeds.changes.Notify)
		begun = time.Now()
		w = httptest.NewRecorder()
		s.Window().ServeHTTP(w, httptest.NewRequest("GET", "/api/bell?seen="+seen, nil))
		if d := time.Since(begun); d != 3*time.Second || strings.Contains(w.Body.String(), `"`+seen+`"`) {
			t.Errorf("%s after %v", w.Body, d)
		}
	})
}

func TestRatesAndSparklinesAreWhatWasCounted(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *running, client *http.Client) {
		c, stop := s.follow(client, "/events/x")
		defer stop()
		for range 200 { // 20 s, 10 a second
			time.Sleep(100 * time.Millisecond)
			if _, err := s.publishDraft(t.Context(), "x", live.Draft{Data: "m"}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		type state struct {
			Journal struct {
				In  float64 `json:"in_rate"`
				Out float64 `json:"out_rate"`
			}
			Sources []struct {
				Rate  float64
				Spark []int64
			}
		}
		read := func() (st state) {
			if err := json.Unmarshal(s.window("GET", "/api/state").Body.Bytes(), &st); err != nil {
				t.Fatal(err)
			}
			return st
		}
		st := read()
		rate, spark := st.Sources[0].Rate, st.Sources[0].Spark
		if rate < 9 || rate > 11 {
			t.Errorf("rate %v", rate)
		}
		var sum int64
		for _, n := range spark {
			sum += n
		}
		if sum != 200 || len(spark) != 30 || spark[25] < 19 || spark[25] > 21 {
			t.Errorf("spark %v", spark)
		}
		if in, out := st.Journal.In, st.Journal.Out; in < 9 || in > 11 || out < 9 || out > 11 {
			t.Errorf("in %v, out %v", in, out)
		}
		if n := strings.Count(c.text(), "data: m"); n != 200 {
			t.Errorf("the client had %d", n)
		}
		time.Sleep(70 * time.Second)
		st = read()
		rate, spark = st.Sources[0].Rate, st.Sources[0].Spark
		if rate != 0 || spark[29] != 0 || spark[0] != 0 {
			t.Errorf("later: rate %v, spark %v", rate, spark)
		}
	})
}
