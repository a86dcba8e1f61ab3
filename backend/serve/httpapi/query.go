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
		return nil, live.Errorf("bad_query", "The query of the address cannot be read: %v.", err).WithField("query").
			WithHint("Escape special characters: %25 for a percent sign, %26 for an ampersand, %3B for a semicolon.").WithCause(err)
	}
	return q, nil
}

// Int reads a parameter that is a whole number from low to high. An empty text
// means the default. Error: "bad_" and the field's name.
func Int(text, field string, byDefault, low, high int) (int, error) {
	if text == "" {
		return byDefault, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, live.Errorf("bad_"+field, "%s is a whole number from %d to %d.", field, low, high).WithField(field)
	}
	return n, nil
}
