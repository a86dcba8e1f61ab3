package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// types are the event types of a publisher's messages, in turn.
var types = [...]string{"message", "order.paid", "stock.low"}

func typeOf(n int64) string { return types[n%int64(len(types))] }

// An idScheme is how a publisher identifies its messages.
type idScheme int8

const (
	plain  idScheme = iota // not at all, so it cannot retry
	keyed                  // an Idempotency-Key for each message
	named                  // an id for each message
	shared                 // an id for several messages, also of other publishers and channels
	same                   // one id for all messages
)

func (m idScheme) String() string { return [...]string{"plain", "keyed", "named", "shared", "same"}[m] }

// A publisher publishes one message at a time. It retries a message without a
// clear answer until it gets one, if the program can recognise the retry.
// Otherwise the message may or may not be stored.
type publisher struct {
	*part
	at       *instance
	number   int
	channel  string
	idScheme idScheme
	rest     time.Duration // average pause after each message
	size     int           // of the data at most, in bytes
	removal  *removal      // of its channel; nil if it is never removed
	manual   bool          // publishes only through try
	rand     *rand.Rand

	mu    sync.Mutex
	begun []time.Time // when each message was begun; only if removal is set
}

func (p *publisher) run(ctx, late context.Context) {
	for n := int64(1); ctx.Err() == nil; n++ {
		m := message{p.number, n}
		if p.removal != nil {
			p.mu.Lock()
			p.begun = append(p.begun, time.Now())
			p.mu.Unlock()
		}
		p.at.outcomes.begin(m, p.at.ledger.newest())
		if err := p.publishMessage(late, m); err != nil {
			p.broken(err)
			return
		}
		p.waitListening(ctx)
		pause(ctx, time.Duration(p.rand.Int64N(int64(2*p.rest)+1)))
		if p.rand.IntN(50) == 0 {
			pause(ctx, time.Duration(p.rand.IntN(200))*time.Millisecond)
		}
	}
}

// waitListening waits until the instance listens.
func (p *publisher) waitListening(ctx context.Context) {
	for !p.at.up.Load() && ctx.Err() == nil {
		pause(ctx, time.Duration(1+p.rand.IntN(20))*time.Millisecond)
	}
}

// mayBeRemoved reports whether a message may have been removed with its channel.
func (p *publisher) mayBeRemoved(n int64) bool {
	if p.removal == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return n >= 1 && n <= int64(len(p.begun)) && p.removal.since(p.begun[n-1])
}

// id returns the id of a message, or "".
func (p *publisher) id(n int64) string {
	switch p.idScheme {
	case named:
		return fmt.Sprintf("w%d-%d", p.number, n)
	case shared:
		return fmt.Sprintf("r%d", n/2)
	case same:
		return "same"
	}
	return ""
}

// A sending is the request for one message, the same for each retry.
type sending struct {
	message
	id, key string
	body    []byte
}

func (p *publisher) sending(m message) (*sending, error) {
	fields := map[string]string{"data": fmt.Sprintf("%d %d %s", m.publisher, m.n, strings.Repeat("x", p.rand.IntN(p.size)))}
	if m.n%10 == 0 {
		fields["data"] += "\nand a second line"
	}
	if t := typeOf(m.n); t != "message" {
		fields["event"] = t
	}
	s := &sending{message: m, id: p.id(m.n)}
	if s.id != "" {
		fields["id"] = s.id
	}
	if p.idScheme == keyed {
		s.key = fmt.Sprintf("key-%d-%d", m.publisher, m.n)
	}
	var err error
	s.body, err = json.Marshal(fields)
	return s, err
}

// An answer is the answer to one try.
type answer struct {
	receipt    *receipt // nil if it was not acknowledged
	refused    bool     // without a receipt: refused, or unclear
	generation int      // the last one that the request may have reached
}

type receipt struct {
	Position, ID string
	Repeated     bool
	number       int64
}

