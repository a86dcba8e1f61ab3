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
	f.Source, f.MaxRate, f.TimePath = live.Source{}, 0, ""
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
func Changes(a, b *live.Feed, secretsDiffer bool) (list []live.Text) {
	for _, setting := range []struct {
		name    live.Text
		differs bool
	}{
		{live.Textf("feed_setting/address", "address"), a.URL != b.URL},
		{live.Textf("feed_setting/method", "method"), a.Method != b.Method},
		{live.Textf("feed_setting/body", "body"), a.Body != b.Body},
		{live.Textf("feed_setting/headers", "headers"), !slices.Equal(a.Headers, b.Headers)},
		{live.Textf("feed_setting/sign_in", "sign-in"), secretsDiffer || a.Auth != b.Auth || a.User != b.User},
		{live.Textf("feed_setting/authorities", "certificate authorities"), a.CA != b.CA},
		{live.Textf("feed_setting/certificate", "accepted certificate"), a.Certificate != b.Certificate},
		{live.Textf("feed_setting/proxy", "proxy"), a.Proxy != b.Proxy},
		{live.Textf("feed_setting/limit", "limit"), a.MaxRate != b.MaxRate},
	} {
		if setting.differs {
			list = append(list, setting.name)
		}
	}
	return list
}
