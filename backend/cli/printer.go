package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"signalbox/backend/live"
)

// A printer prints messages for a user or, as JSON lines, for a program.
type printer struct {
	out, err             io.Writer
	json                 bool
	colourOut, colourErr bool
}

func newPrinter(p *Program, asJSON bool) *printer {
	// By the NO_COLOR convention any value switches colours off.
	colour := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return &printer{
		out: p.Stdout, err: p.Stderr, json: asJSON,
		colourOut: colour && !asJSON, colourErr: colour && isTerminal(p.Stderr),
	}
}

// A line is a message as a JSON line.
type line struct {
	Received time.Time `json:"received"`
	Kind     string    `json:"kind"`
	Event    string    `json:"event,omitempty"`
	ID       string    `json:"id,omitempty"`
	Data     *string   `json:"data,omitempty"`
	Retry    *int64    `json:"retry,omitempty"`
	Gap      *live.Gap `json:"gap,omitempty"`
}

func (p *printer) message(d live.Draft) error {
	if p.json {
		return p.jsonLine(d)
	}
	w := bufio.NewWriter(p.out)
	clock := paint(p.colourOut, "2", d.Received.Local().Format("15:04:05.000"))
	if d.Kind == live.GapKind {
		var gap live.Gap
		if err := json.Unmarshal([]byte(d.Data), &gap); err != nil {
			gap.Reason = d.Data
		}
		fmt.Fprintf(w, "%s  %s\n", clock, paint(p.colourOut, "33", gap.Reason))
		return w.Flush()
	}
	first, rest, many := strings.Cut(d.Data, "\n")
	fmt.Fprintf(w, "%s  %s  %s", clock, paint(p.colourOut, "1", printable(d.Type)), printable(first))
	if d.ID != "" {
		fmt.Fprintf(w, "  %s", paint(p.colourOut, "2", printable(d.ID)))
	}
	fmt.Fprintln(w)
	for many {
		first, rest, many = strings.Cut(rest, "\n")
		fmt.Fprintf(w, "%14s%s\n", "", printable(first))
	}
	return w.Flush()
}

func (p *printer) jsonLine(d live.Draft) error {
	l := line{Received: d.Received.UTC().Truncate(time.Microsecond), Kind: d.Kind.String(), ID: d.ID, Retry: d.Retry}
	switch d.Kind {
	case live.GapKind:
		l.Gap = new(live.Gap)
		if err := json.Unmarshal([]byte(d.Data), l.Gap); err != nil {
			return fmt.Errorf("read a gap: %w", err)
		}
	default:
		l.Event, l.Data = d.Type, &d.Data
	}
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(l)
}

// state prints a sentence about the connection.
func (p *printer) state(sentence string) {
	fmt.Fprintln(p.err, paint(p.colourErr, "2", "-- "+sentence))
}

// paint puts the terminal's code for a colour around s, if colour is set.
func paint(colour bool, code, s string) string {
	if !colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// printable replaces control characters, so that a stream cannot move the cursor
// of the terminal or change its colours.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
