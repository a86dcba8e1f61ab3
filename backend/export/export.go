package export

import (
	"encoding/json"
	"slices"
	"strings"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// A Format is a form in which messages are exported.
type Format string

// The formats; each is also the end of the name of its files.
const (
	JSONLines Format = "jsonl"
	CSV       Format = "csv"
	Markdown  Format = "md"
	SSE       Format = "sse"
)

var formats = []Format{JSONLines, CSV, Markdown, SSE}

// ParseFormat returns the format of that name; JSONLines if there is none. Error:
// "bad_format".
func ParseFormat(name string) (Format, error) {
	if name == "" {
		return JSONLines, nil
	}
	if f := Format(name); slices.Contains(formats, f) {
		return f, nil
	}
	return "", live.Errorf("bad_format", `"{format}" is not a format of an export.`, "format", name).WithField("format").
		WithHint("The formats are jsonl, csv, md and sse.")
}

// FormatOf returns the format that the name of a file ends in.
func FormatOf(file string) (Format, bool) {
	for _, f := range formats {
		if strings.HasSuffix(strings.ToLower(file), "."+string(f)) {
			return f, true
		}
	}
	return "", false
}

// ContentType returns the media type of f.
func (f Format) ContentType() string {
	switch f {
	case CSV:
		return "text/csv; charset=utf-8"
	case Markdown:
		return "text/markdown; charset=utf-8"
	case SSE:
		return "text/event-stream"
	}
	return "application/x-ndjson"
}

// Options say how messages are written.
type Options struct {
	Format  Format
	Columns []string // of CSV; none means DefaultColumns
	Raw     bool     // leaves cells of CSV that begin like a formula as they are
	BOM     bool     // begins CSV with a byte order mark: Excel then reads it as UTF-8
	Epoch   string   // of the journal
	About   string   // what is exported, for the heading of Markdown and SSE; may be empty
}

// An Encoder writes messages in one format. Its methods append to a buffer and
// return it.
type Encoder interface {
	// Begin writes what stands before the first message.
	Begin(b []byte) []byte
	// Message writes a message; source is the name of its source.
	Message(b []byte, source string, m *live.Message) []byte
	// End writes what stands after the last message of a complete export.
	End(b []byte, s Summary) []byte
}

// A Summary says what a complete export has.
type Summary struct {
	Messages int64 // events, gaps and notes
	Through  live.Position
}

// New returns an Encoder. Errors: "bad_columns".
func New(opt Options) (Encoder, error) {
	if len(opt.Columns) > 0 && opt.Format != CSV {
		return nil, live.Errorf("bad_columns/format", "Only CSV has columns.").WithField("columns")
	}
	switch opt.Format {
	case CSV:
		return newCSV(opt)
	case Markdown:
		return &markdown{opt}, nil
	case SSE:
		return &sse{opt}, nil
	}
	return jsonLines{opt.Epoch}, nil
}

type jsonLines struct{ epoch string }

func (jsonLines) Begin(b []byte) []byte { return b }

func (j jsonLines) Message(b []byte, source string, m *live.Message) []byte {
	return append(wire.AppendJSON(b, j.epoch, source, m, len(m.Data)), '\n')
}

func (jsonLines) End(b []byte, _ Summary) []byte { return b }

// A remark is what a gap and a note have in common.
type remark struct {
	Missing *int64 `json:"missing"`
	Code    string `json:"code"`
	Reason  string `json:"reason"`
}

// remarkOf returns the remark of a gap or a note. One that cannot be read has its
// text as the reason.
func remarkOf(m *live.Message) (r remark) {
	if err := json.Unmarshal([]byte(m.Data), &r); err != nil {
		return remark{Code: "unreadable", Reason: m.Data}
	}
	return r
}

// oneLine replaces the line breaks of a text.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(s)
}
