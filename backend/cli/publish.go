package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"signalbox/backend/live"
)

type publishCommand struct {
	serverFlags
	Channel string  `arg:"" help:"The channel; it comes into being where it does not exist."`
	Message *string `arg:"" optional:"" help:"The data. Without it, or with -, standard input to its end."`
	Event   string  `help:"Event type (message)." placeholder:"TYPE"`
	ID      string  `help:"Event id; without it the message's position." placeholder:"ID"`
	Retry   *int64  `help:"Reconnection time sent along, in milliseconds." placeholder:"MS"`
	Lines   bool    `help:"Publish each line of standard input as a message of its own, as it comes."`
}

func (c *publishCommand) Help() string {
	return `Prints the position of the message after it was committed. The data is sent as it is: text stays text, JSON stays JSON.

Examples:
  signalbox publish messages 'Hello'
  signalbox publish orders '{"order":70012}' --event order.created
  tail -F app.log | signalbox publish log --lines`
}

func (c *publishCommand) Run(ctx context.Context, p *Program) error {
	if c.Lines {
		if c.Message != nil && *c.Message != "-" {
			return live.Errorf("bad_flags", "--lines reads standard input, so there is no place for a message.")
		}
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
	}{c.Event, c.ID, data, c.Retry})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url()+"/channels/"+url.PathEscape(c.Channel)+"/messages", bytes.NewReader(body))
	if err != nil {
		return live.Errorf("bad_server", "%q is not an address of a server.", c.url())
	}
	req.Header.Set("Content-Type", "application/json")
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return unreachable(c.url(), err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return refused(res)
	}
	var answer struct {
		Position string
		Clients  int
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	_, err = fmt.Fprintf(p.Stdout, "%s to %d clients\n", answer.Position, answer.Clients)
	return err
}
