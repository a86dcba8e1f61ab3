package serve

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// setDeadlines counts how often the deadline for reading is really set.
type setDeadlines struct {
	net.Conn
	n int
}

func (c *setDeadlines) SetReadDeadline(t time.Time) error {
	c.n++
	return c.Conn.SetReadDeadline(t)
}

func TestADeadlineForReadingCanBeMoved(t *testing.T) {
	never := time.Duration(0)
	for _, c := range []struct {
		name  string
		moves []time.Duration // from then on, one a second; 0 for none at all
		ends  time.Duration   // after the first; 0 where it does not
		sets  int
	}{
		{"near", []time.Duration{2 * time.Second}, 2 * time.Second, 1},
		{"far", []time.Duration{time.Minute}, time.Minute, 2},
		{"farther", []time.Duration{10 * time.Second, time.Minute}, time.Minute + time.Second, 2},
		{"nearer", []time.Duration{time.Minute, 2 * time.Second}, 3 * time.Second, 2},
		{"taken away", []time.Duration{10 * time.Second, never}, 0, 2},
		{"there and back", []time.Duration{time.Minute, never, 3 * time.Second, never, time.Minute}, time.Minute + 4*time.Second, 2},
		{"moved in time", []time.Duration{4 * time.Second, 4 * time.Second, 4 * time.Second, 9 * time.Second}, 12 * time.Second, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				defer theirs.Close()
				below := &setDeadlines{Conn: ours}
				conn := &connection{Conn: below, give: func() {}}
				defer conn.Close()
				begun := time.Now()
				ended := make(chan time.Duration, 1) // read once
				go func() {
					_, err := conn.Read(make([]byte, 10))
					if !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Error(err)
					}
					ended <- time.Since(begun)
				}()
				for i, d := range c.moves {
					if i > 0 {
						time.Sleep(time.Second)
					}
					var until time.Time
					if d != never {
						until = time.Now().Add(d)
					}
					if err := conn.SetReadDeadline(until); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(time.Hour)
				if c.ends == 0 {
					select {
					case took := <-ended:
						t.Errorf("it ended after %v", took)
					default:
					}
					// As net/http ends a read that is under way.
					begun = time.Now()
					if err := conn.SetReadDeadline(time.Unix(1, 0)); err != nil {
						t.Fatal(err)
					}
					if took := <-ended; took != 0 {
						t.Errorf("it was ended, but only after %v", took)
					}
					c.sets++
				} else if took := <-ended; took != c.ends {
					t.Errorf("it ended after %v, want %v", took, c.ends)
				}
				if below.n != c.sets {
					t.Errorf("the deadline was set %d times, want %d", below.n, c.sets)
				}
			})
		})
	}
}

// A publish does not watch whether its client is still there. What comes after
// it on the same connection does.
func TestAStreamBehindAPublishNoticesThatItsClientLeft(t *testing.T) {
	r := start(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for range 100 {
		fmt.Fprint(conn, "POST /channels/x/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatal(resp.Status, err)
		}
	}
	fmt.Fprint(conn, "GET /events/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if _, err := http.ReadResponse(answers, nil); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	for end := time.Now().Add(10 * time.Second); r.Clients("x") > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server still counts a client that left")
		}
	}
}
