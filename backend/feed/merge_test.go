package feed

import (
	"reflect"
	"testing"

	"signalbox/backend/live"
)

func TestSecretsThatWereNotGivenStayAsLongAsTheyAreUsed(t *testing.T) {
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
		entered := takeSecrets(&c.feed, c.given)
		if got := mergeSecrets(&c.feed, &entered, old); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}
