package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"signalbox/backend/cli/remote"
	"signalbox/backend/export"
	"signalbox/backend/live"
	"signalbox/backend/output"
)

type exportCommand struct {
	remote.Flags
	File    string   `arg:"" optional:"" help:"The file to write. Without one, or with -, the messages go to standard output."`
	Format  string   `help:"jsonl, csv, md or sse. Without it the end of the file's name says which, else jsonl." placeholder:"FORMAT"`
	Source  []string `help:"Only these sources. All if none is named." placeholder:"NAME"`
	Filter  string   `help:"Only messages that match, in the language of tail --filter." placeholder:"FILTER"`
	Since   string   `help:"Only messages received at this time or later: 15m (ago), 14:02, 2026-11-20T14:02." placeholder:"TIME"`
	Until   string   `help:"Only messages received before this time." placeholder:"TIME"`
	Columns []string `help:"The columns of CSV: their names and paths such as $.order.total, with commas between them." placeholder:"COLUMN"`
	Raw     bool     `help:"CSV: leave cells that begin like a formula as they are."`
	BOM     bool     `help:"CSV: begin with a byte order mark, so that Excel reads all characters."`
	Force   bool     `help:"Replace the file if it exists."`
}

func (c *exportCommand) Help() string {
	return `Writes all messages of a running Signalbox that match, the oldest first, up to the newest of this moment. Gaps and notes are among them; is:event leaves them out. A file gets its name when it is complete. The exit code is 0 only then.

  jsonl  an object for each message, as in the HTTP API
  csv    ` + strings.Join(export.Columns, " ") + `, and any field of the data.
         A cell that a spreadsheet would calculate gets an apostrophe before it.
  md     Markdown, to read and to paste
  sse    a stream that any SSE client reads again: event, data and id as they were

Examples:
  signalbox export orders.csv --source orders --columns 'received,id,$.total'
  signalbox export night.jsonl --since 22:00 --filter 'event:order.* -refund'
  signalbox export --format sse --source orders > orders.sse
  signalbox export | jq -r 'select(.kind == "gap").gap.reason'`
}

func (c *exportCommand) Run(ctx context.Context, p *Program) error {
	query, err := c.query()
	if err != nil {
		return err
	}
	out, err := output.Open(c.File, p.Stdout, c.Force)
	if err != nil {
		return err
	}
	defer out.Discard()
	res, err := c.Get(ctx, "/export?"+query.Encode())
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if isTerminal(p.Stderr) && (c.File != "" && c.File != "-" || !isTerminal(p.Stdout)) {
		defer output.ShowProgress(ctx, p.Stderr, func(ctx context.Context) string { return c.progress(ctx, query.Get("id")) })()
	}
	// The server takes it for complete if all of it was sent and its trailer follows.
	if _, err = io.Copy(out, res.Body); ctx.Err() != nil {
		return live.Errorf("export_ended/interrupted", "The export was interrupted and is not complete.")
	} else if err == nil && res.Trailer.Get("Signalbox-Export") == "complete" {
		return out.Complete()
	}
	return live.Errorf("export_ended/cut", "The export ended before it was complete.").WithCause(err)
}

// query returns the parameters of the request.
func (c *exportCommand) query() (url.Values, error) {
	if c.Format == "" {
		if f, ok := export.FormatOf(c.File); ok {
			c.Format = string(f)
		}
	}
	format, err := export.ParseFormat(c.Format)
	if err != nil {
		return nil, err
	}
	var terms []string
	// Only whether the filter can be read: the server knows the bookmarks.
	noBookmarks := func() (map[int64]bool, error) { return nil, nil }
	for _, t := range []struct{ key, text string }{{"", c.Filter}, {"after:", c.Since}, {"before:", c.Until}} {
		if t.text == "" {
			continue
		}
		if _, err := parseFilter(t.key+t.text, noBookmarks); err != nil {
			return nil, err
		}
		terms = append(terms, "("+t.key+t.text+")")
	}
	q := url.Values{"format": {string(format)}, "source": c.Source, "column": c.Columns, "id": {rand.Text()}}
	for name, set := range map[string]bool{"raw": c.Raw, "bom": c.BOM} {
		if set {
			q.Set(name, "1")
		}
	}
	if len(terms) > 0 {
		q.Set("q", strings.Join(terms, " "))
	}
	return q, nil
}

// progress returns how far an export is, or "".
func (c *exportCommand) progress(ctx context.Context, id string) string {
	res, err := c.Get(ctx, "/exports/"+id)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	var p struct {
		First, Last, Position live.Position
		Messages, Bytes       int64
	}
	if json.NewDecoder(res.Body).Decode(&p) != nil {
		return ""
	}
	all := max(1, p.Last.Number-p.First.Number+1)
	return fmt.Sprintf("%3d %%  %d messages, %.1f MB", 100*(p.Position.Number-p.First.Number+1)/all, p.Messages, float64(p.Bytes)/1e6)
}
