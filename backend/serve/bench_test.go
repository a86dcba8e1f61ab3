package serve

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/publish"
	"signalbox/backend/sqlite"
)

// BenchmarkPublishing publishes over HTTP from 64 connections; each waits for
// its answer, and so for the commit, before it goes on.
func BenchmarkPublishing(b *testing.B) {
	for _, subscribers := range []int{0, 10} {
		b.Run(fmt.Sprintf("subscribers=%d", subscribers), func(b *testing.B) { benchPublishing(b, subscribers) })
	}
}

func benchPublishing(b *testing.B, subscribers int) {
	const connections = 64
	store, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	j, err := journal.Open(b.Context(), store, journal.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	s := New(Config{Journal: j, Feeds: &fakeFeeds{}, Samples: &fakeSamples{}, Publish: publish.New(j, publish.Limits{CreateChannels: true}), Log: slog.New(slog.DiscardHandler)})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go s.Serve(b.Context(), l)
	dial := func(request string) net.Conn {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.WriteString(conn, request); err != nil {
			b.Fatal(err)
		}
		return conn
	}
	for range subscribers {
		conn := dial("GET /events/bench HTTP/1.1\r\nHost: localhost\r\n\r\n")
		defer conn.Close()
		go io.Copy(io.Discard, conn)
	}
	body := `{"event":"order.paid","data":{"order":70012,"total":12.5,"note":"a message of about a hundred bytes, as many are"}}`
	request := "POST /channels/bench/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
		strconv.Itoa(len(body)) + "\r\n\r\n" + body
	var left atomic.Int64
	left.Store(int64(b.N))
	done := make(chan error, connections)
	begun := time.Now()
	b.ResetTimer()
	for range connections {
		go func() { done <- publishAway(dial(""), request, &left) }()
	}
	for range connections {
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
	b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "messages/s")
}

// publishAway publishes one after the other on a connection while any is left.
func publishAway(conn net.Conn, request string, left *atomic.Int64) error {
	defer conn.Close()
	sent, answer := []byte(request), make([]byte, 1024)
	for left.Add(-1) >= 0 {
		if _, err := conn.Write(sent); err != nil {
			return err
		}
		n := 0
		for !bytes.HasSuffix(answer[:n], []byte("}\n")) {
			k, err := conn.Read(answer[n:])
			if err != nil {
				return fmt.Errorf("%w after %q", err, answer[:n])
			}
			n += k
		}
		if !bytes.HasPrefix(answer, []byte("HTTP/1.1 201 ")) {
			return fmt.Errorf("answered %q", answer[:n])
		}
	}
	return nil
}
