package serve

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"signalbox/backend/live"

	"signalbox/backend/serve/httpapi"
)

// startTLS returns a server behind TLS and a client for each protocol.
func startTLS(t *testing.T, with func(*Config)) (s *running, clients map[string]*http.Client) {
	t.Helper()
	other := httptest.NewTLSServer(http.NotFoundHandler()) // only for its certificate
	t.Cleanup(other.Close)
	s = start(t, func(c *Config) {
		c.TLS = &tls.Config{Certificates: other.TLS.Certificates}
		if with != nil {
			with(c)
		}
	})
	s.url = "https" + strings.TrimPrefix(s.url, "http")
	roots := other.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	clients = map[string]*http.Client{}
	for _, name := range []string{"HTTP/1.1", "HTTP/2.0"} {
		p := new(http.Protocols)
		p.SetHTTP1(name == "HTTP/1.1")
		p.SetHTTP2(name == "HTTP/2.0")
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, Protocols: p}
		t.Cleanup(transport.CloseIdleConnections)
		clients[name] = &http.Client{Transport: transport}
	}
	return s, clients
}

// subscribeWith subscribes with a client of its own.
func (r *running) subscribeWith(c *http.Client, path string) (*reader, *http.Response) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), "GET", r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	rd := &reader{t: r.t, in: bufio.NewReader(resp.Body), body: resp.Body, head: resp.Header, retry: -1}
	r.t.Cleanup(rd.close)
	return rd, resp
}

func TestBehindTLSBothProtocolsCarryEachMessageAsItComes(t *testing.T) {
	s, clients := startTLS(t, nil)
	for name, c := range clients {
		t.Run(name, func(t *testing.T) {
			rd, resp := s.subscribeWith(c, "/events/x")
			if resp.StatusCode != 200 || resp.Proto != name {
				t.Fatalf("%s %s", resp.Proto, resp.Status)
			}
			if closes := resp.Close || resp.Header.Get("Connection") != ""; closes != (name == "HTTP/1.1") {
				t.Errorf("the connection ends with the stream: %v", closes)
			}
			// The answer to one is read before the next is published, so nothing
			// pushes a message out but its own flush.
			for i := range 20 {
				m, err := c.Post(s.url+"/channels/x/messages", "text/plain", strings.NewReader(fmt.Sprint(i)))
				if err != nil {
					t.Fatal(err)
				}
				m.Body.Close()
				if m.StatusCode != 201 || m.Proto != name {
					t.Fatalf("%s %s", m.Proto, m.Status)
				}
				rd.want("message", "*", fmt.Sprint(i))
			}
			w := s.window("GET", "/api/clients")
			if !strings.Contains(w.Body.String(), `"protocol":"`+name+`"`) {
				t.Errorf("the list of clients: %s", w.Body)
			}
			if w := s.window("GET", "/api/state"); !strings.Contains(w.Body.String(), `"url":"https://127.0.0.1:`) {
				t.Errorf("the state: %s", w.Body)
			}
		})
	}
}

