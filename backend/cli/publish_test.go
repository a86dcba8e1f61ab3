//go:build unix

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/node"
	"signalbox/backend/setting"
)

// startNode starts a Signalbox in this process and returns its address.
func startNode(t *testing.T) string {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
	n, err := node.Open(t.Context(), node.Options{DataFolder: t.TempDir(), Settings: setting.Values{setting.Addr: "127.0.0.1:0"}, Assets: page(), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return n.URL()
}

// publish runs the command on these lines and returns what it prints.
func (c publishCommand) lines(t *testing.T, text string) (out, said string, err error) {
	t.Helper()
	c.Channel, c.Lines = "orders", true
	var stdout, stderr bytes.Buffer
	err = c.Run(t.Context(), &Program{Stdin: strings.NewReader(text), Stdout: &stdout, Stderr: &stderr})
	return stdout.String(), stderr.String(), err
}

// The worst moment for a connection to end is behind the commit and before the
// answer: the publisher cannot know that its message is stored.
func TestAMessageWhoseAnswerIsLostIsStoredOnce(t *testing.T) {
	server := startNode(t)
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	var asked atomic.Int64
	way := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch asked.Add(1) % 4 {
		case 1: // stored, and the answer does not arrive
			forward.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case 2: // only the head of it does
			forward.ServeHTTP(httptest.NewRecorder(), r)
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(http.StatusCreated)
			panic(http.ErrAbortHandler)
		case 3: // a proxy is overloaded
			http.Error(w, "", http.StatusServiceUnavailable)
		default:
			forward.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(way.Close)

	for _, c := range []publishCommand{{}, {ID: "7"}, {ID: "7", Again: true}} {
		c.Values, c.Wait = setting.Values{setting.URL: way.URL}, time.Minute
		out, said, err := c.lines(t, "one\ntwo\n")
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if n := strings.Count(out, " stored at an earlier try\n"); n != 2 {
			t.Errorf("%d of 2 lines name an earlier try: %s", n, out)
		}
		if !strings.Contains(said, "Trying again for up to 1m.") {
			t.Errorf("no line announces another try: %s", said)
		}
	}
	if got := history(t, server); got != "one two one two one two" {
		t.Errorf("stored: %s", got)
	}
}

// history returns the data of all messages of the channel.
func history(t *testing.T, server string) string {
	t.Helper()
	res, err := http.Get(server + "/sources/orders/messages")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var page struct{ Messages []struct{ Data string } }
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range page.Messages {
		all = append(all, m.Data)
	}
	return strings.Join(all, " ")
}

func TestARefusedMessageIsNotTriedAgain(t *testing.T) {
	server := startNode(t)
	c := publishCommand{Event: "two\nlines"}
	c.Values, c.Wait = setting.Values{setting.URL: server}, time.Minute
	if _, said, err := c.lines(t, "x"); !errors.Is(err, &live.Error{Code: "bad_event"}) || strings.Contains(said, "Trying again") {
		t.Errorf("%v, and said %q", err, said)
	}
}

func TestAWaitEndsInTime(t *testing.T) {
	var asked atomic.Int64
	full := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error":{"code":"too_many_tries","message":"Too many."}}`))
	}))
	t.Cleanup(full.Close)
	c := publishCommand{}
	c.Values, c.Wait = setting.Values{setting.URL: full.URL}, 30*time.Second
	// A pause that is longer than the time left would only delay the bad news.
	if _, _, err := c.lines(t, "x"); !errors.Is(err, &live.Error{Code: "too_many_tries"}) || asked.Load() != 1 {
		t.Errorf("asked %d times: %v", asked.Load(), err)
	}

	// Nobody answers here.
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // until then net/http does not notice that the client leaves
		<-r.Context().Done()
	}))
	t.Cleanup(silent.Close)
	c.Values, c.Wait = setting.Values{setting.URL: silent.URL}, 300*time.Millisecond
	begun := time.Now()
	if _, _, err := c.lines(t, "x"); !errors.Is(err, &live.Error{Code: "unreachable"}) || time.Since(begun) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(begun))
	}
}
