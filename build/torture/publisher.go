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
	"sync/atomic"
	"time"
)

// types are the event types of a publisher's messages, in turn.
var types = [...]string{"message", "order.paid", "stock.low"}

func typeOf(n int64) string { return types[n%int64(len(types))] }

// A publisher says one word after the other, each after the answer to the
// one before, and never the same twice: a word without an answer stays one
// that may or may not be there.
type publisher struct {
	*torture
	at      *instance
	number  int
	channel string
	ids     bool // whether it chooses the ids
	rand    *rand.Rand
}

func (p *publisher) run(ctx context.Context) {
	for n := int64(1); ctx.Err() == nil; n++ {
		w := word{p.number, n}
		p.at.record.begin(w, p.at.told.newest())
		if err := p.say(w); err != nil {
			p.broken(err)
			return
		}
		for !p.at.up.Load() && ctx.Err() == nil {
			pause(ctx, time.Duration(1+p.rand.IntN(20))*time.Millisecond)
		}
		if p.rand.IntN(50) == 0 {
			pause(ctx, time.Duration(p.rand.IntN(200))*time.Millisecond)
		}
	}
}

// say publishes one word, in one of the three forms. Its error is a broken
// promise; no answer is none. The request is not cancelled at the end of the
// run: its answer is wanted.
func (p *publisher) say(w word) error {
	message := map[string]string{"data": fmt.Sprintf("%d %d %s", w.publisher, w.n, strings.Repeat("x", p.rand.IntN(400)))}
	if w.n%10 == 0 {
		message["data"] += "\nand a second line"
	}
	if t := typeOf(w.n); t != "message" {
		message["event"] = t
	}
	if p.ids {
		message["id"] = fmt.Sprintf("w%d-%d", w.publisher, w.n)
	}
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	begun, life := time.Now(), p.at.life.Load()
	res, err := p.at.client.Post(p.at.url+"/channels/"+p.channel+"/messages", "application/json", bytes.NewReader(body))
	var answer []byte
	if err == nil {
		answer, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	took := time.Since(begun)
	// Read after the request has ended: it reached this life at the latest.
	now := p.at.life.Load()
	if err != nil {
		p.at.record.giveUp(w, int(now))
		p.unanswered.Add(1)
		if took >= answerTime && p.at.up.Load() && life == now {
			return fmt.Errorf("promise 4: %s gave %v no answer within %v", p.at.name, w, answerTime)
		}
		return nil
	}
	raise(&p.slowest, int64(took))
	return p.heard(w, res.StatusCode, answer, int(now))
}

// heard notes an answer.
func (p *publisher) heard(w word, status int, answer []byte, life int) error {
	if status != http.StatusCreated {
		var body struct{ Error struct{ Code string } }
		if err := json.Unmarshal(answer, &body); err != nil || status < 500 {
			return fmt.Errorf("%s answered %v with %d: %s", p.at.name, w, status, answer)
		}
		if body.Error.Code == "not_known" {
			p.at.record.giveUp(w, life)
			p.unanswered.Add(1)
			return nil
		}
		p.refused.Add(1)
		return p.at.record.refuse(w)
	}
	var receipt struct{ Position, ID string }
	if err := json.Unmarshal(answer, &receipt); err != nil {
		return fmt.Errorf("%s acknowledged %v with %s: %w", p.at.name, w, answer, err)
	}
	number := p.at.number(receipt.Position)
	if number == 0 || p.ids != (receipt.ID != receipt.Position) {
		return fmt.Errorf("%s acknowledged %v with %s", p.at.name, w, answer)
	}
	if err := p.at.told.tell(number, w, original); err != nil {
		return err
	}
	return p.at.record.acknowledge(w)
}

func raise(to *atomic.Int64, n int64) {
	for old := to.Load(); n > old && !to.CompareAndSwap(old, n); old = to.Load() {
	}
}

// pause sleeps, not longer than ctx lasts.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
