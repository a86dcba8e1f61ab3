package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
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

func TestANameThatDoesNotFitAURLIsRefused(t *testing.T) {
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

func TestAnAddressThatIsNotHTTPIsRefused(t *testing.T) {
	for _, u := range []string{"http://127.0.0.1:4480/events/a", "https://example.org/a?b=c", "http://[::1]/x", "http://a:1/", "http://a:65535/", "http://a:/"} {
		if err := CheckURL(u); err != nil {
			t.Errorf("%q: %v", u, err)
		}
	}
	for _, u := range []string{"", "example.org/a", "file:///etc/passwd", "javascript:alert(1)", "ftp://a/b", "http://", "http://:80/", "http://a b/", "http://a:0/", "http://a:65536/", "https://[::1]:99999/", "http://a:99999999999999999999/", "http://a:b/", "https://me:secret@example.org/"} {
		if err := CheckURL(u); err == nil {
			t.Errorf("%q was accepted", u)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

func TestAFilterIsParsed(t *testing.T) {
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
		{"id:,", Filter{ID: ","}},
		{`id:"with space"`, Filter{ID: "with space"}},
		{"http://example.org -https://a/b:c", Filter{Text: []string{"http://example.org"}, Without: []string{"https://a/b:c"}}},
		{"12:30 127.0.0.1:4480 [::1]:80 :a a,b:c", Filter{Text: []string{"12:30", "127.0.0.1:4480", "[::1]:80", ":a", "a,b:c"}}},
		{`{"state":"paid"} $5 $ a$.b`, Filter{Text: []string{`{"state":"paid"}`, "$5", "$", "a$.b"}}},
		{`"source:orders" -"foo:bar" "$.total"`, Filter{Text: []string{"source:orders", "$.total"}, Without: []string{"foo:bar"}}},
		{"event://x", Filter{Text: []string{"event://x"}}},
		{"-", Filter{Text: []string{"-"}}},
		{"is:event paid", Filter{Kinds: []Kind{Event}, Text: []string{"paid"}}},
		{"is:note is:gap", Filter{Kinds: []Kind{GapKind, NoteKind}}},
		{"is:event,gap -is:gap", Filter{Kinds: []Kind{Event}}},
		{"-is:gap", Filter{Kinds: []Kind{Event, NoteKind}}},
		{`is:"gap,event,note"`, Filter{}},
	} {
		got, err := ParseFilter(c.in)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %+v, %v, want %+v", c.in, got, err, c.want)
		}
	}
}

func TestAnErrorInAFilterHasItsOffset(t *testing.T) {
	const keys = "The keys are event:, id: and is:. To search for a text, put it in quotation marks"
	for _, c := range []struct{ in, wrong, message, hint string }{
		{`é "open`, `"open`, "A quotation mark in the filter is never closed.", ""},
		{`id:"open`, `"open`, "A quotation mark in the filter is never closed.", ""},
		{"paid event: x", "event:", "event: needs a value after it.", ""},
		{"event:,", "event:,", "event: needs a value after it.", ""},
		{"a -event:b c", "-event:b", "-event: is not supported.", "Put the minus before a word, a quoted phrase or is:."},
		{"-id:1", "-id:1", "-id: is not supported.", "Put the minus before a word, a quoted phrase or is:."},
		{"source:orders", "source:", "source: is not a key of the filter.", keys + `: "source:orders".`},
		{"  é -foo:bar", "foo:", "foo: is not a key of the filter.", keys + `: -"foo:bar".`},
		{`foo:"b c"`, "foo:", "foo: is not a key of the filter.", keys + "."},
		{"a_b-c.d2:5", "a_b-c.d2:", "a_b-c.d2: is not a key of the filter.", keys + `: "a_b-c.d2:5".`},
		{"größe:", "größe:", "größe: is not a key of the filter.", keys + `: "größe:".`},
		{"Event:x", "Event:", "Event: is not a key of the filter.", keys + `: "Event:x".`},
		{"x $.total>100", "$.total>100", "The filter cannot look inside the data for $.total>100.", keys + `: "$.total>100".`},
		{"is:gone", "gone", `"gone" is not a kind of message.`, "Write is:event, is:gap or is:note."},
		{"a -is:event,x", "event,x", `"x" is not a kind of message.`, "Write is:event, is:gap or is:note."},
		{"is:gap -is:gap b", "-is:gap", "The filter leaves out every kind of message.", "The kinds are event, gap and note."},
	} {
		_, err := ParseFilter(c.in)
		var e *Error
		if !errors.As(err, &e) || e.Code != "bad_filter" || e.Field != "q" || e.Offset == nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if wrong := string([]rune(c.in)[*e.Offset:][:e.Length]); wrong != c.wrong || e.Message != c.message || e.Hint != c.hint {
			t.Errorf("%q: %q %s %s", c.in, wrong, e.Message, e.Hint)
		}
	}
}

func FuzzAFilterIsParsedOrRefusedWithAnOffset(f *testing.F) {
	for _, s := range []string{"", "-", `-"`, "a:b", "-is:gap,", "$.x -$[", `id:"`, "é\xff:\xff", "is:is: \u00a0 x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := ParseFilter(s)
		if err == nil {
			filter.Match(&Message{Draft: Draft{Type: "t", Data: s}})
			return
		}
		var e *Error
		if !errors.As(err, &e) || e.Offset == nil || e.Length <= 0 || *e.Offset < 0 || *e.Offset+e.Length > utf8.RuneCountInString(s) {
			t.Fatalf("%q: %+v", s, err)
		}
	})
}

func TestAFilterMatchesItsConditions(t *testing.T) {
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

func TestGapsAndNotesPassUnlessAFilterExcludesThem(t *testing.T) {
	for _, kind := range []Kind{GapKind, NoteKind} {
		m := &Message{Draft: Draft{Source: 7, Kind: kind, Data: `{"reason":"lost"}`}}
		for _, f := range []Filter{
			{}, {Sources: []int64{7}}, {Types: []string{"order.*"}}, {ID: "x"}, {Text: []string{"x"}}, {Without: []string{"lost"}},
			{Kinds: []Kind{kind}}, {Kinds: []Kind{Event, kind}, Text: []string{"x"}},
		} {
			if !f.Match(m) || !f.WantsGaps() {
				t.Errorf("%+v hides a %v", f, kind)
			}
		}
		for _, f := range []Filter{{Sources: []int64{8}}, {Kinds: []Kind{Event}}, {Kinds: []Kind{Event, GapKind + NoteKind - kind}}} {
			if f.Match(m) {
				t.Errorf("%+v shows a %v", f, kind)
			}
		}
	}
	if f := (Filter{Kinds: []Kind{GapKind}}); f.Match(&Message{}) || f.Wants(Event) {
		t.Error("an event is a gap")
	}
}

func TestAnErrorIsComparedByItsCode(t *testing.T) {
	cause := errors.New("disk on fire")
	err := fmt.Errorf("append: %w", Errorf("store", "Nothing can be written.").WithCause(cause).WithHint("Make room."))
	if !errors.Is(err, &Error{Code: "store"}) || errors.Is(err, &Error{Code: "other"}) || !errors.Is(err, cause) {
		t.Fatal(err)
	}
	if got := err.Error(); got != "append: Nothing can be written. Make room." {
		t.Fatal(got)
	}
}

func TestABadPortIsRefused(t *testing.T) {
	for _, u := range []string{"http://127.0.0.1:99999/events", "http://127.0.0.1:port/events"} {
		err := CheckURL(u)
		if e, ok := errors.AsType[*Error](err); !ok || e.Field != "url" || !strings.Contains(e.Message, "port") || !strings.Contains(e.Hint, "65535") {
			t.Errorf("%s: %v", u, err)
		}
	}
}
