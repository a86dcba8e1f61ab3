package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestAPositionHasOneWrittenForm(t *testing.T) {
	for _, s := range []string{"k3f9.1", "k3f9.1042", "a.0", "0z.9223372036854775807"} {
		p, ok := ParsePosition(s)
		if !ok || p.String() != s {
			t.Errorf("ParsePosition(%q) = %v, %v", s, p, ok)
		}
	}
	for _, s := range []string{"", ".", "k3f9", "k3f9.", ".5", "k3f9.-1", "k3f9.+1", "k3f9.01", "k3f9.1.2", "K3F9.1",
		"k3f9.9223372036854775808", "k3f9. 1", "k-3.1", "k3f9.1 "} {
		if p, ok := ParsePosition(s); ok {
			t.Errorf("ParsePosition(%q) = %v, want nothing", s, p)
		}
	}
}

func TestAPositionReadsBackFromJSON(t *testing.T) {
	p := Position{"k3f9", 1042}
	b, err := json.Marshal(p)
	if err != nil || string(b) != `"k3f9.1042"` {
		t.Fatalf("%s, %v", b, err)
	}
	var q Position
	if err := json.Unmarshal(b, &q); err != nil || q != p {
		t.Fatalf("%v, %v", q, err)
	}
	if err := json.Unmarshal([]byte(`"1042"`), &q); !errors.Is(err, &Error{Code: "bad_position"}) {
		t.Fatalf("a number without its epoch: %v", err)
	}
}

func TestANameThatCannotStandInAURLIsRefused(t *testing.T) {
	for _, name := range []string{"messages", "payments webhook", "设备", "a.b", strings.Repeat("é", MaxName)} {
		if err := CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", " ", " a", "a ", "a/b", `a\b`, "a\nb", "a\x00", ".", "..", "\xff", strings.Repeat("é", MaxName+1)} {
		e, ok := errors.AsType[*Error](CheckName(name))
		if !ok || e.Field != "name" || e.Code != "bad_name" {
			t.Errorf("%q was not refused by its field: %v", name, e)
		}
	}
}

func TestAURLThatLeadsElsewhereIsRefused(t *testing.T) {
	for _, u := range []string{"http://127.0.0.1:4480/events/a", "https://example.org/a?b=c", "http://[::1]/x"} {
		if err := CheckURL(u); err != nil {
			t.Errorf("%q: %v", u, err)
		}
	}
	for _, u := range []string{"", "example.org/a", "file:///etc/passwd", "javascript:alert(1)", "ftp://a/b", "http://", "http://:80/", "http://a b/", "https://me:secret@example.org/"} {
		if err := CheckURL(u); err == nil {
			t.Errorf("%q was accepted", u)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

func TestAFilterReadsWhatAPersonTypes(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Filter
	}{
		{"", Filter{}},
		{"  ", Filter{}},
		{"paid", Filter{Text: []string{"paid"}}},
		{`"two words" -"not this" -nor`, Filter{Text: []string{"two words"}, Without: []string{"not this", "nor"}}},
		{"event:order.*,stock.low lyon", Filter{Types: []string{"order.*", "stock.low"}, Text: []string{"lyon"}}},
		{"id:88405", Filter{ID: "88405"}},
		{`id:"with space"`, Filter{ID: "with space"}},
		{"http://example.org", Filter{Text: []string{"http://example.org"}}},
		{"-", Filter{Text: []string{"-"}}},
	} {
		got, err := ParseFilter(c.in)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %+v, %v, want %+v", c.in, got, err, c.want)
		}
	}
	for _, in := range []string{`"open`, "event:", "-event:a", "-id:1"} {
		if _, err := ParseFilter(in); !errors.Is(err, &Error{Code: "bad_filter"}) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestAFilterMatchesWhatItSays(t *testing.T) {
	m := &Message{Draft: Draft{Source: 7, Type: "order.paid", ID: "88405", Data: `{"Warehouse":"Lyon-2","left":3}`}}
	for _, c := range []struct {
		f    Filter
		want bool
	}{
		{Filter{}, true},
		{Filter{Sources: []int64{7, 9}}, true},
		{Filter{Sources: []int64{8}}, false},
		{Filter{Types: []string{"order.*"}}, true},
		{Filter{Types: []string{"order"}}, false},
		{Filter{Types: []string{"*"}}, true},
		{Filter{Text: []string{"lyon-2", "ORDER"}}, true},
		{Filter{Text: []string{"lyon", "paris"}}, false},
		{Filter{Without: []string{"LYON"}}, false},
		{Filter{Text: []string{""}}, true},
		{Filter{ID: "88405"}, true},
		{Filter{ID: "8840"}, false},
	} {
		if got := c.f.Match(m); got != c.want {
			t.Errorf("%+v: %v", c.f, got)
		}
	}
}

func TestOnlyAPlainFilterShowsGapsAndNotes(t *testing.T) {
	for _, kind := range []Kind{GapKind, NoteKind} {
		m := &Message{Draft: Draft{Source: 7, Kind: kind, Data: `{"reason":"lost"}`}}
		if f := (Filter{Sources: []int64{7}}); !f.Match(m) {
			t.Errorf("%v is missing from its source's timeline", kind)
		}
		if f := (Filter{Text: []string{"lost"}}); f.Match(m) {
			t.Errorf("%v was found by text", kind)
		}
		if f := (Filter{EventsOnly: true}); f.Match(m) {
			t.Errorf("%v is an event", kind)
		}
	}
}

func TestAnErrorIsKnownByItsCode(t *testing.T) {
	cause := errors.New("disk on fire")
	err := fmt.Errorf("append: %w", Errorf("store", "Nothing can be written.").WithCause(cause).WithHint("Make room."))
	if !errors.Is(err, &Error{Code: "store"}) || errors.Is(err, &Error{Code: "other"}) || !errors.Is(err, cause) {
		t.Fatal(err)
	}
	if got := err.Error(); got != "append: Nothing can be written. Make room." {
		t.Fatal(got)
	}
}
