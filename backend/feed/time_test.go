package feed

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/dial"
	"signalbox/backend/disconnect"
	"signalbox/backend/health"
	"signalbox/backend/ingest"
	"signalbox/backend/live"
)

// A wire is a network of pipes, so that everything waits for fake time only.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	down   atomic.Bool  // connections are refused
	dials  atomic.Int64 // attempts to connect
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.dials.Add(1)
	if p.down.Load() {
		return nil, disconnect.Because(live.Textf("refused", "Connection refused by {host}.", "host", "feed.test"))
	}
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// inBubble runs a test in fake time with one feed "a" and its server.
func inBubble(t *testing.T, story func(f *fixture, r *remote, p *pipes)) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		r := &remote{calls: make(chan *call, 1000)}
		s := &http.Server{Handler: r}
		go func() { _ = s.Serve(p) }()
		f := follow(t, Options{dial: p.dial})
		f.add("a", "http://feed.test/")
		defer func() {
			f.stop()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}()
		story(f, r, p)
	})
}

// soon returns the next connection, or fails the test. Without a limit, a test
// would wait for ever: fake time passes by itself.
func (r *remote) soon() *call {
	select {
	case c := <-r.calls:
		return c
	case <-time.After(time.Hour):
		panic("nobody connected within an hour")
	}
}

// health returns the feed's health after all goroutines have come to rest.
func (f *fixture) health() live.Health {
	f.Helper()
	synctest.Wait()
	s, ok := f.Get("a")
	if !ok {
		f.Fatal("the feed is gone")
	}
	return s.Health
}

func TestTheWaitGrowsWithEachFailureUpToAMinute(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		synctest.Wait()
		r.soon().close() // the first has been accepted already: an answer without a stream
		p.down.Store(true)
		var waits []time.Duration
		for n := range 9 {
			h := f.health()
			if h.State != live.Waiting || h.Attempt != n+1 || h.RetryAt.IsZero() || h.Reason == "" {
				t.Fatalf("attempt %d: %+v", n, h)
			}
			d := time.Until(h.RetryAt)
			waits = append(waits, d)
			time.Sleep(d - time.Millisecond)
			if h = f.health(); h.State != live.Waiting {
				t.Fatalf("it was tried %v early", time.Until(h.RetryAt))
			}
			time.Sleep(2 * time.Millisecond)
		}
		for n, d := range waits[1:] {
			least := min(dial.DefaultReconnectionTime<<(n+1), dial.MaxWait)
			if d < least || d > least+least/4+time.Millisecond {
				t.Errorf("wait %d is %v, want %v to a quarter more", n+2, d, least)
			}
		}
	})
}

func TestAStableConnectionResetsTheWait(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		for range 5 {
			r.soon().close()
			time.Sleep(dial.MaxRefusedWait)
		}
		c := r.soon().stream(": hi\n\n")
		time.Sleep(dial.StableAfter)
		c.close()
		h := f.health()
		if d := time.Until(h.RetryAt); h.State != live.Waiting || d < dial.DefaultReconnectionTime || d > dial.DefaultReconnectionTime*5/4 {
			t.Errorf("%v, %+v", d, h)
		}
	})
}

func TestTheWaitGrowsForAStreamThatClosesAtOnce(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		r.soon().stream("x").close()
		for range 8 {
			time.Sleep(time.Until(f.health().RetryAt))
			r.soon().stream("x").close()
		}
		if d := time.Until(f.health().RetryAt); d < dial.MaxWait {
			t.Errorf("it is tried again after %v", d)
		}
	})
}

func TestAServerThatPollsSetsTheReconnectionTime(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		for range 20 {
			r.soon().stream("retry: 1000\ndata: a\n\n").close()
			if d := time.Until(f.health().RetryAt); d < time.Second || d > 1250*time.Millisecond {
				t.Fatalf("it is tried again after %v", d)
			}
			time.Sleep(1250 * time.Millisecond)
		}
	})
}

func TestTheReconnectionTimeIsKeptAcrossReconnections(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream("retry: 90000\n\n")
		time.Sleep(dial.StableAfter)
		c.close()
		if d := time.Until(f.health().RetryAt); d < 90*time.Second {
			t.Errorf("%v although the server asked for 90 s", d)
		}
		time.Sleep(2 * time.Minute)
		c = r.soon().stream(": no retry here\n\n")
		time.Sleep(dial.StableAfter)
		c.close()
		if h := f.health(); time.Until(h.RetryAt) < 90*time.Second || h.RetryMS != 90000 {
			t.Errorf("%v the second time, %+v", time.Until(h.RetryAt), h)
		}
	})
}

