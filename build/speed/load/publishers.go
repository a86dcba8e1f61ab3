package load

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A Plan says what is published and how.
type Plan struct {
	Channel     string
	Connections int // each has one request in flight
	// Lines is the number of messages in a request, as JSON lines. 0 means one
	// message as plain text.
	Lines int
	IDs   bool // whether each message has an id
	// Scattered means that the ids are in no order.
	Scattered bool
	Rate      int // requests a second in all; 0 for as many as possible
	// Lead bounds how many messages the publishers may be ahead of Delivered; 0
	// means no bound. Nothing else slows them down if the server stores faster
	// than it delivers.
	Lead      int64
	Delivered func() int64
}

// Publishers publish over many connections. Each connection waits for the response
// before its next request.
type Publishers struct {
	// Acknowledged is the number of acknowledged messages.
	Acknowledged atomic.Int64

	plan  Plan
	loop  *loop
	conns []*publisher
	sent  uint64          // number of messages with an id
	held  []*publisher    // waiting because of Lead; used by the loop only
	free  chan *publisher // idle connections; only with a rate
	stop  atomic.Bool
	sends atomic.Int64 // requests in flight
	wg    sync.WaitGroup

	mu  sync.Mutex
	err error
}

type publisher struct {
	*conn
	request []byte
	stamps  [][]byte // parts of request
	ids     [][]byte
	answer  []byte // the part of the response received so far
}

// idDigits is the length of an id.
const idDigits = 16

// Publish connects and starts publishing.
func Publish(t Target, plan Plan) (*Publishers, error) {
	l, err := newLoop()
	if err != nil {
		return nil, err
	}
	p := &Publishers{plan: plan, loop: l}
	for i := range plan.Connections {
		c, err := connect(t, "http/1.1")
		if err != nil {
			return nil, err
		}
		one := &publisher{conn: c}
		one.write(&plan)
		p.conns = append(p.conns, one)
		if err := l.add(c.fd, i); err != nil {
			return nil, err
		}
	}
	if plan.Rate > 0 {
		p.free = make(chan *publisher, plan.Connections)
		for _, c := range p.conns {
			p.free <- c
		}
		p.wg.Go(p.pace)
	} else {
		p.held = append(p.held, p.conns...) // the loop starts them
	}
	go l.run(p.ready, p.idle)
	return p, nil
}

