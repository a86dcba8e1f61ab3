package live

import (
	"encoding/json"
	"errors"
	"fmt"
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

func TestAFilterMatchesItsConditions(t *testing.T) {
	m := &Message{Draft: Draft{Source: 7, Type: "order.paid"}}
	for _, c := range []struct {
		f    Filter
		want bool
	}{
		{Filter{}, true},
		{Filter{Sources: []int64{7, 9}}, true},
		{Filter{Sources: []int64{8}}, false},
		{Filter{Except: []int64{8}}, true},
		{Filter{Except: []int64{7}}, false},
		{Filter{Kinds: []Kind{Event}}, true},
		{Filter{Kinds: []Kind{GapKind, NoteKind}}, false},
		{Filter{Where: ofType("order.paid")}, true},
		{Filter{Where: ofType("order")}, false},
	} {
		if got := c.f.Match(m); got != c.want || got && !c.f.Wants(m.Kind) {
			t.Errorf("%+v: %v", c.f, got)
		}
	}
	if f := (Filter{Where: ofType("order")}); f.WantsGaps() || f.IsZero() {
		t.Error("the filter wants gaps")
	}
}

// ofType selects the events of a type.
type ofType string

func (o ofType) Match(m *Message) bool { return m.Type == string(o) }
func (o ofType) Wants(k Kind) bool     { return k == Event }

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
