package serve

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/backend/serve/httpapi"
)

// begin sends the head of a publish and a part of its body.
func (r *running) begin(channel string, body []byte, part int) net.Conn {
	r.t.Helper()
	conn := r.dial()
	fmt.Fprintf(conn, "POST /channels/%s/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", channel, len(body))
	if _, err := conn.Write(body[:part]); err != nil {
		r.t.Fatal(err)
	}
	return conn
}

func TestBodiesTogetherTakeNoMoreThanTheirBudget(t *testing.T) {
	const most = 1 << 20
	s := start(t, func(c *Config) { c.MaxBodies = most })
	large, middle, small := bytes.Repeat([]byte("l"), 900_000), strings.Repeat("m", 300_000), strings.Repeat("s", httpapi.Unbudgeted)
	slow := s.begin("x", large, 1000)
	await(t, 10*time.Second, "the first is being read", func() bool { return s.bodies.Reserved() == int64(len(large)) })
	for _, body := range []io.Reader{strings.NewReader(middle), io.MultiReader(strings.NewReader(middle))} { // with a length and without
		begun := time.Now()
		resp, err := http.Post(s.url+"/channels/x/messages", "text/plain", body)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 503 || !strings.Contains(string(text), "busy_bodies") || resp.Header.Get("Retry-After") == "" || err != nil {
			t.Errorf("%s %s %v", resp.Status, text, err)
		}
		if d := time.Since(begun); d < httpapi.BudgetWait {
			t.Errorf("refused after %v", d)
		}
	}
	s.publish("x", small)                                                      // goes its own way
	want[receiptJSON](s, 201, "POST", "/channels/x/messages", `{"data":"hi"}`) // so does this

	// One that waits gets its turn when the first has come to its end.
	waiting := make(chan int, 1) // one answer
	go func() {
		resp, err := http.Post(s.url+"/channels/x/messages", "text/plain", strings.NewReader(middle))
		if err != nil {
			t.Error(err)
			waiting <- 0
			return
		}
		resp.Body.Close()
		waiting <- resp.StatusCode
	}()
	if _, err := slow.Write(large[1000:]); err != nil {
		t.Fatal(err)
	}
	if resp, err := http.ReadResponse(bufio.NewReader(slow), nil); err != nil || resp.StatusCode != 201 {
		t.Fatal(resp, err)
	}
	if status := <-waiting; status != 201 {
		t.Errorf("the one that waited: %d", status)
	}

	// One that is cut off gives its room back, and one that is larger than the
	// budget goes alone.
	s.begin("x", large, 1000).Close()
	s.publish("x", strings.Repeat("x", 3*most))
	await(t, 10*time.Second, "nothing is in use", func() bool { return s.bodies.Reserved() == 0 })
}

func TestManyLargeBodiesTakeTurns(t *testing.T) {
	const most, size, senders = 2 << 20, 700_000, 12
	s := start(t, func(c *Config) { c.MaxBodies = most })
	body := strings.Repeat("x", size)
	stop, peak := make(chan struct{}), make(chan int64, 1) // one result
	go func() {
		var highest int64
		for {
			highest = max(highest, s.bodies.Reserved())
			select {
			case <-stop:
				peak <- highest
				return
			default:
				time.Sleep(100 * time.Microsecond)
			}
		}
	}()
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			resp, err := http.Post(s.url+"/channels/x/messages", "text/plain", strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
			if resp.StatusCode != 201 {
				t.Errorf("%s", resp.Status)
			}
		})
	}
	wg.Wait()
	close(stop)
	if got := <-peak; got > most || got < size {
		t.Errorf("%d bytes in memory at the same time", got)
	}
}
