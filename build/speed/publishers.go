package main

import (
	"bytes"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// publishers publish from many connections at once, each waiting for its
// answer before it goes on.
type publishers struct {
	acknowledged atomic.Int64
	stop         atomic.Bool
	wg           sync.WaitGroup
	mu           sync.Mutex
	err          error
}

// publish starts n connections; with a rate, they share so many events a
// second. With ids each event has an id of its own.
func publish(addr string, n, rate int, ids bool) (*publishers, error) {
	p := &publishers{}
	for i := range n {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return nil, err
		}
		p.wg.Go(func() {
			defer conn.Close()
			if err := p.one(conn, i, n, rate, ids); err != nil {
				p.mu.Lock()
				p.err = err
				p.mu.Unlock()
			}
		})
	}
	return p, nil
}

func (p *publishers) one(conn net.Conn, i, n, rate int, ids bool) error {
	query := ""
	if ids {
		query = "?id=" + idDigits
	}
	request := append([]byte("POST /channels/bench/messages"+query+" HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 200\r\n\r\n"), payload(0)...)
	id := request[bytes.Index(request, []byte(query))+len("?id="):][:len(idDigits)]
	stamp := request[len(request)-stampSize-1 : len(request)-1]
	answer := make([]byte, 0, 4096)
	var period time.Duration
	due := time.Now()
	if rate > 0 {
		period = time.Duration(n) * time.Second / time.Duration(rate)
		due = due.Add(period * time.Duration(i) / time.Duration(n))
	}
	for k := uint64(i); !p.stop.Load(); k += uint64(n) {
		if ids { // scattered, as those that publishers make are
			copy(id, fmt.Appendf(nil, "%016x", k*0x9E3779B97F4A7C15))
		}
		if rate > 0 {
			time.Sleep(time.Until(due))
			due = due.Add(period)
		}
		copy(stamp, strconv.AppendInt(stamp[:0:0], time.Now().UnixNano(), 10))
		if _, err := conn.Write(request); err != nil {
			return err
		}
		if err := readAnswer(conn, answer); err != nil {
			return err
		}
		p.acknowledged.Add(1)
	}
	return nil
}

// idDigits is as long as an id.
const idDigits = "0000000000000000"

// readAnswer reads one answer to its end.
func readAnswer(conn net.Conn, b []byte) error {
	for {
		n, err := conn.Read(b[len(b):cap(b)])
		if err != nil {
			return err
		}
		b = b[:len(b)+n]
		head := bytes.Index(b, []byte("\r\n\r\n"))
		if head < 0 {
			continue
		}
		if !bytes.HasPrefix(b, []byte("HTTP/1.1 201")) {
			return fmt.Errorf("answered %q", b)
		}
		length := 0
		const name = "Content-Length: "
		if i := bytes.Index(b[:head], []byte(name)); i >= 0 {
			for _, c := range b[i+len(name) : head] {
				if c < '0' || c > '9' {
					break
				}
				length = length*10 + int(c-'0')
			}
		}
		if len(b) >= head+4+length {
			return nil
		}
	}
}

// end ends it and returns the first error.
func (p *publishers) end() error {
	p.stop.Store(true)
	p.wg.Wait()
	return p.err
}
