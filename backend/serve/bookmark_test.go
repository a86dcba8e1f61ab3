package serve

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"signalbox/backend/live"
)

type bookmarkAnswer struct {
	Message struct{ Position, Source, Event, Data string }
	Comment string
	Gone    bool
}

type bookmarksAnswer struct {
	Bookmarks []bookmarkAnswer
	More      bool
	From, To  string
}

func TestHistoryIsFilteredByBookmarksAndAStreamIsNot(t *testing.T) {
	s := start(t, nil)
	for range 4 {
		s.publish("orders", "one")
	}
	found := func(q string) (list []string) {
		page := want[struct {
			Messages []struct{ Position string }
			More     bool
		}](s, 200, "GET", "/messages?limit=2&q="+url.QueryEscape(q), "")
		for _, m := range page.Messages {
			list = append(list, m.Position)
		}
		return list
	}
	if got := found("is:bookmarked"); len(got) > 0 {
		t.Errorf("found %v", got)
	}
	for _, n := range []int64{1, 3} {
		want[bookmarkAnswer](s, 200, "PUT", "/api/bookmarks/"+s.position(n), "{}")
	}
	for q, numbers := range map[string][]int64{
		"is:bookmarked": {1, 3}, "is:bookmarked one": {1, 3}, "-is:bookmarked": {2, 4}, "is:bookmarked /^ONE/i": {1, 3}, "is:bookmarked two": nil,
		"is:bookmarked source:orders": {1, 3}, "is:gap,bookmarked": {1, 3}, "is:gap is:bookmarked": nil,
	} {
		var positions []string
		for _, n := range numbers {
			positions = append(positions, s.position(n))
		}
		if got := found(q); !slices.Equal(got, positions) {
			t.Errorf("%s: found %v, not %v", q, got, positions)
		}
	}
	if got := want[refusal](s, 400, "GET", "/events/orders?q=is:bookmarked", ""); got.Error.Code != "bad_filter" || got.Error.Field != "q" {
		t.Errorf("a stream: %+v", got)
	}
}

func TestBookmarksAreMarkedListedAndRestored(t *testing.T) {
	s := start(t, nil)
	for _, text := range []string{"one", "two", "three"} {
		s.publish("orders", text)
	}
	s.publish("stock", "four")
	path := func(n int64) string { return "/api/bookmarks/" + s.position(n) }
	bell := func() string { return want[struct{ Bell string }](s, 200, "GET", "/api/bell", "").Bell }
	before := bell()
	got := want[bookmarkAnswer](s, 200, "PUT", path(2), `{"comment":"Refunded twice?"}`)
	if got.Message.Data != "two" || got.Comment != "Refunded twice?" || got.Message.Source != "orders" {
		t.Errorf("%+v", got)
	}
	if bell() == before {
		t.Error("other screens are not told")
	}
	want[bookmarkAnswer](s, 200, "PUT", path(4), `{}`)
	want[bookmarkAnswer](s, 200, "PUT", path(1), `{"comment":""}`)

	list := want[bookmarksAnswer](s, 200, "GET", "/api/bookmarks?source=orders", "")
	if len(list.Bookmarks) != 2 || list.Bookmarks[1].Message.Data != "two" || list.More {
		t.Errorf("%+v", list)
	}
	list = want[bookmarksAnswer](s, 200, "GET", "/api/bookmarks?limit=2", "")
	if len(list.Bookmarks) != 2 || !list.More || list.From != s.position(2) || list.To != s.position(4) {
		t.Errorf("%+v", list)
	}
	list = want[bookmarksAnswer](s, 200, "GET", "/api/bookmarks?after="+s.position(2)+"&limit=1", "")
	if len(list.Bookmarks) != 1 || list.Bookmarks[0].Message.Data != "four" || list.More {
		t.Errorf("%+v", list)
	}

	want[any](s, 204, "DELETE", path(2), "")
	want[refusal](s, 404, "DELETE", path(2), "")
	if got := want[bookmarkAnswer](s, 200, "POST", path(2)+"/restore", "{}"); got.Comment != "Refunded twice?" {
		t.Errorf("%+v", got)
	}
	changes := want[struct{ Bookmarks int64 }](s, 200, "GET", "/api/state", "").Bookmarks
	if changes != 5 {
		t.Errorf("%d changes", changes)
	}

	if _, err := s.journal.Trim(t.Context(), live.Keep{Messages: 2}); err != nil {
		t.Fatal(err)
	}
	list = want[bookmarksAnswer](s, 200, "GET", "/api/bookmarks", "")
	if len(list.Bookmarks) != 3 || !list.Bookmarks[1].Gone || list.Bookmarks[2].Gone || list.Bookmarks[1].Comment == "" {
		t.Errorf("%+v", list)
	}
	for body, code := range map[string]string{
		`{"comment":"` + strings.Repeat("ä", live.MaxComment+1) + `"}`: "bad_comment",
		`{"comments":""}`: "unknown_field",
	} {
		if e := want[refusal](s, 400, "PUT", path(4), body); e.Error.Code != code {
			t.Errorf("%v, not %s", e.Error, code)
		}
	}
	want[refusal](s, 404, "PUT", path(77), `{}`)
	want[refusal](s, 410, "PUT", "/api/bookmarks/zzzz.1", `{}`)
	if resp, _ := s.do("GET", "/api/bookmarks", ""); resp.StatusCode != 401 {
		t.Errorf("without a token: %s", resp.Status)
	}
}
