// Command bench is the load that Signalbox is measured with. It publishes as
// fast as it is told to, from many connections at once, and prints what was
// acknowledged; or it is a remote server with a stream of a given rate.
//
// It publishes with HTTP/1.1 written and read by hand: on a machine with two
// cores a full client would be measured with the server.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A run is one load and what came of it.
type run struct {
	addr        string
	channels    int
	connections int
	size        int
	count       int64         // messages in all
	rate        int64         // a second; 0 for as many as possible (publish only)
	limit       time.Duration // after which it ends whatever was sent

	began time.Time
	taken atomic.Int64 // messages that a connection has taken on itself
}

func main() {
	var r run
	flag.StringVar(&r.addr, "addr", "127.0.0.1:4480", "where Signalbox listens")
	flag.IntVar(&r.channels, "channels", 1, "spread over bench0, bench1, …")
	flag.IntVar(&r.connections, "connections", 64, "connections at once, each with one message on its way")
	flag.IntVar(&r.size, "size", 200, "bytes of data of a message")
	flag.Int64Var(&r.count, "count", 1<<62, "messages in all")
	flag.Int64Var(&r.rate, "rate", 0, "messages a second; 0 for as many as possible")
	flag.DurationVar(&r.limit, "for", 10*time.Minute, "how long at most")
	serve := flag.Bool("serve", false, "be a server whose stream has that rate, instead of publishing")
	flag.Parse()
	work := r.publish
	if *serve {
		work = r.stream
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// publish runs the load and prints it as one line of JSON.
func (r *run) publish() error {
	r.began = time.Now()
	delays := make([][]time.Duration, r.connections)
	errs := make([]error, r.connections)
	var wg sync.WaitGroup
	for i := range r.connections {
		wg.Go(func() { delays[i], errs[i] = r.connection() })
	}
	wg.Wait()
	took := time.Since(r.began)
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	all := slices.Concat(delays...)
	if len(all) == 0 {
		return fmt.Errorf("nothing was acknowledged")
	}
	slices.Sort(all)
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"acknowledged": len(all),
		"seconds":      took.Seconds(),
		"rate":         float64(len(all)) / took.Seconds(),
		"p50_ms":       ms(all[len(all)/2]),
		"p99_ms":       ms(all[len(all)*99/100]),
		"max_ms":       ms(all[len(all)-1]),
	})
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// connection publishes one message after the other, each after the answer to
// the one before, and returns how long each took.
func (r *run) connection() ([]time.Duration, error) {
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	var delays []time.Duration
	var request bytes.Buffer
	for {
		n := r.taken.Add(1) - 1
		if n >= r.count || time.Since(r.began) > r.limit {
			return delays, nil
		}
		if r.rate > 0 {
			due := r.began.Add(time.Duration(n) * time.Second / time.Duration(r.rate))
			time.Sleep(time.Until(due))
		}
		r.write(&request, n)
		sent := time.Now()
		if _, err := conn.Write(request.Bytes()); err != nil {
			return nil, err
		}
		if err := created(in); err != nil {
			return nil, err
		}
		delays = append(delays, time.Since(sent))
	}
}

// write puts the request for message n into b.
func (r *run) write(b *bytes.Buffer, n int64) {
	body := fmt.Sprintf(`{"order":%d,"state":"paid","total":%d.%02d,"note":"`, 70000+n, n%500, n%100)
	body += strings.Repeat("x", max(0, r.size-len(body)-2)) + `"}`
	b.Reset()
	fmt.Fprintf(b, "POST /channels/bench%d/messages?event=order.paid HTTP/1.1\r\nHost: %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s",
		n%int64(r.channels), r.addr, len(body), body)
}

// created reads one answer, which must be 201.
func created(in *bufio.Reader) error {
	status, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	length := -1
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		if name, value, _ := strings.Cut(string(line), ":"); strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("an answer without a length: %s", strings.TrimSpace(status))
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(in, body); err != nil {
		return err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 201") {
		return fmt.Errorf("%s: %s", strings.TrimSpace(status), body)
	}
	return nil
}