// write sets the request and finds its stamps and ids.
func (c *publisher) write(plan *Plan) {
	id := bytes.Repeat([]byte{'0'}, idDigits)
	var body []byte
	query, kind := "", "text/plain"
	if plan.Lines == 0 {
		if body = Payload(0); plan.IDs {
			query = "?id=" + string(id)
		}
	} else {
		kind = "application/x-ndjson"
		for range plan.Lines {
			body = append(body, '{')
			if plan.IDs {
				body = fmt.Appendf(body, `"id":"%s",`, id)
			}
			body = fmt.Appendf(body, "\"data\":%s}\n", Payload(0))
		}
	}
	c.request = fmt.Appendf(nil, "POST /channels/%s/messages%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		plan.Channel, query, kind, len(body), body)
	for rest := c.request; plan.IDs; {
		at := bytes.Index(rest, id)
		if at < 0 {
			break
		}
		// The zeros of a stamp match too, but a stamp is longer.
		if digits := rest[at:]; digits[idDigits] < '0' || digits[idDigits] > '9' {
			c.ids = append(c.ids, digits[:idDigits])
			rest = digits[idDigits:]
		} else {
			rest = digits[stampSize:]
		}
	}
	for at, b := range c.request {
		if b == mark {
			c.stamps = append(c.stamps, c.request[at-stampSize:at])
		}
	}
}

// publish sends the next request of a connection. due goes into the stamps.
func (p *Publishers) publish(c *publisher, due time.Time) {
	ns := due.UnixNano()
	for i, stamp := range c.stamps {
		if i == 0 {
			for k := stampSize - 1; k >= 0; k-- {
				stamp[k] = byte('0' + ns%10)
				ns /= 10
			}
		} else {
			copy(stamp, c.stamps[0])
		}
	}
	for _, id := range c.ids {
		p.sent++
		copy(id, ID(p.sent, p.plan.Scattered))
	}
	p.sends.Add(1)
	if err := c.send(c.request); err != nil {
		p.fail(err)
	}
}

// pace sends a request whenever one is due. The stamp is the time when it was due,
// so the delay includes the time that it had to wait for a free connection.
func (p *Publishers) pace() {
	period := time.Second / time.Duration(p.plan.Rate)
	for due := time.Now(); !p.stop.Load(); due = due.Add(period) {
		// In an idle process Go's timers are a millisecond late.
		if wait := time.Until(due); wait > 0 {
			_ = syscall.Nanosleep(&syscall.Timespec{Nsec: int64(wait)}, nil)
		}
		select {
		case c := <-p.free:
			p.publish(c, due)
		case <-p.loop.done:
			return
		}
	}
}

func (p *Publishers) ready(i int) {
	c := p.conns[i]
	err := c.receive(p.loop.buffer, p.loop.plain, func(b []byte) error {
		c.answer = append(c.answer, b...)
		return nil
	})
	if err != nil {
		c.Close()
		p.fail(err)
		return
	}
	n, err := receipts(c.answer)
	if err != nil {
		p.fail(err)
	}
	if n == 0 { // incomplete
		return
	}
	if want := max(p.plan.Lines, 1); n != want {
		p.fail(fmt.Errorf("%d receipts for %d messages: %q", n, want, c.answer))
	}
	c.answer = c.answer[:0]
	defer p.sends.Add(-1)
	p.Acknowledged.Add(int64(n))
	switch {
	case p.stop.Load():
	case p.free != nil:
		p.free <- c
	case p.ahead():
		p.held = append(p.held, c)
	default:
		p.publish(c, time.Now())
	}
}

// idle resumes publishers that were held back.
func (p *Publishers) idle() int {
	for len(p.held) > 0 && !p.ahead() && !p.stop.Load() {
		c := p.held[0]
		p.held = p.held[1:]
		p.publish(c, time.Now())
	}
	if len(p.held) > 0 {
		return 1
	}
	return 50
}

func (p *Publishers) ahead() bool {
	return p.plan.Lead > 0 && p.Acknowledged.Load()-p.plan.Delivered() > p.plan.Lead
}

// receipts returns the number of receipts in a response, or 0 if the response is
// incomplete. A response without receipts counts as one.
func receipts(answer []byte) (int, error) {
	end := bytes.Index(answer, []byte("\r\n\r\n"))
	if end < 0 {
		return 0, nil
	}
	head, body := answer[:end+2], answer[end+4:]
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 20")) {
		return 0, fmt.Errorf("response %q", answer)
	}
	const name = "\r\nContent-Length: "
	if i := bytes.Index(head, []byte(name)); i >= 0 {
		length := 0
		for _, digit := range head[i+len(name):] {
			if digit < '0' || digit > '9' {
				break
			}
			length = length*10 + int(digit-'0')
		}
		if len(body) < length {
			return 0, nil
		}
	} else if !bytes.HasSuffix(body, []byte("0\r\n\r\n")) { // chunked
		return 0, nil
	}
	return max(1, bytes.Count(body, []byte(`"position"`))), nil
}

func (p *Publishers) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = fmt.Errorf("publish: %w", err)
	}
	p.stop.Store(true)
}

// End waits for the responses in flight, closes the connections, and returns the
// first error.
func (p *Publishers) End() error {
	p.stop.Store(true)
	for limit := time.Now().Add(10 * time.Second); p.sends.Load() > 0 && time.Now().Before(limit); time.Sleep(time.Millisecond) {
		if p.Err() != nil {
			break
		}
	}
	p.loop.end()
	p.wg.Wait()
	for _, c := range p.conns {
		c.Close()
	}
	return p.Err()
}

// Err returns the first error.
func (p *Publishers) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Busy is like that of Subscribers.
func (p *Publishers) Busy() func() float64 { return busy(&p.loop.thread) }
