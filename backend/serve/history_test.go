package serve

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"signalbox/backend/serve/history"
)

func TestPagesOfOthersKeepNoScreenWaitingAndShareTheMemory(t *testing.T) {
	s := start(t, nil)
	data := strings.Repeat("x", 4<<20)
	for range 7 {
		s.publish("x", data)
	}
	// Each asks for 28 MB and takes nothing.
	var stopped []net.Conn
	for range 6 {
		conn := s.dial()
		if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, "GET /messages HTTP/1.1\r\nHost: localhost\r\n\r\n")
		stopped = append(stopped, conn)
	}
	// Some are answered, as many as there is room for, and hold their answers.
	await(t, 30*time.Second, "no room for another", func() bool { return s.history.MemoryInUse() > history.MaxMemory/2 && s.readers.InUse() == 0 })
	for range 20 {
		if used := s.history.MemoryInUse(); used > history.MaxMemory {
			t.Fatalf("%d bytes of pages are held", used)
		}
		if w := s.window("GET", "/messages?limit=1&preview=10"); w.Code != 200 {
			t.Errorf("the window: %d", w.Code)
		}
		if resp, text := s.do("GET", "/messages?limit=1&preview=10", "", "Authorization", "Bearer "+testToken); resp.StatusCode != 200 {
			t.Errorf("a screen: %s %s", resp.Status, text)
		}
	}
	for path, status := range map[string]int{"/messages": 503, "/messages/" + s.position(1): 503, "/messages?preview=10": 200, "/healthz": 200} {
		resp, text := s.do("GET", path, "")
		if resp.StatusCode != status || status == 503 && (!strings.Contains(text, "busy_pages") || resp.Header.Get("Retry-After") == "") {
			t.Errorf("%s: %s %.100s", path, resp.Status, text)
		}
	}
	for _, conn := range stopped {
		conn.Close()
	}
	await(t, 30*time.Second, "nothing is held", func() bool { return s.history.MemoryInUse() == 0 })
	var readers []func()
	for range history.MaxReaders {
		release, err := s.readers.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		readers = append(readers, release)
	}
	for path, status := range map[string]int{"/messages?preview=10": 503, "/sse": 503, "/events/x": 200} {
		if status == 200 {
			s.open(t.Context(), path)
		} else if resp, text := s.do("GET", path, ""); resp.StatusCode != status || !strings.Contains(text, "busy_pages") {
			t.Errorf("%s: %s %.100s", path, resp.Status, text)
		}
	}
	if resp, _ := s.do("GET", "/messages?limit=1", "", "Authorization", "Bearer "+testToken); resp.StatusCode != 200 {
		t.Errorf("a screen: %s", resp.Status)
	}
	for _, release := range readers {
		release()
	}
	if resp, _ := s.do("GET", "/messages?limit=1", ""); resp.StatusCode != 200 {
		t.Errorf("afterwards: %s", resp.Status)
	}
}
