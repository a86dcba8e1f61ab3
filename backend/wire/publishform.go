package wire

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// parseText returns a draft with the body as data, and the other fields from the
// query.
func parseText(body string, query url.Values) (live.Draft, error) {
	if len(query) == 0 {
		return live.Draft{Data: unifyLineBreaks(body), Once: true}, nil
	}
	values := make(url.Values, len(query)+1)
	for name, v := range query {
		if name != "token" { // the sign-in of clients that cannot set a header
			values[name] = v
		}
	}
	if values.Has("data") {
		return live.Draft{}, live.Errorf("bad_data/query", "The data is in the address, but the body of a text is the data.").WithField("data").
			WithHint("Send a form, in which every field has a name.")
	}
	values.Set("data", body)
	return fromValues(values)
}

// parseForm parses a form. By default curl -d declares its body a form. A body without
// "=" cannot be a form, so it becomes the data.
func parseForm(body string) (live.Draft, error) {
	if !strings.Contains(body, "=") {
		if t := strings.TrimSpace(body); t != "" && (t[0] == '{' || t[0] == '[') {
			return live.Draft{}, live.Errorf("bad_form/json", "The body is declared as a form but looks like JSON.").WithHint(curlHint)
		}
		return live.Draft{Data: unifyLineBreaks(body), Once: true}, nil
	}
	values, err := url.ParseQuery(body)
	if err != nil {
		return live.Draft{}, live.Errorf("bad_form", "The form cannot be read: {reason}.", "reason", err).WithHint(curlHint)
	}
	d, err := fromValues(values)
	if e, ok := errors.AsType[*live.Error](err); ok && e.Code == "unknown_field" {
		err = live.Errorf("unknown_field/form", "There is no field \"{field}\".", "field", e.Field).WithField(e.Field).WithHint(curlHint)
	}
	return d, err
}

const curlHint = "curl -d sends a form: use -d data=TEXT, or --json '{\"data\":…}', or -H 'Content-Type: text/plain' for a body that is the data."

func parseMultipart(body []byte, boundary string) (live.Draft, error) {
	values := url.Values{}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return fromValues(values)
		}
		if err != nil {
			return live.Draft{}, badMultipart(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return live.Draft{}, badMultipart(err)
		}
		values.Add(part.FormName(), string(text))
	}
}

func badMultipart(err error) error {
	return live.Errorf("bad_form/multipart", "The form cannot be read: {reason}.", "reason", err)
}

// fromValues returns a draft with the fields of a form.
func fromValues(values url.Values) (live.Draft, error) {
	for name, v := range values {
		if !slices.Contains(fields, name) {
			return live.Draft{}, unknownField(name)
		}
		if len(v) > 1 {
			return live.Draft{}, ofField(name, live.Errorf("bad_field/twice", "The field \"{field}\" is there twice.", "field", name))
		}
	}
	if !values.Has("data") {
		return live.Draft{}, noData()
	}
	d := live.Draft{
		// Both stay in memory longer than the data. Without copies, they would keep
		// the whole form in memory.
		Type: strings.Clone(values.Get("event")), ID: strings.Clone(values.Get("id")),
		Data: unifyLineBreaks(values.Get("data")), Once: true,
	}
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