func TestBehindTLSAClientCanTellTheEndOfAStreamFromACut(t *testing.T) {
	s, _ := startTLS(t, nil)
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET /events/x HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	s.streams.Shutdown()
	// Without a close_notify the error is io.ErrUnexpectedEOF.
	if rest, err := io.ReadAll(in); err != nil || !bytes.Contains(rest, []byte("retry: ")) {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestManyStreamsShareOneConnectionOfHTTP2(t *testing.T) {
	s, clients := startTLS(t, func(c *Config) { c.MaxConnections = 1 })
	c := clients["HTTP/2.0"]
	var readers []*reader
	for range 40 {
		rd, _ := s.subscribeWith(c, "/events/x")
		readers = append(readers, rd)
	}
	// One that ends, or was refused a body, does not take the others along.
	readers[0].close()
	big, err := c.Post(s.url+"/api/session", "application/json", strings.NewReader(strings.Repeat("x", httpapi.MaxObject+1)))
	if err != nil {
		t.Fatal(err)
	}
	big.Body.Close()
	if big.StatusCode != 413 {
		t.Errorf("a body that is too large: %s", big.Status)
	}
	m, err := c.Post(s.url+"/channels/x/messages", "text/plain", strings.NewReader("one"))
	if err != nil {
		t.Fatal(err)
	}
	m.Body.Close()
	for _, rd := range readers[1:] {
		rd.want("message", "*", "one")
	}
}

func TestAReaderThatStoppedIsCutOffOverBothProtocols(t *testing.T) {
	s, clients := startTLS(t, func(c *Config) { c.WriteTimeout = 200 * time.Millisecond })
	for _, c := range clients {
		s.subscribeWith(c, "/events/x") // and never reads
	}
	alive, _ := s.subscribeWith(clients["HTTP/2.0"], "/events/x?type=small")
	if n := s.Clients(); n != 3 {
		t.Fatalf("%d clients", n)
	}
	data := strings.Repeat("x", 1<<20)
	for range 24 { // more than any buffer between them holds
		want[receiptJSON](onWindow(s), 201, "POST", "/channels/x/messages", data, "Content-Type", "text/plain")
	}
	await(t, 20*time.Second, "those that do not read are cut off", func() bool { return s.Clients() == 1 })
	want[receiptJSON](onWindow(s), 201, "POST", "/channels/x/messages", `{"event":"small","data":"on"}`)
	alive.want("small", "*", "on")
}

// A stream that is not read fills its own window. Here the windows are as
// large as they can be, and it is the connection under them that stands still.
func TestAConnectionOfHTTP2ThatIsNotReadAtAllIsClosed(t *testing.T) {
	s, _ := startTLS(t, func(c *Config) { c.WriteTimeout = 300 * time.Millisecond })
	raw, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), &tls.Config{NextProtos: []string{"h2"}, InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	const window = 1<<31 - 1
	var head bytes.Buffer
	fields := hpack.NewEncoder(&head)
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/events/x"}} {
		if err := fields.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}); err != nil {
			t.Fatal(err)
		}
	}
	io.WriteString(raw, http2.ClientPreface)
	framer := http2.NewFramer(raw, nil)
	err = errors.Join(
		framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window}),
		framer.WriteWindowUpdate(0, window-1<<16),
		framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head.Bytes(), EndHeaders: true, EndStream: true}))
	if err != nil {
		t.Fatal(err)
	}
	limit := time.Now().Add(20 * time.Second)
	until := func(clients int, what string, meanwhile func()) {
		t.Helper()
		for s.Clients("x") != clients {
			if time.Now().After(limit) {
				t.Fatal(what)
			}
			meanwhile()
		}
	}
	until(1, "it never subscribed", func() { time.Sleep(time.Millisecond) })
	large := strings.Repeat("x", 1<<20)
	until(0, "it is still connected", func() {
		if _, err := s.publishDraft(t.Context(), "x", live.Draft{Data: large}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestOverTLSTheCookieIsForTLSOnly(t *testing.T) {
	s, clients := startTLS(t, nil)
	for name, c := range clients {
		resp, err := c.Post(s.url+"/api/session", "application/json", strings.NewReader(`{"token":"`+testToken+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if cs := resp.Cookies(); resp.StatusCode != 204 || len(cs) != 1 || !cs[0].Secure || !cs[0].HttpOnly {
			t.Errorf("%s: %s %+v", name, resp.Status, cs)
		}
	}
	plain := start(t, nil)
	resp, _ := plain.do("POST", "/api/session", `{"token":"`+testToken+`"}`, "Content-Type", "application/json")
	if cs := resp.Cookies(); len(cs) != 1 || cs[0].Secure {
		t.Errorf("without TLS, where a browser would not send it back: %+v", cs)
	}
}

func TestBehindTLSTooManyConnectionsGetAReasonToo(t *testing.T) {
	s, clients := startTLS(t, func(c *Config) { c.MaxConnections = 1 })
	s.subscribeWith(clients["HTTP/2.0"], "/events/x")
	other := http.Client{Transport: clients["HTTP/2.0"].Transport.(*http.Transport).Clone()} // with a connection of its own
	for _, c := range []*http.Client{clients["HTTP/1.1"], &other} {
		resp, err := c.Get(s.url + "/messages")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if resp.StatusCode != 503 || !strings.Contains(string(text), "too_many_connections") || err != nil {
			t.Errorf("%s %s %v", resp.Status, text, err)
		}
		if resp, err := c.Get(s.url + "/healthz"); err != nil || resp.StatusCode != 200 {
			t.Errorf("a monitor: %v %v", resp, err)
		}
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	s, _ := startTLS(t, nil)
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11})
	if err == nil {
		conn.Close()
		t.Error("TLS 1.1 was spoken")
	}
}

func TestATLSConnectionThatSaysNothingIsClosed(t *testing.T) {
	if testing.Short() {
		t.Skip("waits out the real limit")
	}
	t.Parallel()
	s, _ := startTLS(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(headerTime + 5*time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}

// onWindow publishes past TLS, which the tests' usual client does not speak.
func onWindow(s *running) *running {
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Window().ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
	}))
	s.t.Cleanup(ts.Close)
	return &running{Server: s.Server, t: s.t, url: ts.URL}
}