func TestRetryAfterSetsTheWaitAfterARefusal(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon()
		c.w.Header().Set("Retry-After", "600")
		c.w.WriteHeader(http.StatusServiceUnavailable)
		c.close()
		h := f.health()
		if d := time.Until(h.RetryAt); h.State != live.Waiting || h.Code != "status" || h.Reason != "503 Service Unavailable." || d < 10*time.Minute || d > 13*time.Minute {
			t.Errorf("%v, %+v", d, h)
		}
		time.Sleep(13 * time.Minute)
		c = r.soon()
		c.w.WriteHeader(http.StatusNotFound)
		c.close()
		if d := time.Until(f.health().RetryAt); d < 2*dial.RefusedWait {
			t.Errorf("a second refusal is asked again after %v", d)
		}
	})
}

func TestNoContentStopsAFeedUntilAReconnectOnRequest(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon()
		c.w.WriteHeader(http.StatusNoContent)
		c.close()
		if h := f.health(); h.State != live.Stopped || h.Code != "no_content" || h.Hint == "" || !h.RetryAt.IsZero() {
			t.Errorf("%+v", h)
		}
		time.Sleep(24 * time.Hour)
		if n := p.dials.Load(); n != 1 {
			t.Errorf("%d connections", n)
		}
		f.must(f.Reconnect("a"))
		r.soon().stream("data: a\n\n")
		if h := f.health(); h.State != live.Open || h.Messages != 1 {
			t.Errorf("%+v", h)
		}
		if n := f.entries("a")[0]; n.Note.Code != "stopped" {
			t.Error(n)
		}
	})
}

func TestAFeedIsQuietAfterAnUnusualSilence(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream(":\n\n")
		for range 10 {
			time.Sleep(15 * time.Second)
			c.send(":\n\n")
			if h := f.health(); h.State != live.Open {
				t.Fatalf("%+v", h)
			}
		}
		h := f.health()
		if h.Heartbeat != 15000 || h.UsualSilence < 15000 || h.UsualSilence > 18000 {
			t.Errorf("heartbeat %d, rhythm %d", h.Heartbeat, h.UsualSilence)
		}
		opened := h.Since
		time.Sleep(44 * time.Second)
		if h := f.health(); h.State != live.Open {
			t.Errorf("after 44 s: %+v", h)
		}
		time.Sleep(11 * time.Second)
		if h := f.health(); h.State != live.Quiet || h.Code != "silent" || h.Reason == "" || h.LongestSilence < 54000 {
			t.Errorf("after 55 s: %+v", h)
		}
		c.send(":\n\n")
		if h := f.health(); h.State != live.Open || !h.Since.Equal(opened) {
			t.Errorf("a heartbeat is life: %+v", h)
		}
		if n := p.dials.Load(); n != 1 {
			t.Errorf("%d connections", n)
		}
	})
}

func TestASilentFeedWithoutHeartbeatsIsNotDisconnected(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream("data: a\n\n")
		time.Sleep(72 * time.Hour)
		if h := f.health(); h.State != live.Quiet || h.Up < 0.999 || p.dials.Load() != 1 {
			t.Errorf("%+v", h)
		}
		c.send("data: b\n\n")
		if h := f.health(); h.State != live.Open || h.Messages != 2 {
			t.Errorf("%+v", h)
		}
	})
}

func TestAConnectionThatMissesItsHeartbeatsIsReplaced(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream(":\n\n")
		for range 10 {
			time.Sleep(15 * time.Second)
			c.send(":\n\n")
		}
		time.Sleep(100 * time.Second)
		c = r.soon() // at once
		c.stream("data: a\n\n")
		h := f.health()
		if h.State != live.Open || h.Reconnects != 1 {
			t.Errorf("%+v", h)
		}
		list := f.entries("a")
		if len(list) != 4 || list[0].Note.Code != "quiet" || list[1].Note.Code != "lost" || !strings.Contains(list[1].Note.Reason, "heartbeat") || list[2].Gap.Code != "no_ids" {
			t.Errorf("%v", list)
		}
	})
}

