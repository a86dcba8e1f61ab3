package wire

import (
	"mime"
	"net/url"
	"strings"

	"signalbox/backend/live"
)

// fields are the fields of a message that is published, in any form.
var fields = []string{"event", "id", "data", "retry", "again"}

// ParsePublish parses the body of a publish: JSON, a form, or a text whose type and id
// are in the query. The caller must still Check the draft. Its Once is set unless
// "again" asks for a second copy of a message.
func ParsePublish(contentType string, body []byte, query url.Values) (live.Draft, error) {
	media, params, err := mediaType(contentType)
	if err != nil {
		return live.Draft{}, err
	}
	switch {
	case strings.HasPrefix(media, "text/"):
		return parseText(string(body), query)
	case media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"):
		if err := onlyInBody(query); err != nil {
			return live.Draft{}, err
		}
		return parseJSON(body)
	case media == "application/x-www-form-urlencoded":
		if err := onlyInBody(query); err != nil {
			return live.Draft{}, err
		}
		return parseForm(string(body))
	case media == "multipart/form-data":
		if err := onlyInBody(query); err != nil {
			return live.Draft{}, err
		}
		return parseMultipart(body, params["boundary"])
	}
	return live.Draft{}, unsupported(media)
}

// mediaType returns the media type of a body and its parameters. Without a
// content type it is text/plain.
func mediaType(contentType string) (string, map[string]string, error) {
	switch contentType {
	case "":
		return "text/plain", nil, nil
	case "text/plain", "application/json", "application/x-ndjson":
		return contentType, nil, nil // the most common types need no parsing
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", nil, unsupported(contentType)
	}
	switch charset := strings.ToLower(params["charset"]); charset {
	case "", "utf-8", "utf8", "us-ascii":
		return media, params, nil
	default:
		return "", nil, live.Errorf("bad_content_type/charset", "The text is declared as {charset}.", "charset", charset).WithHint("Send it in UTF-8.")
	}
}

func unsupported(media string) error {
	return live.Errorf("bad_content_type/media", "A message cannot be sent as \"{media}\".", "media", media).
		WithHint("Use application/json, a form, or text/plain; for many messages application/x-ndjson.")
}

// onlyInBody refuses the fields of a message in the query, for a body with fields.
func onlyInBody(query url.Values) error {
	for _, name := range fields {
		if query.Has(name) {
			return ofField(name, live.Errorf("bad_field/address", "\"{field}\" is in the address, but this message has its fields in the body.", "field", name).
				WithHint("Move it to the body."))
		}
	}
	return nil
}

func parseJSON(body []byte) (live.Draft, error) {
	var p messageParser
	p.texts.Grow(len(body)) // no text is longer than its JSON
	d, err := p.parse(body)
	if err != nil {
		return live.Draft{}, describeJSONError(body, err, false)
	}
	drafts := [...]live.Draft{d}
	p.release(drafts[:])
	return drafts[0], nil
}

func unknownField(name string) *live.Error {
	return live.Errorf("unknown_field/message", "There is no field \"{field}\".", "field", name).WithField(name).
		WithHint("A message has event, id, data, retry and again.")
}

func noData() *live.Error {
	return live.Errorf("bad_data/missing", "The message has no data.").WithField("data").
		WithHint("Send an empty text for an event without data.")
}

func badAgain() *live.Error {
	return live.Errorf("bad_again", "again is neither true nor false.").WithField("again").
		WithHint("true stores a second copy of a message that is stored already.")
}

func badRetry() *live.Error {
	return live.Errorf("bad_retry/number", "The reconnection time is not a whole number.").WithField("retry").
		WithHint("retry is a number of milliseconds, 0 or more.")
}

// unifyLineBreaks replaces every line break by LF.
func unifyLineBreaks(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
