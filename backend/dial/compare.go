package dial

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"

	"signalbox/backend/live"
	"signalbox/backend/secrets"
)

// SameRequest reports whether the server would receive the same request.
func SameRequest(a, b *live.Feed) bool {
	return requestText(*a) == requestText(*b) && a.Fault == b.Fault
}

// requestText returns the settings of the request as text, in which a nil slice
// equals an empty one.
func requestText(f live.Feed) string {
	f.Source, f.MaxRate = live.Source{}, 0
	b, err := json.Marshal(f)
	if err != nil {
		panic(err) // impossible: settings are texts, times and numbers
	}
	return string(b)
}

// SameStream reports whether both feeds read the same stream, so that a
// Last-Event-ID of one is valid for the other: server, path, query, method and
// body are equal.
func SameStream(a, b *live.Feed) bool { return streamOf(a) == streamOf(b) }

func streamOf(f *live.Feed) [4]string {
	path, query := f.URL, ""
	if u, err := url.Parse(f.URL); err == nil {
		path, query = cmp.Or(u.EscapedPath(), "/"), u.RawQuery
	}
	return [4]string{secrets.Origin(f.URL) + path, query, cmp.Or(f.Method, "GET"), f.Body}
}

// Changes lists the names of the settings that differ.
func Changes(a, b *live.Feed, secretsDiffer bool) (list []string) {
	for _, setting := range []struct {
		name    string
		differs bool
	}{
		{"address", a.URL != b.URL},
		{"method", a.Method != b.Method},
		{"body", a.Body != b.Body},
		{"headers", !slices.Equal(a.Headers, b.Headers)},
		{"sign-in", secretsDiffer || a.Auth != b.Auth || a.User != b.User},
		{"certificate authorities", a.CA != b.CA},
		{"accepted certificate", a.Certificate != b.Certificate},
		{"proxy", a.Proxy != b.Proxy},
		{"limit", a.MaxRate != b.MaxRate},
	} {
		if setting.differs {
			list = append(list, setting.name)
		}
	}
	return list
}
