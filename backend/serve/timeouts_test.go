package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/serve/httpapi"
)

// trickle sends text a byte at a time with a pause between, until the server
// closes the connection, and returns how long that took and what it answered.
// It needs the time of a bubble.
func trickle(t *testing.T, client *http.Client, head, text string, pause time.Duration) (time.Duration, string) {
	t.Helper()
	conn, err := client.Transport.(*http.Transport).DialContext(context.Background(), "tcp", "")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	begun := time.Now()
	var took time.Duration
	reply := make(chan string, 1) // one answer
	go func() {
		b, err := io.ReadAll(conn)
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			t.Error(err)
		}
		took = time.Since(begun)
		reply <- string(b)
	}()
	if _, err := io.WriteString(conn, head); err != nil {
		t.Fatal(err)
	}
	for i := range len(text) {
		time.Sleep(pause)
		if _, err := conn.Write([]byte{text[i]}); err != nil {
			break // it was closed
		}
	}
	got := <-reply
	return took, got
}

func TestAHeadThatTricklesInIsNotWaitedFor(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *running, client *http.Client) {
		head := "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + strings.Repeat("x", 1000)
		took, _ := trickle(t, client, "", head, time.Second)
		if took < headerTime || took > headerTime+2*time.Second {
			t.Errorf("it was closed after %v, want %v", took, headerTime)
		}
		// One that says nothing at all, and one that says nothing more.
		if took, _ = trickle(t, client, "", "", 0); took != headerTime {
			t.Errorf("a silent one was closed after %v, want %v", took, headerTime)
		}
		took, answer := trickle(t, client, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "", 0)
		if !strings.HasPrefix(answer, "HTTP/1.1 200 OK") || took != idleTime {
			t.Errorf("an idle one was closed after %v, want %v: %q", took, idleTime, answer)
		}
	})
}

func TestABodyThatTricklesInIsNotWaitedFor(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *running, client *http.Client) {
		for _, path := range []string{"/channels/x/messages", "/api/session"} {
			for _, form := range []string{"application/json", "application/x-www-form-urlencoded"} {
				head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n", path, form)
				took, answer := trickle(t, client, head, strings.Repeat(" ", 900), time.Second)
				if took > httpapi.BodyTime+10*time.Second {
					t.Errorf("%s as %s: it was closed after %v, want %v", path, form, took, httpapi.BodyTime)
				}
				if strings.HasPrefix(answer, "HTTP/1.1 2") {
					t.Errorf("%s as %s: %q", path, form, answer)
				}
			}
		}
		if s.journal.Last() != 0 {
			t.Error("half a message was published")
		}
	})
}

func TestABodyForWhatTakesNoneHoldsNothing(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *running, client *http.Client) {
		for _, path := range []string{"/healthz", "/nothing", "/api/state"} {
			head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", path)
			if took, answer := trickle(t, client, head, strings.Repeat(" ", 900), time.Second); took > httpapi.BodyTime+10*time.Second {
				t.Errorf("%s was held for %v: %.100q", path, took, answer)
			}
		}
	})
}

func TestManySlowOnesKeepNobodyOut(t *testing.T) {
	inBubble(t, func(c *Config) { c.MaxConnections = 50 }, func(t *testing.T, s *running, client *http.Client) {
		var slow []net.Conn
		for range 50 {
			conn, err := client.Transport.(*http.Transport).DialContext(context.Background(), "tcp", "")
			if err != nil {
				t.Fatal(err)
			}
			slow = append(slow, conn)
		}
		ask := func() int {
			resp, err := client.Get(s.url + "/messages")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			return resp.StatusCode
		}
		if status := ask(); status != 503 {
			t.Errorf("above the limit: %d", status)
		}
		time.Sleep(headerTime + time.Second)
		synctest.Wait()
		if status := ask(); status != 200 {
			t.Errorf("after the slow ones were closed: %d", status)
		}
		for _, conn := range slow {
			conn.Close()
		}
	})
}
