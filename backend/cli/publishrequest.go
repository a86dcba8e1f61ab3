package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"signalbox/backend/cli/remote"
	"signalbox/backend/live"
)

// A publishRequest is one or more messages on their way to the server. It may
// be sent several times.
type publishRequest struct {
	contentType string
	body        []byte
	key         string // the Idempotency-Key, "" for none
}

// newKey returns a new Idempotency-Key. With it the server stores a message
// without an id once, however often it is sent.
func newKey() string { return rand.Text() }

// Back-off between two tries: it doubles from the first to the longest.
const (
	firstBackOff   = 100 * time.Millisecond
	longestBackOff = 2 * time.Second
	// tryTimeout ends a try without a response.
	tryTimeout = 30 * time.Second
)

// untilStored sends a request until it is stored or refused, or until the time of
// --wait is over. It decodes the response into v and returns the count of tries.
func (c *publishCommand) untilStored(ctx context.Context, p *Program, request *publishRequest, v any) (tries int, err error) {
	begun := time.Now()
	end := begun.Add(c.Wait)
	for backOff := firstBackOff; ; backOff = min(2*backOff, longestBackOff) {
		tries++
		deadline := time.Now().Add(tryTimeout)
		if c.Wait > 0 && end.Before(deadline) {
			deadline = end
		}
		again, err := c.try(ctx, request, deadline, v)
		if err == nil {
			return tries, nil
		}
		if ctx.Err() != nil {
			return tries, live.Errorf("interrupted", "It is not known whether this was stored: the server had not answered yet.").WithCause(err)
		}
		left := time.Until(end)
		wait := max(min(backOff, left/2), again.after)
		if !again.worthIt || left < firstBackOff || wait > left {
			return tries, countTries(err, tries, time.Since(begun))
		}
		if tries == 1 {
			fmt.Fprintf(p.Stderr, "signalbox: %s Trying again for up to %s.\n", sentence(err), short(c.Wait))
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// An anotherTry reports whether another try may succeed.
type anotherTry struct {
	worthIt bool
	after   time.Duration // the least wait before it, from the server's Retry-After
}

// try sends a request once and decodes the response into v.
func (c *publishCommand) try(ctx context.Context, request *publishRequest, deadline time.Time, v any) (anotherTry, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	// The address is looked up for each try: a restarted server may have another port.
	server := c.URL()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/channels/"+url.PathEscape(c.Channel)+"/messages", bytes.NewReader(request.body))
	if err != nil {
		return anotherTry{}, live.Errorf("bad_server", `"{address}" is not the address of a server.`, "address", server).
			WithHint("Write it as in: --server http://127.0.0.1:4480")
	}
	req.Header.Set("Content-Type", request.contentType)
	if request.key != "" {
		req.Header.Set("Idempotency-Key", request.key)
	}
	if token := c.Token(); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client, err := c.Client()
	if err != nil {
		return anotherTry{}, err
	}
	begun := time.Now()
	res, err := client.Do(req)
	if err != nil {
		err := remote.Unreachable(server, err, time.Since(begun))
		return anotherTry{worthIt: err.Code == "unreachable"}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		var again anotherTry
		switch res.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			again.worthIt = true
			if seconds, err := time.ParseDuration(res.Header.Get("Retry-After") + "s"); err == nil {
				again.after = seconds
			}
		}
		return again, remote.Refused(res)
	}
	if err := json.NewDecoder(res.Body).Decode(v); err != nil {
		return anotherTry{worthIt: true}, live.Errorf("cut_off", "The connection was lost before the response was complete.").WithCause(err)
	}
	return anotherTry{}, nil
}

// sentence returns an error without its hint.
func sentence(err error) string {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e.Message
	}
	return err.Error()
}

// short formats a duration without its zeros: 10m instead of 10m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// countTries adds the count of tries to the last error.
func countTries(err error, tries int, took time.Duration) error {
	e, ok := errors.AsType[*live.Error](err)
	if tries == 1 || !ok {
		return err
	}
	tried := live.Textf("tried", "It was tried {tries} times in {took_ms}.", "tries", tries, "took_ms", took)
	return e.AsText().Then(tried).AsError().WithLine(e.Line).WithCause(err)
}
