package httpapi

import (
	"net/http"
	"net/url"
	"strconv"

	"signalbox/backend/live"
)

// Query returns the parameters of a request's URL. Error: "bad_query".
// (*url.URL).Query would leave out a parameter that cannot be read, and so
// answer another question than the one that was asked.
func Query(r *http.Request) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, live.Errorf("bad_query", "The query of the address cannot be read: {reason}.", "reason", err).WithField("query").
			WithHint("Escape special characters: %25 for a percent sign, %26 for an ampersand, %3B for a semicolon.").WithCause(err)
	}
	return q, nil
}

// Limit reads the parameter limit: how many entries of a list are asked for, up
// to max. Without it the answer is byDefault. Error: "bad_limit".
func Limit(params url.Values, byDefault, max int) (int, error) {
	text := params.Get("limit")
	if text == "" {
		return byDefault, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > max {
		return 0, live.Errorf("bad_limit", "limit is a whole number from 1 to {max}.", "max", max).WithField("limit")
	}
	return n, nil
}

// Position reads a position of the journal with that epoch, and returns its
// number. An empty text and "0" mean before everything. Errors: "bad_position",
// "other_epoch".
func Position(epoch, field, text string) (int64, error) {
	if text == "" || text == "0" {
		return 0, nil
	}
	p, ok := live.ParsePosition(text)
	if !ok {
		example := live.Position{Epoch: epoch, Number: 1042}.String()
		return 0, live.Errorf("bad_position", `"{position}" is not a position.`, "position", text, "example", example).WithField(field).
			WithHint("A position looks like {example}.")
	}
	if p.Epoch != epoch {
		return 0, live.Errorf("other_epoch/position", "The position {position} belongs to another history.", "position", text).WithField(field).
			WithHint("Start again without it.")
	}
	return p.Number, nil
}
