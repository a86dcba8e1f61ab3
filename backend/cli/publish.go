package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"signalbox/backend/live"
)

type publishCommand struct {
	serverFlags
	Channel string        `arg:"" help:"The channel; it comes into being where it does not exist."`
	Message *string       `arg:"" optional:"" help:"The data. Without it, or with -, standard input to its end."`
	Event   string        `help:"Event type (message)." placeholder:"TYPE"`
	ID      string        `help:"Event id; without it the message's position." placeholder:"ID"`
	Retry   *int64        `help:"Reconnection time sent along, in milliseconds." placeholder:"MS"`
	Lines   bool          `help:"Publish each line of standard input as a message of its own, as it comes."`
	Key     *string       `help:"Idempotency-Key: within an hour, a message with this key is stored once." placeholder:"KEY" xor:"again"`
	Again   bool          `help:"Store the message also where the same one was stored with this id within the last hour." xor:"again"`
	Wait    time.Duration `help:"Keep trying for so long while the server does not answer or cannot store, as in 30s or 10m." placeholder:"DURATION"`
}

func (c *publishCommand) Help() string {
	return `Prints the position of the message after it was committed. The data is sent as it is: text stays text, JSON stays JSON.

A message with an id or a key is stored once: where the same one (same channel, id or key, type and data) was published within the last hour, the line says "stored before". --again stores it again.

With --wait a server that restarts or has a full disk costs no message and doubles none: what was not acknowledged is sent again until it is, with a key of its own for each message that has no id. --lines keeps the order meanwhile.

Examples:
  signalbox publish messages 'Hello'
  signalbox publish orders '{"order":70012}' --event order.created --id 70012
  tail -F app.log | signalbox publish log --lines --wait 10m`
}

func (c *publishCommand) Run(ctx context.Context, p *Program) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Lines {
		return eachLine(p.Stdin, func(line string) error { return c.publish(ctx, p, line) })
	}
	if c.Message != nil && *c.Message != "-" {
		return c.publish(ctx, p, *c.Message)
	}
	text, err := io.ReadAll(p.Stdin)
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	// One line break at the end is the pipe's manner, not part of the message.
	return c.publish(ctx, p, strings.TrimSuffix(string(text), "\n"))
}

func (c *publishCommand) check() error {
	if c.Lines && c.Message != nil && *c.Message != "-" {
		return live.Errorf("bad_flags", "--lines reads standard input, so there is no place for a message.")
	}
	if c.Lines && c.Key != nil {
		return live.Errorf("bad_flags", "--key is the key of one message, and --lines publishes many.").
			WithHint("With --wait each line gets a key of its own.")
	}
	if c.Key != nil && (strings.TrimSpace(*c.Key) == "" || strings.ContainsFunc(*c.Key, unicode.IsControl)) {
		return live.Errorf("bad_flags", "--key is empty, or has control characters.")
	}
	if c.Wait < 0 || c.Wait > live.RetryTime {
		return live.Errorf("bad_flags", "--wait is a time from 0s to 1h.").
			WithHint("The server recognises a message that it has stored already for one hour.")
	}
	if u, err := url.Parse(c.url()); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return live.Errorf("bad_server", "%q is not an address of a server.", c.url()).WithHint("Write it as in: --server http://127.0.0.1:4480")
	}
	return nil
}

func (c *publishCommand) publish(ctx context.Context, p *Program, data string) error {
	if !utf8.ValidString(data) {
		// encoding/json would replace the bytes without a word.
		return live.Errorf("bad_utf8", "The data is not valid UTF-8 text.").WithHint("An SSE stream carries text; encode bytes first, for example with base64.")
	}
	body, err := json.Marshal(struct {
		Event string `json:"event,omitempty"`
		ID    string `json:"id,omitempty"`
		Data  string `json:"data"`
		Retry *int64 `json:"retry,omitempty"`
		Again bool   `json:"again,omitempty"`
	}{c.Event, c.ID, data, c.Retry, c.Again})
	if err != nil {
		return err
	}
	got, tries, err := c.untilStored(ctx, p, body)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("to %d clients", got.Clients)
	switch {
	case got.Repeated && tries > 1:
		what = "stored at an earlier try" // its answer was lost
	case got.Repeated:
		what = "stored before"
	}
	_, err = fmt.Fprintln(p.Stdout, got.Position, what)
	return err
}

// Back-off between two tries: it doubles from the first to the longest.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

// untilStored sends a message until it is stored, is refused, or the time that
// --wait gives is over.
func (c *publishCommand) untilStored(ctx context.Context, p *Program, body []byte) (got stored, tries int, err error) {
	key := c.key()
	begun := time.Now()
	end := begun.Add(c.Wait)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		tries++
		limit := time.Now().Add(30 * time.Second)
		if c.Wait > 0 && end.Before(limit) {
			limit = end
		}
		got, err = c.send(ctx, body, key, limit)
		if err == nil {
			return got, tries, nil
		}
		if ctx.Err() != nil {
			return got, tries, live.Errorf("interrupted", "It is not known whether the message was stored: the server had not answered yet.").WithCause(err)
		}
		left := time.Until(end)
		wait := max(min(pause, left/2), got.after)
		if !got.tryAgain || left < firstPause || wait > left {
			return got, tries, c.overall(err, tries, time.Since(begun))
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

// key returns what makes the tries of one message one message; "" where its id
// does, or where it is sent only once.
func (c *publishCommand) key() string {
	switch {
	case c.Key != nil:
		return *c.Key
	case c.Wait > 0 && (c.ID == "" || c.Again):
		return rand.Text()
	}
	return ""
}

// sentence returns an error without its hint: somebody else will act on it.
func sentence(err error) string {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e.Message
	}
	return err.Error()
}

// short writes a duration without its zeros: 10m instead of 10m0s.
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

// overall adds to the last error that there were others before.
func (c *publishCommand) overall(err error, tries int, took time.Duration) error {
	e, ok := errors.AsType[*live.Error](err)
	if tries == 1 || !ok {
		return err
	}
	return live.Errorf(e.Code, "%s It was tried %d times in %s.", e.Message, tries, short(took.Round(100*time.Millisecond))).WithHint(e.Hint).WithCause(err)
}

// stored is what came of one try: the server's answer or, where there is none,
// whether to try again.
type stored struct {
	Position string
	Clients  int
	Repeated bool

	tryAgain bool
	after    time.Duration // the server asks for so long a pause
}

func (c *publishCommand) send(ctx context.Context, body []byte, key string, limit time.Time) (got stored, err error) {
	ctx, cancel := context.WithDeadline(ctx, limit)
	defer cancel()
	// Looked up for each try: another port may be taken after a restart.
	server := c.url()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/channels/"+url.PathEscape(c.Channel)+"/messages", bytes.NewReader(body))
	if err != nil {
		return got, live.Errorf("bad_server", "%q is not an address of a server.", server)
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if token := c.token(); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client, err := c.client()
	if err != nil {
		return got, err
	}
	begun := time.Now()
	res, err := client.Do(req)
	if err != nil {
		err := unreachable(server, err, time.Since(begun))
		got.tryAgain = err.Code == "unreachable"
		return got, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		switch res.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			got.tryAgain = true
			if seconds, err := time.ParseDuration(res.Header.Get("Retry-After") + "s"); err == nil {
				got.after = seconds
			}
		}
		return got, refused(res)
	}
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		return stored{tryAgain: true}, live.Errorf("cut_off", "The connection was lost before the whole answer was there.").WithCause(err)
	}
	return got, nil
}
