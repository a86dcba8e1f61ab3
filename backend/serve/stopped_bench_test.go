package serve

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// BenchmarkOneStoppedReaderAmong100 publishes 2,000 messages a second to 99
// readers and one more, which reads as well or has stopped, in turn, and
// reports how much longer the others' 99th percentile is with a stopped one.
func BenchmarkOneStoppedReaderAmong100(b *testing.B) {
	const readers, rounds = 99, 6
	store, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	j, err := journal.Open(b.Context(), store, journal.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	s := New(Config{Journal: j, Feeds: newFakeFeeds(), Samples: &fakeSamples{}, CreateChannels: true, WriteTimeout: time.Hour, Log: slog.New(slog.DiscardHandler)})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go s.Serve(b.Context(), l)
	join := func(query string) net.Conn {
		b.Helper()
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET /events?source=bench"+query+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			b.Fatal(err)
		}
		return conn
	}
	begun := time.Now()
	var mu sync.Mutex
	var delays []time.Duration
	for range readers {
		conn := join("")
		defer conn.Close()
		go measureDelays(conn, begun, func(some []time.Duration) {
			mu.Lock()
			delays = append(delays, some...)
			mu.Unlock()
		})
	}
	pad, ballast := strings.Repeat("x", 180), strings.Repeat("x", 1<<20)
	p99 := func(stopped bool) time.Duration {
		conn := join("&source=ballast")
		defer conn.Close()
		if !stopped {
			go io.Copy(io.Discard, conn)
		}
		for s.Clients() != readers+1 {
			time.Sleep(time.Millisecond)
		}
		// More than the system keeps for a connection, for this one alone: then
		// its handler is stuck in a write before anything is measured.
		for range 16 {
			if _, err := s.post(b.Context(), "ballast", live.Draft{Data: ballast}); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		time.Sleep(time.Second) // what writing that much has left to do
		mu.Lock()
		delays = delays[:0]
		mu.Unlock()
		every := time.NewTicker(time.Millisecond)
		defer every.Stop()
		each := max(b.N/rounds/2, 100)
		for n := range each {
			if n%2 == 0 {
				<-every.C
			}
			if _, err := s.post(b.Context(), "bench", live.Draft{Data: fmt.Sprint(int64(time.Since(begun)), " ", pad)}); err != nil {
				b.Fatal(err)
			}
		}
		for limit := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
			mu.Lock()
			n := len(delays)
			mu.Unlock()
			if n >= each*readers {
				break
			}
			if time.Now().After(limit) {
				b.Fatalf("%d of %d arrived", n, each*readers)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(delays)
		return delays[len(delays)*99/100]
	}
	p99(false) // to warm up
	b.ResetTimer()
	var without, with []time.Duration
	for range rounds {
		without = append(without, p99(false))
		with = append(with, p99(true))
	}
	slices.Sort(without)
	slices.Sort(with)
	a, c := without[rounds/2], with[rounds/2]
	b.ReportMetric(float64(a.Microseconds()), "p99-us")
	b.ReportMetric(float64(c.Microseconds()), "p99-us-stopped")
	b.ReportMetric(float64(c)/float64(a), "ratio")
}

// measureDelays reads a stream whose data begins with the time of publishing.
func measureDelays(conn net.Conn, begun time.Time, took func([]time.Duration)) {
	in := bufio.NewReaderSize(conn, 64<<10)
	var some []time.Duration
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		if rest, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
			text, _, _ := bytes.Cut(rest, []byte(" "))
			if at, err := strconv.ParseInt(string(text), 10, 64); err == nil {
				some = append(some, time.Since(begun)-time.Duration(at))
			}
		}
		if in.Buffered() == 0 && len(some) > 0 {
			took(some)
			some = some[:0]
		}
	}
}
