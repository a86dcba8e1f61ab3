package dial

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"

	"signalbox/backend/live"
)

// A step is a stage of a request.
type step string

const (
	stepDNS      step = "dns"
	stepConnect  step = "connect"
	stepTLS      step = "tls"
	stepResponse step = "response" // waiting for the response
	stepOpen     step = "open"     // reading the stream
)

// A trace measures the duration of each step of a request; after a redirect, of
// the last request only. Goroutines of the transport call its hooks, some of
// them after the request has ended.
type trace struct {
	mu           sync.Mutex
	step         step
	dnsStart     time.Time
	connectStart time.Time // to the first address
	tlsStart     time.Time
	sent         time.Time
	dns          time.Duration
	connect      time.Duration
	tls          time.Duration
	firstByte    time.Duration
	address      string
}

func (t *trace) describe(record *live.Attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	record.DNS, record.Connect, record.TLS, record.FirstByte, record.Address = t.dns, t.connect, t.tls, t.firstByte, t.address
}

func (t *trace) currentStep() step {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.step
}

// open starts the last step: the response is a stream.
func (t *trace) open() { t.update(func(time.Time) { t.step = stepOpen }) }

func (t *trace) update(f func(now time.Time)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(time.Now())
}

// hooks returns the functions that the transport calls.
func (t *trace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) {
			t.update(func(time.Time) {
				t.connectStart, t.dns, t.connect, t.tls, t.firstByte, t.step = time.Time{}, 0, 0, 0, 0, stepConnect
			})
		},
		DNSStart: func(httptrace.DNSStartInfo) {
			t.update(func(now time.Time) { t.dnsStart, t.step = now, stepDNS })
		},
		DNSDone: func(httptrace.DNSDoneInfo) {
			t.update(func(now time.Time) { t.dns, t.step = now.Sub(t.dnsStart), stepConnect })
		},
		ConnectStart: func(string, string) {
			t.update(func(now time.Time) {
				if t.connectStart.IsZero() { // several addresses may be tried at once
					t.connectStart = now
				}
			})
		},
		ConnectDone: func(_, _ string, err error) {
			t.update(func(now time.Time) {
				if err == nil && t.connect == 0 {
					t.connect = now.Sub(t.connectStart)
				}
			})
		},
		TLSHandshakeStart: func() { t.update(func(now time.Time) { t.tlsStart, t.step = now, stepTLS }) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			t.update(func(now time.Time) {
				if err == nil {
					t.tls = now.Sub(t.tlsStart)
				}
			})
		},
		GotConn: func(i httptrace.GotConnInfo) {
			t.update(func(now time.Time) {
				t.sent, t.step = now, stepResponse
				if a := i.Conn.RemoteAddr(); a != nil {
					t.address = a.String()
				}
			})
		},
		WroteRequest:         func(httptrace.WroteRequestInfo) { t.update(func(now time.Time) { t.sent = now }) },
		GotFirstResponseByte: func() { t.update(func(now time.Time) { t.firstByte = now.Sub(t.sent) }) },
	}
}
