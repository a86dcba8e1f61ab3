package feed

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"
)

// A trace is how long each step of a request took. After redirects it is that
// of the last hop. Its callbacks come from the transport's goroutines, some
// of them after the request has ended.
type trace struct {
	mu      sync.Mutex
	now     string // the step being done: "dns", "connect", "tls", "answer" or "open"
	began   time.Time
	dial    time.Time // connecting, to the first address
	shake   time.Time
	sent    time.Time
	dns     time.Duration
	connect time.Duration
	tls     time.Duration
	first   time.Duration
	address string
}

// times returns the steps' durations and the address of the server.
func (t *trace) times() (dns, connect, tls, first time.Duration, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dns, t.connect, t.tls, t.first, t.address
}

// step says what is being done.
func (t *trace) step() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now
}

func (t *trace) opened() { t.do(func(time.Time) { t.now = "open" }) }

func (t *trace) do(f func(now time.Time)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(time.Now())
}

// hooks are what the transport calls.
func (t *trace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) {
			t.do(func(time.Time) {
				t.dial, t.dns, t.connect, t.tls, t.first, t.now = time.Time{}, 0, 0, 0, 0, "connect"
			})
		},
		DNSStart: func(httptrace.DNSStartInfo) { t.do(func(now time.Time) { t.began, t.now = now, "dns" }) },
		DNSDone: func(httptrace.DNSDoneInfo) {
			t.do(func(now time.Time) { t.dns, t.now = now.Sub(t.began), "connect" })
		},
		ConnectStart: func(string, string) {
			t.do(func(now time.Time) {
				if t.dial.IsZero() { // several addresses may be tried at once
					t.dial = now
				}
			})
		},
		ConnectDone: func(_, _ string, err error) {
			t.do(func(now time.Time) {
				if err == nil && t.connect == 0 {
					t.connect = now.Sub(t.dial)
				}
			})
		},
		TLSHandshakeStart: func() { t.do(func(now time.Time) { t.shake, t.now = now, "tls" }) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			t.do(func(now time.Time) {
				if err == nil {
					t.tls = now.Sub(t.shake)
				}
			})
		},
		GotConn: func(i httptrace.GotConnInfo) {
			t.do(func(now time.Time) {
				t.sent, t.now = now, "answer"
				if a := i.Conn.RemoteAddr(); a != nil {
					t.address = a.String()
				}
			})
		},
		WroteRequest:         func(httptrace.WroteRequestInfo) { t.do(func(now time.Time) { t.sent = now }) },
		GotFirstResponseByte: func() { t.do(func(now time.Time) { t.first = now.Sub(t.sent) }) },
	}
}
