package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"signalbox/backend/cli/remote"
	"signalbox/backend/live"
)

type publishCommand struct {
	remote.Flags
	Channel string        `arg:"" help:"The channel; it is created if it does not exist."`
	Message *string       `arg:"" optional:"" help:"The data. Without it, or with -, standard input to its end."`
	Event   string        `help:"Event type (message)." placeholder:"TYPE"`
	ID      string        `help:"Event id; without it the message's position." placeholder:"ID"`
	Retry   *int64        `help:"Reconnection time for clients, in milliseconds." placeholder:"MS"`
	Lines   bool          `help:"Publish each line of standard input as a message, many with one request."`
	JSON    bool          `help:"With --lines: each line is a message in JSON, such as {\"event\":\"e\",\"id\":\"7\",\"data\":\"x\"}."`
	Key     *string       `help:"Idempotency-Key: within an hour, a message with this key is stored once." placeholder:"KEY" xor:"again"`
	Again   bool          `help:"Store the message even if the same one was stored with this id within the last hour." xor:"again"`
	Wait    time.Duration `help:"Keep trying for this long while the server does not answer or cannot store, as in 30s or 10m." placeholder:"DURATION"`
}

func (c *publishCommand) Help() string {
	return `Prints the position of the message after it was committed. The data is sent as it is: text stays text, JSON stays JSON.

A message with an id or a key is stored once: if the same one (same channel, id or key, type and data) was published within the last hour, the line says "stored before". --again stores it again.

With --lines, each line of standard input is a message. Lines wait up to 20 ms for one another and go to the server in one request, which stores all of them or none. Each message gets a line with its position, and at the end the count goes to standard error. If a line is refused, the error names it: the lines before it are stored, and it and all later ones are not.

With --wait, a server that restarts or has a full disk loses no message and stores none twice: what was not acknowledged is sent again, in the same order, until it is.

Examples:
  signalbox publish messages 'Hello'
  signalbox publish orders '{"order":70012}' --event order.created --id 70012
  tail -F app.log | signalbox publish log --lines --wait 10m
  jq -c '{event: .type, id, data: .}' orders.json | signalbox publish orders --lines --json`
}

func (c *publishCommand) Run(ctx context.Context, p *Program) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Lines {
		return newLinePublisher(c, p).run(ctx)
	}
	if c.Message != nil && *c.Message != "-" {
		return c.publish(ctx, p, *c.Message)
	}
	text, err := io.ReadAll(p.Stdin)
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	// A pipe's last line break is not part of the message.
	return c.publish(ctx, p, strings.TrimSuffix(string(text), "\n"))
}

func (c *publishCommand) check() error {
	if c.Lines && c.Message != nil && *c.Message != "-" {
		return live.Errorf("bad_flags/lines_message", "--lines reads the messages from standard input, so the command has no message of its own.")
	}
	if c.Lines && c.Key != nil {
		return live.Errorf("bad_flags/lines_key", "--key is the key of one message, and --lines publishes many.").
			WithHint("With --wait the lines get keys of their own.")
	}
	if c.JSON && !c.Lines {
		return live.Errorf("bad_flags/json", "--json is for --lines.").WithHint("JSON is data like any other: leave out --json.")
	}
	if c.JSON && (c.Event != "" || c.ID != "" || c.Retry != nil || c.Again) {
		return live.Errorf("bad_flags/json_fields", "With --json each line has its own event, id, retry and again.").WithHint("Leave out these flags, or --json.")
	}
	if c.Key != nil && (strings.TrimSpace(*c.Key) == "" || strings.ContainsFunc(*c.Key, unicode.IsControl)) {
		return live.Errorf("bad_flags/key", "--key is empty, or contains control characters.")
	}
	if c.Wait < 0 || c.Wait > live.RetryWindow {
		return live.Errorf("bad_flags/wait", "--wait is a time from 0s to 1h.").
			WithHint("The server recognises a stored message for one hour.")
	}
	if u, err := url.Parse(c.URL()); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return live.Errorf("bad_server", `"{address}" is not the address of a server.`, "address", c.URL()).WithHint("Write it as in: --server http://127.0.0.1:4480")
	}
	return nil
}

// publish publishes one message and prints its position.
func (c *publishCommand) publish(ctx context.Context, p *Program, data string) error {
	if !utf8.ValidString(data) {
		return errNotUTF8() // encoding/json would replace the bytes silently
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
	key := ""
	switch {
	case c.Key != nil:
		key = *c.Key
	case c.Wait > 0 && (c.ID == "" || c.Again):
		key = newKey()
	}
	var got receipt
	tries, err := c.untilStored(ctx, p, &publishRequest{"application/json", body, key}, &got)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.Stdout, got.line(tries))
	return err
}

func errNotUTF8() *live.Error {
	return live.Errorf("bad_utf8", "The data is not valid UTF-8 text.").WithHint("An SSE stream carries text only. Encode other data, for example with base64.")
}

// A receipt is the server's answer to one message.
type receipt struct {
	Position string
	Clients  int
	Repeated bool
}

// line returns the line to print for a message that was stored at the last of
// some tries.
func (r *receipt) line(tries int) string {
	switch {
	case r.Repeated && tries > 1:
		return r.Position + " stored at an earlier try" // its answer was lost
	case r.Repeated:
		return r.Position + " stored before"
	}
	return fmt.Sprintf("%s to %d clients", r.Position, r.Clients)
}
