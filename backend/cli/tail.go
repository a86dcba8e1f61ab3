package cli

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"

	"golang.org/x/term"

	"signalbox/backend/cli/remote"
	"signalbox/backend/filter"
	"signalbox/backend/follow"
	"signalbox/backend/live"
)

type tailCommand struct {
	remote.Flags
	Source string   `arg:"" name:"url-or-source" help:"An SSE address (http:// or https://), or the name of a source of a running Signalbox."`
	After  string   `help:"Begin after this id or position; 0 means the oldest message. An address gets it as Last-Event-ID." placeholder:"ID"`
	Type   []string `help:"Only these event types; order.* means all that begin with order." placeholder:"TYPE"`
	Filter string   `help:"Only messages that match, as in 'paid -refund $.total > 50'. See below." placeholder:"FILTER"`
	Header []string `help:"A header of the request, as in 'X-Api-Key: abc'." short:"H" placeholder:"LINE"`
	JSON   bool     `help:"Print one JSON object a line, also in a terminal."`
	Once   bool     `help:"End when the stream ends instead of reconnecting."`

	withheld bool // a token is set, but is not sent to this address
}

func (c *tailCommand) Help() string {
	return `In a terminal each message is a line with its time, type and data; in a pipe it is one JSON object. It reconnects as the standard says and resumes after the last id. Standard error says what happens to the connection.

A token in the environment or the configuration file is sent only to the Signalbox of --server or of the data folder. Any other address gets a token only from --token or -H on the command line.

A filter has terms, all of which must match; gaps pass each of them but is:.
  paid "two words"       these texts occur in the data or the event type
  -paid -(a or b)        they must not occur; or, and, ( ) combine terms
  event:order.*,stock    one of these event types
  id:88405               this event id
  $.total > 50           a field of the data: = != > >= < <= and : for contains
  $.items[*].sku : A-18  any element of an array; a path alone asks whether it is there
  /time.?out/i           a regular expression of Go
  is:event is:gap        kinds of messages
  after:-15m before:14:02  when Signalbox received it

Examples:
  signalbox tail messages
  signalbox tail orders --filter '$.state = "paid" $.total >= 100'
  signalbox tail messages --after 0 | jq .data
  signalbox tail https://example.org/events -H 'Authorization: Bearer abc'`
}

func (c *tailCommand) Run(ctx context.Context, p *Program) error {
	feed, secrets, err := c.feed()
	if err != nil {
		return err
	}
	where, err := c.filter()
	if err != nil {
		return err
	}
	out := newPrinter(p, c.JSON || !isTerminal(p.Stdout))
	err = follow.Follow(ctx, feed, secrets, follow.Options{
		LastEventID: c.lastEventID(), Once: c.Once,
		Event: func(d live.Draft) error {
			if !where.Match(&live.Message{Draft: d}) {
				return nil
			}
			return out.message(d)
		},
		State: func(code, sentence string) {
			out.state(sentence)
			c.explainWithheld(out, code)
		},
	})
	if errors.Is(err, context.Canceled) {
		return nil // Ctrl+C is the usual end
	}
	if e, ok := errors.AsType[*live.Error](err); ok {
		c.explainWithheld(out, e.AsText().Code)
	}
	return err
}

// filter returns the filter for the messages that arrive. Signalbox itself filters
// those of a source, because it knows when it received them.
func (c *tailCommand) filter() (*filter.Filter, error) {
	types := filter.Types(c.Type...)
	f, err := parseFilter(c.Filter, nil)
	if err != nil || !isURL(c.Source) {
		return types, err
	}
	return f.And(types), nil
}

// explainWithheld prints once why no token was sent to a server that demands one.
// The code is the text code of the disconnect reason.
func (c *tailCommand) explainWithheld(out *printer, code string) {
	if c.withheld && code == "status/unauthorized" {
		c.withheld = false
		out.state("The token of the environment or the configuration file is sent only to " + c.URL() + ". Give one for this address with --token.")
	}
}

// lastEventID returns --after for an address. The URL of a source has it in the
// query instead, because there 0 means the oldest message.
func (c *tailCommand) lastEventID() string {
	if isURL(c.Source) {
		return c.After
	}
	return ""
}

// feed returns the feed to follow, with its secrets.
func (c *tailCommand) feed() (live.Feed, live.Secrets, error) {
	feed := live.Feed{Method: "GET", URL: c.Source}
	feed.Name = c.Source
	var secrets live.Secrets
	if !isURL(c.Source) {
		if err := live.CheckName(c.Source); err != nil {
			return feed, secrets, err
		}
		query := url.Values{}
		if c.After != "" {
			query.Set("after", c.After)
		}
		if c.Filter != "" {
			query.Set("q", c.Filter)
		}
		feed.URL = c.URL() + "/events/" + url.PathEscape(c.Source)
		if len(query) > 0 {
			feed.URL += "?" + query.Encode()
		}
	}
	token := c.TokenFor(feed.URL)
	if token != "" {
		feed.Auth, secrets.Token = "bearer", token
	}
	c.withheld = c.Token() != "" && token == ""
	for _, line := range c.Header {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return feed, secrets, live.Errorf("bad_header", `"{header}" is not a header.`, "header", line).WithHint("Write it as in 'X-Api-Key: abc'.")
		}
		feed.Headers = append(feed.Headers, live.Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	if err := c.AddCertificates(&feed, c.IsOwn(feed.URL)); err != nil {
		return feed, secrets, err
	}
	return feed, secrets, live.CheckURL(feed.URL)
}

// remote reports whether an argument is an address, not the name of a source.
func isURL(s string) bool { return strings.Contains(s, "://") }

// isTerminal reports whether a writer is a terminal.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
