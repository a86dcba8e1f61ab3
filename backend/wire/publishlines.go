package wire

import (
	"bytes"
	"errors"
	"net/url"
	"strings"

	"signalbox/backend/live"
)

// MaxLines is the greatest number of messages in one request of JSON lines.
const MaxLines = 10_000

// Lines are the messages of a request of JSON lines.
type Lines struct {
	Drafts []live.Draft
	// Numbers are the line numbers of the drafts, from 1. Blank lines count but have
	// no draft.
	Numbers []int
}

// IsLines reports whether a content type is one of the two for JSON lines. Neither is
// registered; both are common.
func IsLines(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	return media == "application/x-ndjson" || media == "application/jsonl"
}

// ParseLines parses a body with one message in JSON on each line. The error about the
// first invalid line has its number (live.Error.Line). The caller must still Check the
// drafts.
func ParseLines(contentType string, body []byte, query url.Values) (Lines, error) {
	if _, _, err := mediaType(contentType); err != nil {
		return Lines{}, err
	}
	if err := onlyInBody(query); err != nil {
		return Lines{}, err
	}
	most := min(bytes.Count(body, []byte("\n"))+1, MaxLines)
	lines := Lines{make([]live.Draft, 0, most), make([]int, 0, most)}
	var p messageParser
	p.texts.Grow(len(body)) // no text is longer than its JSON
	for number := 1; len(body) > 0; number++ {
		line, rest, _ := bytes.Cut(body, []byte("\n"))
		body = rest
		if skipSpace(line, 0) == len(line) {
			continue
		}
		if len(lines.Drafts) == MaxLines {
			return Lines{}, live.Errorf("too_many_lines", "The request has more than {max} messages.", "max", MaxLines).
				WithLine(number).WithHint("Send the rest in another request.")
		}
		d, err := p.parse(line)
		if err != nil {
			return Lines{}, OnLine(number, describeJSONError(line, err, true))
		}
		lines.Drafts, lines.Numbers = append(lines.Drafts, d), append(lines.Numbers, number)
	}
	if len(lines.Drafts) == 0 {
		return Lines{}, live.Errorf("bad_json/no_lines", "The body is empty.").WithHint(`Send an object such as {"data":"Hello"} on each line.`)
	}
	p.release(lines.Drafts)
	return lines, nil
}

// OnLine adds the number of a line to an error about it.
func OnLine(number int, err error) error {
	if e, ok := errors.AsType[*live.Error](err); ok {
		e.WithLine(number)
	}
	return err
}

// release copies the texts of drafts if the builder is much larger than they are. The
// builder stays in memory for as long as the journal has one of the messages in memory,
// and the journal counts only twice the texts and 256 bytes for each message. Few
// bodies need the copy, such as those padded with spaces.
func (p *messageParser) release(drafts []live.Draft) {
	if p.texts.Cap() <= 2*p.texts.Len()+256*len(drafts) {
		return
	}
	for i := range drafts {
		d := &drafts[i]
		d.Type, d.ID, d.Data = strings.Clone(d.Type), strings.Clone(d.ID), strings.Clone(d.Data)
	}
}
