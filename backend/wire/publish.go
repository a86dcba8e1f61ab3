package wire

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// fields are what a publish may say, in any of its forms.
var fields = []string{"event", "id", "data", "retry", "again"}

// ParsePublish reads the body of a publish: JSON, a form, or text whose type
// and id stand in the query. What it returns has yet to pass Check. Its Once is
// set unless "again" asks for a message to be stored that is there already.
func ParsePublish(contentType string, body []byte, query url.Values) (live.Draft, error) {
	media, params := "text/plain", map[string]string(nil)
	if contentType != "" && contentType != media {
		var err error
		if media, params, err = mime.ParseMediaType(contentType); err != nil {
			return live.Draft{}, unsupported(contentType)
		}
	}
	switch charset := strings.ToLower(params["charset"]); charset {
	case "", "utf-8", "utf8", "us-ascii":
	default:
		return live.Draft{}, live.Errorf("bad_content_type", "The text is declared as %s.", charset).WithHint("Send it in UTF-8.")
	}
	switch {
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
	case strings.HasPrefix(media, "text/"):
		return parseText(string(body), query)
	}
	return live.Draft{}, unsupported(media)
}

func unsupported(media string) error {
	return live.Errorf("bad_content_type", "A message cannot be sent as %q.", media).
		WithHint("Use application/json, a form, or text/plain.")
}

func onlyInBody(query url.Values) error {
	for _, name := range fields {
		if query.Has(name) {
			return bad(name, fmt.Sprintf("%q stands in the address, but this message has its fields in the body.", name), "Move it there.")
		}
	}
	return nil
}

// parseText takes the body for the data, and the rest from the query.
func parseText(body string, query url.Values) (live.Draft, error) {
	if len(query) == 0 {
		return live.Draft{Data: lines(body), Once: true}, nil
	}
	values := make(url.Values, len(query)+1)
	for name, v := range query {
		if name != "token" { // how a caller signs in that cannot set headers
			values[name] = v
		}
	}
	if values.Has("data") {
		return live.Draft{}, bad("data", "The data stands in the address, but the body of a text is the data.", "Send a form to give every field a name.")
	}
	values.Set("data", body)
	return fromValues(values)
}

// parseForm reads a form. What curl -d sends without naming a type is declared
// a form too: where it holds no "=", it can be no form, and is the data.
func parseForm(body string) (live.Draft, error) {
	if !strings.Contains(body, "=") {
		if t := strings.TrimSpace(body); t != "" && (t[0] == '{' || t[0] == '[') {
			return live.Draft{}, formHint(live.Errorf("bad_form", "The body is declared as a form but looks like JSON."))
		}
		return live.Draft{Data: lines(body), Once: true}, nil
	}
	values, err := url.ParseQuery(body)
	if err != nil {
		return live.Draft{}, formHint(live.Errorf("bad_form", "The form cannot be read: %v.", err))
	}
	d, err := fromValues(values)
	if e, ok := err.(*live.Error); ok && e.Code == "unknown_field" {
		formHint(e)
	}
	return d, err
}

func formHint(e *live.Error) *live.Error {
	return e.WithHint("curl -d sends a form: say -d data=TEXT, or --json '{\"data\":…}', or -H 'Content-Type: text/plain' for a body that is the data.")
}

func parseMultipart(body []byte, boundary string) (live.Draft, error) {
	values := url.Values{}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return fromValues(values)
		}
		if err != nil {
			return live.Draft{}, live.Errorf("bad_form", "The form cannot be read: %v.", err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return live.Draft{}, live.Errorf("bad_form", "The form cannot be read: %v.", err)
		}
		values.Add(part.FormName(), string(text))
	}
}

// fromValues makes a draft of named texts.
func fromValues(values url.Values) (live.Draft, error) {
	for name, v := range values {
		if !slices.Contains(fields, name) {
			return live.Draft{}, unknownField(name)
		}
		if len(v) > 1 {
			return live.Draft{}, bad(name, fmt.Sprintf("The field %q is there twice.", name), "")
		}
	}
	if !values.Has("data") {
		return live.Draft{}, noData()
	}
	d := live.Draft{Type: values.Get("event"), ID: values.Get("id"), Data: lines(values.Get("data")), Once: true}
	switch values.Get("again") {
	case "", "0", "false":
	case "1", "true":
		d.Once = false
	default:
		return live.Draft{}, badAgain()
	}
	if text := values.Get("retry"); text != "" {
		ms, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return live.Draft{}, badRetry()
		}
		d.Retry = &ms
	}
	return d, nil
}

func unknownField(name string) *live.Error {
	return live.Errorf("unknown_field", "There is no field %q.", name).WithField(name).
		WithHint("A message has event, id, data, retry and again.")
}

func noData() *live.Error {
	return bad("data", "The message has no data.", "Send an empty text for an event without data.")
}

func badAgain() *live.Error {
	return bad("again", "again is neither true nor false.", "It asks for a message to be stored once more that is there already.")
}

func badRetry() *live.Error {
	return bad("retry", "The reconnection time is not a whole number.", "retry is a number of milliseconds, 0 or more.")
}

// lines writes every line break as LF.
func lines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