// publishMessage publishes one message. It returns an error if a promise was
// broken. A request is not cancelled at the end of the run, because its answer
// counts.
func (p *publisher) publishMessage(late context.Context, m message) error {
	s, err := p.sending(m)
	if err != nil {
		return err
	}
	for unclear := false; ; {
		a, err := p.try(s)
		switch {
		case err != nil:
			return err
		case a.receipt != nil:
			return p.acknowledged(s, a.receipt, unclear)
		case a.refused && !unclear:
			pause(late, time.Duration(1+p.rand.IntN(50))*time.Millisecond)
			return p.at.outcomes.refuse(m)
		case p.idScheme == plain || late.Err() != nil:
			p.at.outcomes.giveUp(m, a.generation)
			return nil
		}
		unclear = true
		p.waitListening(late)
		pause(late, time.Duration(1+p.rand.IntN(20))*time.Millisecond)
		p.retries.Add(1)
	}
}

// try sends the request once.
func (p *publisher) try(s *sending) (a answer, err error) {
	req, err := http.NewRequest("POST", p.at.url+"/channels/"+p.channel+"/messages", bytes.NewReader(s.body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Content-Type", "application/json")
	if s.key != "" {
		req.Header.Set("Idempotency-Key", s.key)
	}
	begun, generation := time.Now(), p.at.generation.Load()
	res, err := p.at.client.Do(req)
	var text []byte
	if err == nil {
		text, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	took := time.Since(begun)
	// Read after the request: it cannot have reached a later generation.
	a.generation = int(p.at.generation.Load())
	if err != nil {
		p.unanswered.Add(1)
		if took >= responseTimeout && p.at.up.Load() && generation == int32(a.generation) {
			return a, fmt.Errorf("promise 4: %s did not answer %v within %v", p.at.name, s.message, responseTimeout)
		}
		return a, nil
	}
	raise(&p.slowest, int64(took))
	return p.parseAnswer(a, s, res.StatusCode, text)
}

// parseAnswer parses an answer.
func (p *publisher) parseAnswer(a answer, s *sending, status int, text []byte) (answer, error) {
	if status != http.StatusCreated {
		var body struct{ Error struct{ Code string } }
		if err := json.Unmarshal(text, &body); err != nil || status < 500 {
			return a, fmt.Errorf("%s answered %v with %d: %s", p.at.name, s.message, status, text)
		}
		if body.Error.Code == "not_known" {
			p.unanswered.Add(1)
			return a, nil
		}
		p.refused.Add(1)
		a.refused = true
		return a, nil
	}
	var r receipt
	if err := json.Unmarshal(text, &r); err != nil {
		return a, fmt.Errorf("%s acknowledged %v with %s: %w", p.at.name, s.message, text, err)
	}
	// An id that was used before is answered with the position, an id that no
	// other message has never.
	r.number = p.at.number(r.Position)
	ok := r.ID == s.id && s.id != "" || r.ID == r.Position && p.idScheme != named
	if r.number == 0 || !ok {
		return a, fmt.Errorf("%s acknowledged %v with %s", p.at.name, s.message, text)
	}
	a.receipt = &r
	return a, nil
}

// acknowledged records a receipt, and sometimes sends the acknowledged message
// again.
func (p *publisher) acknowledged(s *sending, r *receipt, unclear bool) error {
	switch {
	case !r.Repeated:
	case unclear:
		p.recognised.Add(1)
	case s.key == "": // with a key Go's client retries by itself
		return fmt.Errorf("promise 1: %s reports %v as repeated, which was sent once", p.at.name, s.message)
	}
	if s.id != "" && r.ID == r.Position {
		p.idsRepeated.Add(1)
	}
	if err := p.at.ledger.add(r.number, s.message, original); err != nil {
		return err
	}
	if err := p.at.outcomes.acknowledge(s.message); err != nil {
		return err
	}
	if p.idScheme == plain || p.rand.IntN(20) > 0 {
		return nil
	}
	a, err := p.try(s)
	if err != nil || a.receipt == nil || p.mayBeRemoved(s.n) {
		return err
	}
	if !a.receipt.Repeated || a.receipt.number != r.number || a.receipt.ID != r.ID {
		return fmt.Errorf("promise 1: %s acknowledged %v as %+v, and once more as %+v", p.at.name, s.message, *r, *a.receipt)
	}
	p.onPurpose.Add(1)
	return nil
}

func raise(to *atomic.Int64, n int64) {
	for old := to.Load(); n > old && !to.CompareAndSwap(old, n); old = to.Load() {
	}
}

// pause sleeps for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
