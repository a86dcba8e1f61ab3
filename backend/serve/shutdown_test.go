package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// An outcome is what one publisher knows of its messages.
type outcome struct{ acknowledged, refused, unknown []string }

// publishUntilRefused publishes one message after the other on connections of
// its own until nobody listens any more.
func (r *running) publishUntilRefused(who int, said *atomic.Int64) (o outcome) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for n := 0; ; n++ {
		data := fmt.Sprintf("%d/%d", who, n)
		res, err := client.Post(r.url+"/channels/x/messages", "text/plain", strings.NewReader(data))
		if opErr, ok := errors.AsType[*net.OpError](err); ok && opErr.Op == "dial" {
			return o
		}
		status := 0
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			status = res.StatusCode
			res.Body.Close()
		}
		switch {
		case err != nil:
			o.unknown = append(o.unknown, data)
		case status == http.StatusCreated:
			o.acknowledged = append(o.acknowledged, data)
			said.Add(1)
		case status == http.StatusServiceUnavailable:
			o.refused = append(o.refused, data)
		default:
			r.t.Errorf("%s was answered with %d", data, status)
			return o
		}
	}
}

func TestEndingUnderLoadNobodyIsLeftWithoutAnAnswer(t *testing.T) {
	const publishers, subscribers = 64, 100
	dir := t.TempDir()
	j := openJournal(t, dir)
	s := start(t, func(c *Config) { c.Journal, c.Retry = j, 2*time.Second })
	streams := make([]*reader, subscribers)
	for i := range streams {
		streams[i] = s.open(t.Context(), "/events/x")
	}
	read := make([]int64, subscribers) // messages
	var readers, writers sync.WaitGroup
	for i, rd := range streams {
		readers.Go(func() {
			for {
				if _, err := rd.next(); err == io.EOF {
					return
				} else if err != nil {
					t.Errorf("a stream did not end, it broke: %v", err)
					return
				}
				read[i]++
			}
		})
	}
	var said atomic.Int64
	outcomes := make([]outcome, publishers)
	for i := range outcomes {
		writers.Go(func() { outcomes[i] = s.publishUntilRefused(i, &said) })
	}
	for said.Load() < 2000 {
		moved, _ := j.Changed()
		<-moved
	}
	begun := time.Now()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begun)
	writers.Wait()
	readers.Wait()
	if took > shutdownTime {
		t.Errorf("it took %v to end", took)
	}
	last := j.Last()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if db.Last() != last {
		t.Errorf("it ended at %d and goes on at %d: that was no clean end", last, db.Last())
	}
	stored := make(map[string]bool)
	for after := int64(0); after < last; {
		ms, through, err := db.Read(t.Context(), nil, after, last, 5000, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms {
			stored[m.Data] = true
		}
		after = through
	}
	n, unknown := 0, 0
	for _, o := range outcomes {
		for _, data := range o.acknowledged {
			if n++; !stored[data] {
				t.Errorf("%s was acknowledged and is not there", data)
			}
		}
		// A connection may be closed while a request is on its way to it. Then
		// nothing was begun: whatever was begun has its answer.
		for _, data := range append(o.refused, o.unknown...) {
			if unknown++; stored[data] {
				t.Errorf("%s is there, and its publisher was not told", data)
			}
		}
	}
	if n != len(stored) {
		t.Errorf("%d acknowledged, %d stored", n, len(stored))
	}
	quarters := make(map[int64]int)
	for _, rd := range streams {
		if rd.retry < 2000 || rd.retry > 5000 {
			t.Errorf("told to come back after %d ms", rd.retry)
		}
		quarters[(rd.retry-2000)*4/3001]++
	}
	if len(quarters) < 4 {
		t.Errorf("clients come back all at once: %v", quarters)
	}
	t.Logf("ended in %v; %d acknowledged, %d without an answer and not there", took, n, unknown)
}

func TestAReaderThatHasStoppedHoldsTheEndUpForMomentsOnly(t *testing.T) {
	inBubble(t, func(c *Config) { c.WriteTimeout = time.Hour }, func(t *testing.T, s *running, client *http.Client) {
		conn, err := client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		go io.WriteString(conn, "GET /events/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
		synctest.Wait()
		// It has read the beginning, and nothing since.
		if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		good, stop := s.follow(client, "/events/x")
		defer stop()
		if _, err := s.publishDraft(context.Background(), "x", live.Draft{Data: "m"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		begun := time.Now()
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		// A moment more than a write may take: net/http looks twice a second.
		if d := time.Since(begun); d > 3*time.Second+time.Second {
			t.Errorf("it took %v to end", d)
		}
		synctest.Wait()
		if text := good.text(); strings.Count(text, "retry: ") != 2 {
			t.Errorf("the other reader was not told when to come back: %q", text)
		}
	})
}
