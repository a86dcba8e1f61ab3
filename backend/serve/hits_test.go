package serve

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// A pageOfHits is what these tests read of a page.
type pageOfHits struct {
	Messages []messageOfHits `json:"messages"`
}

type messageOfHits struct {
	Event, Data string
	Hits        struct{ Data, Event []int }
}

// marked returns the hits as the screens cut them out.
func (m messageOfHits) marked() []string {
	var parts []string
	for text, pairs := range map[string][]int{m.Data: m.Hits.Data, m.Event: m.Hits.Event} {
		units := utf16.Encode([]rune(text))
		for p := range slices.Chunk(pairs, 2) {
			parts = append(parts, string(utf16.Decode(units[p[0]:p[1]])))
		}
	}
	slices.Sort(parts)
	return parts
}

func TestAPageHasTheHitsOfItsFilter(t *testing.T) {
	s := start(t, nil)
	long := `{"pad":"` + strings.Repeat("é🚂", 300) + `","state":"paid"}`
	huge := `{"state":"paid","pad":"` + strings.Repeat("paid ", 20_000) + `"}`
	for _, data := range []string{`{"a":"🚂 Paid","state":"paid"}`, long, huge, "none"} {
		s.publish("orders", data)
	}
	ask := func(q, more string) (list []string) {
		for _, m := range want[pageOfHits](s, 200, "GET", "/messages?hits=1&q="+url.QueryEscape(q)+more, "").Messages {
			list = append(list, strings.Join(m.marked(), " "))
		}
		return list
	}
	for _, c := range []struct {
		q, more string
		want    []string
	}{
		{"paid state", "&preview=30&before=" + s.position(2), []string{"Paid paid state"}},
		{"🚂", "&before=" + s.position(2), []string{"🚂"}},
		{"$.state = paid", "&before=" + s.position(2), []string{"paid"}},
		{"/é./ mess", "&preview=30&after=" + s.position(1) + "&before=" + s.position(3), []string{"mess é é🚂 é🚂 é🚂"}},
		{"$.state = paid", "&preview=30&after=" + s.position(1) + "&before=" + s.position(3), []string{""}},
		{"$.state = paid", "&preview=30&after=" + s.position(2), []string{""}},
		{"paid -$.x", "&preview=30&after=" + s.position(2), []string{"paid paid"}},
		{"-$.x -paid", "", []string{""}},
		{"", "&after=" + s.position(3), []string{""}},
	} {
		if got := ask(c.q, c.more); !slices.Equal(got, c.want) {
			t.Errorf("%s%s: %q, want %q", c.q, c.more, got, c.want)
		}
	}
	one := want[messageOfHits](s, 200, "GET", "/messages/"+s.position(2)+"?preview=10&hits=1&q="+url.QueryEscape("$.state = paid"), "")
	units := utf16.Encode([]rune(long))
	if len(one.Data) > 10 || len(one.Hits.Data) != 2 || string(utf16.Decode(units[one.Hits.Data[0]:one.Hits.Data[1]])) != "paid" {
		t.Errorf("%+v", one)
	}
	one = want[messageOfHits](s, 200, "GET", "/messages/"+s.position(3)+"?preview=10&hits=1&q=paid", "")
	if len(one.Hits.Data) != 20_000 {
		t.Errorf("%d hits are answered", len(one.Hits.Data)/2)
	}
	if _, text := s.do("GET", "/messages/"+s.position(2)+"?hits=1&q=(", ""); !strings.Contains(text, "bad_filter") {
		t.Error(text)
	}
}
