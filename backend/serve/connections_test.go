package serve

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTooManyConnectionsAreTurnedAwayButAMonitorIsAnswered(t *testing.T) {
	s := start(t, func(c *Config) { c.MaxConnections = 2 })
	first, second := s.open(t.Context(), "/events/x"), s.open(t.Context(), "/events/x")
	http.DefaultClient.CloseIdleConnections()
	for range 2 {
		for path, status := range map[string]int{"/messages": 503, "/": 503, "/events/x": 503, "/healthz": 200, "/metrics": 200} {
			resp, text := s.do("GET", path, "")
			if resp.StatusCode != status || !resp.Close {
				t.Errorf("%s: %s, closed: %v", path, resp.Status, resp.Close)
			}
			if status == 503 && (!strings.Contains(text, "too_many_connections") || resp.Header.Get("Retry-After") == "") {
				t.Errorf("%s: %s %v", path, text, resp.Header)
			}
		}
	}
	first.close()
	second.close()
	await(t, 10*time.Second, "room for others", func() bool {
		resp, _ := s.do("GET", "/messages", "")
		return resp.StatusCode == 200
	})
}

// speak sends a request on a connection and returns the answer's status.
func speak(t *testing.T, conn net.Conn, request string) int {
	t.Helper()
	if _, err := io.WriteString(conn, request+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Content-Type") != "text/event-stream" {
		io.Copy(io.Discard, resp.Body)
	}
	return resp.StatusCode
}

func TestStreamsLeaveConnectionsToShortRequests(t *testing.T) {
	const most = 32
	s := start(t, func(c *Config) { c.MaxConnections = most })
	var streams []net.Conn
	for range most - most/8 {
		conn := s.dial()
		if status := speak(t, conn, "GET /events/x"); status != 200 {
			t.Fatalf("stream %d: %d", len(streams), status)
		}
		streams = append(streams, conn)
	}
	for _, path := range []string{"/events/x", "/events", "/sse"} {
		resp, text := s.do("GET", path, "")
		if resp.StatusCode != 503 || !strings.Contains(text, "too_many_streams") || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %s %s", path, resp.Status, text)
		}
	}
	if got := s.publish("x", "hello"); got.Clients != len(streams) {
		t.Errorf("%+v", got)
	}
	if resp, _ := s.do("GET", "/", "", "Authorization", "Bearer "+testToken); resp.StatusCode != 200 {
		t.Errorf("the dashboard: %s", resp.Status)
	}
	streams[0].Close()
	await(t, 10*time.Second, "room for another stream", func() bool { return speak(t, s.dial(), "GET /events/x") == 200 })
}

func TestConnectionsWithoutARequestMakeRoomForOthers(t *testing.T) {
	s := start(t, func(c *Config) { c.MaxConnections = 8 })
	stream := s.dial()
	speak(t, stream, "GET /events/x")
	for i := range 7 {
		if status := speak(t, s.dial(), "GET /messages"); status != 200 {
			t.Fatalf("connection %d: %d", i, status)
		}
	}
	await(t, 10*time.Second, "room for others", func() bool { return speak(t, s.dial(), "GET /messages") == 200 })
	// The stream was not in the way.
	fmt.Fprint(s.dial(), "POST /channels/x/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello")
	in := bufio.NewReader(stream)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "data: hello\n" {
			return
		}
	}
}
