package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// mark ends the data of each event. It stands nowhere else on the wire, so
// that events are counted by looking for one byte.
const mark = '~'

// stampSize is the length of the time in nanoseconds before the mark.
const stampSize = 19

// payload returns 200 bytes of data that end with a time and the mark.
func payload(ns int64) []byte {
	const text = `{"order":70012,"customer":"8f14e45f","total":12.5,"currency":"EUR","lines":[{"sku":"A-1001","count":2},{"sku":"B-2002","count":1}],"note":"as long as many events are","sent":`
	b := make([]byte, 0, 200)
	b = append(b, text...)
	for len(b) < 200-stampSize-1 {
		b = append(b, '.')
	}
	b = fmt.Appendf(b, "%0*d", stampSize, ns)
	return append(b, mark)
}

// readers are clients with one loop for all.
type readers struct {
	events atomic.Int64 // received by all together
	epoll  int
	conns  []net.Conn
	byFD   map[int32]*reader
	done   chan struct{}
	ended  chan struct{}
	// delays, where not nil, takes the time from the stamp to the receipt.
	delays *[]int64
	keep   atomic.Bool // whether to
	pause  atomic.Bool // whether to read nothing
}

type reader struct {
	fd    int
	carry []byte // the end of the last read, where a stamp may have been cut
}

// subscribe connects n clients and waits until all have a stream.
func subscribe(addr, path string, n int, delays *[]int64) (*readers, error) {
	fd, err := syscall.EpollCreate1(0)
	if err != nil {
		return nil, err
	}
	r := &readers{epoll: fd, byFD: make(map[int32]*reader), delays: delays, done: make(chan struct{}), ended: make(chan struct{})}
	for range n {
		if err := r.connect(addr, path); err != nil {
			return nil, err
		}
	}
	go r.loop()
	return r, nil
}

func (r *readers) connect(addr, path string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	r.conns = append(r.conns, conn)
	if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		return err
	}
	// The head, byte by byte: what stands behind it is for the loop.
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	var head []byte
	for one := make([]byte, 1); !bytes.HasSuffix(head, []byte("\r\n\r\n")); {
		if _, err := io.ReadFull(conn, one); err != nil {
			return err
		}
		head = append(head, one...)
	}
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("answered %q", head)
	}
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return err
	}
	var added error
	err = raw.Control(func(fd uintptr) {
		r.byFD[int32(fd)] = &reader{fd: int(fd)}
		added = syscall.EpollCtl(r.epoll, syscall.EPOLL_CTL_ADD, int(fd), &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
	})
	if err != nil {
		return err
	}
	return added
}

func (r *readers) loop() {
	defer close(r.ended)
	ready := make([]syscall.EpollEvent, 256)
	buffer := make([]byte, 256<<10)
	for {
		n, err := syscall.EpollWait(r.epoll, ready, 50)
		select {
		case <-r.done:
			return
		default:
		}
		if err != nil {
			continue
		}
		if r.pause.Load() {
			time.Sleep(10 * time.Millisecond) // what is ready stays so
			continue
		}
		for _, e := range ready[:n] {
			r.read(r.byFD[e.Fd], buffer)
		}
	}
}

func (r *readers) read(c *reader, buffer []byte) {
	n, err := syscall.Read(c.fd, buffer[stampSize:])
	if err != nil {
		return
	}
	if n == 0 { // the stream ended; the loop must not turn for it
		_ = syscall.EpollCtl(r.epoll, syscall.EPOLL_CTL_DEL, c.fd, nil)
		return
	}
	got := buffer[stampSize : stampSize+n]
	r.events.Add(int64(bytes.Count(got, []byte{mark})))
	if r.delays == nil {
		return
	}
	now := time.Now().UnixNano()
	got = buffer[stampSize-copy(buffer[stampSize-len(c.carry):], c.carry) : stampSize+n]
	if r.keep.Load() {
		r.note(got, now)
	}
	c.carry = append(c.carry[:0], got[max(0, len(got)-stampSize):]...)
}

func (r *readers) note(got []byte, now int64) {
	for at := 0; ; {
		i := bytes.IndexByte(got[at:], mark)
		if i < 0 {
			return
		}
		at += i
		if at >= stampSize {
			if ns, err := strconv.ParseInt(string(got[at-stampSize:at]), 10, 64); err == nil {
				*r.delays = append(*r.delays, now-ns)
			}
		}
		at++
	}
}

// close takes the clients away.
func (r *readers) close() {
	close(r.done)
	<-r.ended
	for _, c := range r.conns {
		c.Close()
	}
	syscall.Close(r.epoll)
}