func TestAReturnIsWrittenWithoutAMessage(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream("id: x\ndata: a\n\n")
		time.Sleep(time.Minute)
		c.close()
		time.Sleep(4 * time.Second)
		c = r.soon().stream(":\n\n")
		if list := f.entries("a"); len(list) != 2 {
			t.Errorf("written early: %v", list)
		}
		time.Sleep(ingest.EvidenceTimeout + time.Second)
		synctest.Wait()
		list := f.entries("a")
		if len(list) != 3 || list[2].Gap.Missing != nil || list[2].Gap.After != "x" || !strings.Contains(list[2].Gap.Reason, "asked to continue after id x; nothing has come yet") {
			t.Fatalf("%v", list)
		}
		if g := list[2].Gap; g.To.Sub(g.From) < 3*time.Second || g.To.Sub(g.From) > 4*time.Second {
			t.Errorf("from %v to %v", g.From, g.To)
		}
		c.send("id: y\ndata: b\n\n")
		synctest.Wait()
		if list = f.entries("a"); len(list) != 4 || list[3].Data != "b" {
			t.Errorf("%v", list)
		}
	})
}

func TestWaitingFeedsConnectWhenTheMachineWakes(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon()
		p.down.Store(true)
		c.close()
		time.Sleep(10 * time.Minute)
		time.Sleep(time.Until(f.health().RetryAt) + time.Millisecond)
		p.down.Store(false)
		if h := f.health(); h.State != live.Waiting || time.Until(h.RetryAt) < 30*time.Second {
			t.Errorf("%+v", h)
		}
		f.woke()
		r.soon().stream(":\n\n")
		if h := f.health(); h.State != live.Open {
			t.Errorf("%+v", h)
		}
	})
}

func TestAConnectionSilentAfterASleepIsReplaced(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream(":\n\n")
		time.Sleep(time.Minute)
		f.woke()
		time.Sleep(5 * time.Second)
		c.send(":\n\n")
		time.Sleep(time.Minute)
		if h := f.health(); h.State != live.Open || p.dials.Load() != 1 {
			t.Errorf("it was alive: %+v", h)
		}
		f.woke()
		time.Sleep(health.WakeGrace + health.CheckInterval)
		r.soon().stream("data: a\n\n")
		if h := f.health(); h.State != live.Open || h.Connection != 2 {
			t.Errorf("%+v", h)
		}
	})
}

func TestTheNumbersStayRightOverDays(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream(":\n\n")
		for range 12 { // an hour up, then a quarter down
			time.Sleep(time.Hour)
			p.down.Store(true)
			c.close()
			synctest.Wait()
			time.Sleep(15 * time.Minute)
			p.down.Store(false)
			f.woke()
			c = r.soon().stream(":\n\n")
			synctest.Wait()
		}
		h := f.health()
		if h.Reconnects != 12 || h.Up < 0.79 || h.Up > 0.81 || len(h.Bars) != 48 {
			t.Errorf("%d reconnects, up %v, %v", h.Reconnects, h.Up, h.Bars)
		}
		time.Sleep(25*time.Hour + time.Minute)
		h = f.health()
		if h.Reconnects != 0 || h.Up != 1 || strings.Join(h.Bars, "") != strings.Repeat("warn", 48) { // silent all the time
			t.Errorf("a day later: %d reconnects, up %v, %v", h.Reconnects, h.Up, h.Bars)
		}
	})
}

func TestStoppingIsPromptWhateverTheFeedDoes(t *testing.T) {
	for name, prepare := range map[string]func(r *remote, p *pipes){
		"connecting": func(*remote, *pipes) {},
		"open":       func(r *remote, _ *pipes) { r.soon().stream("data: a\n\n") },
		"waiting": func(r *remote, p *pipes) {
			c := r.soon()
			p.down.Store(true)
			c.close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(f *fixture, r *remote, p *pipes) {
				prepare(r, p)
				synctest.Wait()
				before := time.Now()
				f.stop()
				if d := time.Since(before); d > 0 {
					t.Errorf("it took %v", d)
				}
			})
		})
	}
}

// cut ends a call in the middle of its stream.
func (r *remote) cut(c *call) {
	c.mu.Lock()
	conn, _, err := http.NewResponseController(c.w).Hijack()
	c.mu.Unlock()
	if err != nil {
		panic(err)
	}
	conn.Close()
	c.close()
}
