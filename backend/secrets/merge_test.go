package secrets

import (
	"reflect"
	"testing"

	"signalbox/backend/live"
)

func TestSecretsThatWereNotEnteredStayWhileTheyAreUsed(t *testing.T) {
	old := &live.Secrets{Token: "one", Password: "two", Headers: map[string]string{"X-Key": "three", "X-Gone": "four"}}
	key := []live.Header{{Name: "X-Key", Secret: true}, {Name: "X-Team", Value: "blue"}}
	for _, c := range []struct {
		name  string
		feed  live.Feed
		given *live.Secrets
		want  live.Secrets
	}{
		{"nothing given", live.Feed{Auth: "bearer", Headers: key}, nil,
			live.Secrets{Token: "one", Headers: map[string]string{"X-Key": "three"}}},
		{"one given", live.Feed{Auth: "bearer", Headers: key}, &live.Secrets{Token: "new"},
			live.Secrets{Token: "new", Headers: map[string]string{"X-Key": "three"}}},
		{"a header given", live.Feed{Auth: "basic", Headers: key}, &live.Secrets{Headers: map[string]string{"X-Key": "new"}},
			live.Secrets{Password: "two", Headers: map[string]string{"X-Key": "new"}}},
		{"typed where everybody's values stand", live.Feed{Headers: []live.Header{{Name: "X-Key", Value: "new", Secret: true}}}, nil,
			live.Secrets{Headers: map[string]string{"X-Key": "new"}}},
		{"none used", live.Feed{}, nil, live.Secrets{}},
	} {
		entered := Extract(&c.feed, c.given)
		if got := Merge(&c.feed, &entered, old); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestAnOriginIsSchemeHostAndPort(t *testing.T) {
	for _, same := range [][]string{
		{"https://example.org", "https://example.org/", "HTTPS://Example.ORG:443/a?b#c", " https://example.org "},
		{"http://example.org:8080/a", "http://example.org:8080/b"},
		{"http://example.org", "http://example.org:80"},
		{"http://[::1]:8080", "http://[::1]:8080/x"},
	} {
		for _, address := range same {
			if Origin(address) != Origin(same[0]) {
				t.Errorf("%s is %s, and %s is %s", same[0], Origin(same[0]), address, Origin(address))
			}
		}
	}
	seen := make(map[string]string)
	for _, address := range []string{"https://example.org", "http://example.org", "http://example.org:443", "https://example.org:80",
		"https://a.example.org", "https://example.org.", "https://example.com", "http://[::1]", "http://[::1]:8080", "%", ""} {
		if other, ok := seen[Origin(address)]; ok && address != "" && address != "%" {
			t.Errorf("%s and %s are both %s", address, other, Origin(address))
		}
		seen[Origin(address)] = address
	}
}
