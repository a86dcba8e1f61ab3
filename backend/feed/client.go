package feed

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"

	"github.com/r3labs/sse/v2"
	"gopkg.in/cenkalti/backoff.v1"

	"signalbox/backend/live"
)

// A client makes one attempt to follow a feed: it opens the stream and hands
// on what it says until it ends. Inside is the Client of r3labs/sse. What it
// would do otherwise than the standard is corrected here, and each correction
// is held by a test in client_test.go:
//
//   - It retries errors but takes a clean close for the end of all: it is
//     never let retry, and every ending is an error with a reason.
//   - It makes GET requests, and a redirect of a POST would lose its body: the
//     request is made anew behind its back.
//   - It accepts any content type, and 200 only by its number: the answer is
//     judged before it sees it.
//   - It has no eyes for comments and for retry, delivers an id alone as an
//     event, keeps an id that was reset, takes an id with a NUL, leaves out
//     events without data, splits lines by rules of its own, delivers an event
//     that was cut off, and ends at an event larger than its buffer: a parser
//     of ours reads the stream first (body) and wraps each event so that the
//     library can only pass it on (tunnel).
//   - It takes a context's end for the end of the stream: the reason is kept
//     by body.
type client struct {
	feed        *live.Feed
	secrets     *live.Secrets
	lastEventID string
	agent       string
	max         func() int
	dial        dialer

	opened  func(status int)     // the answer is a stream
	read    func(n int)          // bytes came
	comment func()               // a comment came
	retry   func(ms int64)       // a reconnection time came
	over    func()               // an event went over the limit
	server  func(epoch string)   // the server is a Signalbox; may be nil
	item    func(item) (ok bool) // something came; false ends the attempt

	trace  trace
	body   *body
	status atomic.Int32
}

// run returns when the stream has ended, or could not be opened, or ctx has
// ended; with the reason.
func (c *client) run(ctx context.Context) *ending {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	lib := sse.NewClient(c.feed.URL, sse.ClientMaxBufferSize(4*smallItem))
	lib.ReconnectStrategy = &backoff.StopBackOff{}
	lib.Connection = &http.Client{Transport: door{c}}
	lib.ResponseValidator = func(*sse.Client, *http.Response) error { return nil } // door has judged it
	var tunnel tunnel
	c.body = &body{tunnel: &tunnel}
	full := false
	err := lib.SubscribeRawWithContext(ctx, func(e *sse.Event) {
		it := tunnel.item(e)
		if full {
			return // nothing may follow what was not taken
		}
		if !c.item(it) {
			full = true
			cancel(endClosed)
		}
	})
	if cause := context.Cause(ctx); cause != nil {
		if e, ok := errors.AsType[*ending](cause); ok {
			return e
		}
		return endClosed
	}
	if err == nil {
		err = c.body.err
	}
	if err == nil {
		err = io.EOF
	}
	scheme, _, _ := strings.Cut(c.feed.URL, ":")
	step := c.trace.step()
	return adviseScheme(explain(err, host(c.feed.URL), step), strings.ToLower(scheme), step).clipped()
}

// A door is what the library goes through to the network.
type door struct{ *client }

// RoundTrip makes the real request, follows redirects, and judges the answer.
func (d door) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := httptrace.WithClientTrace(r.Context(), d.trace.hooks())
	real, err := newRequest(ctx, d.feed, d.secrets, d.lastEventID, d.agent)
	if err != nil {
		return nil, err
	}
	inner := &http.Client{Transport: &hostTransport{feed: d.feed, dial: d.dial}, CheckRedirect: redirector(d.feed)}
	res, err := inner.Do(real)
	if err != nil {
		if res != nil {
			d.status.Store(int32(res.StatusCode))
		}
		return nil, err
	}
	d.status.Store(int32(res.StatusCode))
	if e := judge(res); e != nil {
		res.Body.Close()
		return nil, e
	}
	src, err := decoded(res)
	if err != nil {
		res.Body.Close()
		return nil, err
	}
	d.trace.opened()
	d.opened(res.StatusCode)
	p := newParser(d.lastEventID, d.max)
	p.comment, p.retry, p.over = d.comment, d.retry, d.over
	if d.server != nil {
		p.server = d.server
	}
	d.body.src, d.body.parser, d.body.read = src, p, d.read
	res.Body = d.body
	return res, nil
}

// decoded returns the body of the answer. Some servers compress although they
// were asked not to.
func decoded(res *http.Response) (io.ReadCloser, error) {
	// Names of codings are compared without case (RFC 9110, 8.4.1).
	switch encoding := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return res.Body, nil
	case "gzip", "x-gzip":
		return &unzipper{src: res.Body}, nil
	default:
		return nil, because("encoding", "The server compresses the stream by %q, although it was asked not to.", encoding).
			advise("Switch compression off for this address at the server or the proxy before it.")
	}
}

// An unzipper reads gzip. Its header is read with the first bytes, not
// before: until then the server may be silent for long.
type unzipper struct {
	src io.ReadCloser
	gz  *gzip.Reader
}

func (u *unzipper) Read(b []byte) (n int, err error) {
	if u.gz == nil {
		u.gz, err = gzip.NewReader(u.src)
	}
	if err == nil {
		n, err = u.gz.Read(b)
	}
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		err = because("encoding", "What the server sends as gzip is none.")
	}
	return n, err
}

func (u *unzipper) Close() error { return u.src.Close() }
