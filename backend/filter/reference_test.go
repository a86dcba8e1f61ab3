package filter

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/filter/syntax"
	"signalbox/backend/live"
)

// A member is one of an object, in the order of the text and with all of the same
// name; an element of an array has no name.
type member struct {
	name  string
	array bool
	value any
}

// readJSON reads a text with encoding/json. ok is false if it is broken.
func readJSON(text string) (value any, ok bool) {
	if !json.Valid([]byte(text)) {
		return nil, false
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var read func() any
	read = func() any {
		token, err := dec.Token()
		if err != nil {
			panic(err)
		}
		delim, nested := token.(json.Delim)
		if !nested {
			return token
		}
		members := []member{}
		for dec.More() {
			m := member{array: delim == '['}
			if !m.array {
				name, err := dec.Token()
				if err != nil {
					panic(err)
				}
				m.name = name.(string)
			}
			m.value = read()
			members = append(members, m)
		}
		if _, err := dec.Token(); err != nil {
			panic(err)
		}
		return members
	}
	return read(), true
}

// reach returns the values at a path.
func reach(value any, path []syntax.Step) []any {
	if len(path) == 0 {
		return []any{value}
	}
	var found []any
	members, _ := value.([]member)
	for i, m := range members {
		step := path[0]
		if step.All || m.array && step.Index == i || !m.array && step.Index < 0 && m.name == step.Name {
			found = append(found, reach(m.value, path[1:])...)
		}
	}
	return found
}

// written returns a value as a text: a text itself, or what JSON has for a number
// or a word.
func written(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return "null"
}

func holds(v any, op syntax.Op, want syntax.Value) bool {
	if members, ok := v.([]member); ok {
		return op == syntax.Exists || op == syntax.NotEqual || op == syntax.Contains &&
			slices.ContainsFunc(members, func(m member) bool { return holds(m.value, op, want) })
	}
	text, isText := v.(string)
	number := func(s string) *big.Rat {
		if !json.Valid([]byte(s)) || !strings.Contains("-0123456789", s[:min(1, len(s))]) || strings.TrimSpace(s) != s {
			return nil
		}
		r, _ := new(big.Rat).SetString(s)
		return r
	}
	order, ordered := 0, false
	if wanted := number(want.Text); wanted != nil && !want.Quoted {
		if got := number(written(v)); got != nil {
			order, ordered = got.Cmp(wanted), true
		}
	} else if isText {
		order, ordered = strings.Compare(text, want.Text), true
	}
	equal := isText && text == want.Text || ordered && order == 0 || !isText && !want.Quoted && written(v) == want.Text
	switch op {
	case syntax.Exists:
		return true
	case syntax.Contains:
		if want.Pattern != nil {
			return want.Pattern.Regexp.MatchString(written(v))
		}
		return inText(written(v), want.Text)
	case syntax.Equal:
		return equal
	case syntax.NotEqual:
		return !equal
	case syntax.Greater:
		return ordered && order > 0
	case syntax.GreaterOrEqual:
		return ordered && order >= 0
	case syntax.Less:
		return ordered && order < 0
	}
	return ordered && order <= 0
}

var upper = regexp.MustCompile("[A-Z]")

func inText(text, part string) bool {
	small := func(s string) string { return upper.ReplaceAllStringFunc(s, strings.ToLower) }
	return strings.Contains(small(text), small(part))
}

// selects is what a filter means for an event, written down as plainly as
// possible.
func selects(e syntax.Expr, m *live.Message) bool {
	matches := func(patterns []string, s string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			return p == s || strings.HasSuffix(p, "*") && strings.HasPrefix(s, p[:len(p)-1])
		})
	}
	switch e := e.(type) {
	case syntax.And:
		return !slices.ContainsFunc(e, func(e syntax.Expr) bool { return !selects(e, m) })
	case syntax.Or:
		return slices.ContainsFunc(e, func(e syntax.Expr) bool { return selects(e, m) })
	case syntax.Not:
		return !selects(e.Expr, m)
	case syntax.Text:
		return inText(m.Data, string(e)) || inText(m.Type, string(e))
	case syntax.Regexp:
		return e.Regexp.MatchString(m.Data) || e.Regexp.MatchString(m.Type)
	case syntax.Type:
		return matches(e, m.Type)
	case syntax.ID:
		return slices.Contains(e, m.ID)
	case syntax.Kind:
		return slices.Contains(e, live.Event)
	case syntax.Source:
		return matches(e, env.Sources.(sources)[m.Source])
	case syntax.Bookmarked:
		return bookmarked[m.Number]
	case syntax.Time:
		return m.Received.Before(e.At) == e.Before
	case syntax.Field:
		value, ok := readJSON(m.Data)
		return ok && slices.ContainsFunc(reach(value, e.Path), func(v any) bool { return holds(v, e.Op, e.Value) })
	}
	panic("an expression of another type")
}

func TestRandomFiltersSelectWhatTheyMean(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var value func(depth int) string
	value = func(depth int) string {
		switch {
		case depth > 0 && r.IntN(5) == 0:
			return "[" + value(depth-1) + ", " + value(depth-1) + "]"
		case depth > 0 && r.IntN(5) == 0:
			return `{` + pick(`"a"`, `"\u0061"`, `"b c"`, `""`) + `:` + value(depth-1) + `, ` + pick(`"a"`, `"B"`) + ` : ` + value(depth-1) + `}`
		}
		return pick("0", "-0", "1", "10", "1e1", "-2.50", "9007199254740993", "9007199254740992", "9.007199254740993e15", "123456789012345678901234567890", "0.1", "0.10000000000000000001",
			"true", "false", "null", `"paid"`, `"p\u0061id"`, `"Paid"`, `""`, `"10"`, `"1e1"`, `"01"`, `"订单"`, `"\u8ba2单"`, `"a\"b\\c"`, `"\ud83d\ude82"`, `"\ud83d"`, `"x\u0000y"`, `"K"`, `"\u212a"`, `"s\nt"`)
	}
	data := func() string {
		text := `{"a": ` + value(3) + `, "b c":` + value(2) + `,"a":` + value(1) + `,"list":[` + value(1) + `,` + value(1) + `]}`
		switch r.IntN(10) {
		case 0:
			return text[:r.IntN(len(text))]
		case 1:
			return text + pick("x", "}", " \n", "\x00", `"`)
		case 2:
			return value(2)
		case 3:
			return pick("", "Paid", "nul\x00 paid", "订单 paid", "KELVIN K", strings.Repeat("[", 10001)+strings.Repeat("]", 10001), "\t 5 ", "01", "1.", "-", "{,}", `{"a"}`, `["\x"]`, "[1,]")
		}
		return text
	}
	path := func() string {
		return pick("$", "$.a", "$.a.a", "$.a[*]", "$.a[1]", `$["b c"]`, "$.list", "$.list[*]", "$.list[0].a", "$.*", "$.*.*", `$[""]`, "$.a[*].B", "$.none")
	}
	word := func() string {
		return pick("paid", "PAI", `"paid"`, "10", `"10"`, "1e1", "-2.5", "0", "9007199254740993", "123456789012345678901234567890", "0.1", "true", "null", "订", "订单", `"a\"b\c"`, "🚂", "k", `""`, `"x`+"\x00"+`y"`, "01", "\uFFFD")
	}
	pattern := func() string {
		return pick("/paid/", "/P.ID/i", "/k/i", "/^a|单$/", "/[0-9]+/", `/\x00/`, "/(pa|PA)id/", "/s.t/s", "/^t/m", "/ab?c*(d+|e)/", "/(?i:paid)x*/")
	}
	var text func(depth int) string
	text = func(depth int) string {
		switch n := r.IntN(12); {
		case depth > 0 && n < 2:
			return "(" + text(depth-1) + pick(" ", " and ", " or ") + text(depth-1) + ")"
		case depth > 0 && n < 4:
			return "-(" + text(depth-1) + ")"
		case n < 5:
			return path()
		case n < 9:
			return path() + pick("=", " != ", " > ", ">=", " <", "<= ", ":", " : ") + word()
		case n < 10:
			return path() + " : " + pattern()
		case n < 11:
			return pick(pattern(), `"paid"`, "订", "K", `"nul`+"\x00"+`"`)
		}
		return pick("event:order.*", "event:x,order.paid", "id:7", "is:event", "-is:gap", "source:pay*", "after:-1m", "before:-1m", "-source:stock", "is:bookmarked")
	}
	selected, messages := 0, make([]*live.Message, 400)
	for i := range messages {
		messages[i] = &live.Message{Number: int64(i % 7), Draft: live.Draft{Source: 7 + r.Int64N(2), Type: pick("order.paid", "message", "x"), ID: pick("7", ""), Data: data(), Received: now.Add(-time.Duration(r.IntN(2)) * 2 * time.Minute)}}
	}
	for range 600 {
		f := parse(t, text(3))
		need := f.Need()
		from, to := f.Times()
		for range 100 {
			m := messages[r.IntN(len(messages))]
			want := selects(f.Tree(), m)
			if got := f.Match(m); got != want {
				t.Fatalf("%s of %s %q: %v", f, m.Type, m.Data, got)
			}
			if !want {
				continue
			}
			if selected++; !need.Holds(m.Data, m.Type) {
				t.Fatalf("%s selects %s %q, which has not its pieces", f, m.Type, m.Data)
			}
			if m.Received.Before(from) || !to.IsZero() && !m.Received.Before(to) {
				t.Fatalf("%s selects what was received at %s, not from %s to %s", f, m.Received, from, to)
			}
		}
	}
	if selected < 8_000 {
		t.Errorf("only %d messages are selected", selected)
	}
}

func FuzzATextHasAValueIfItIsJSON(f *testing.F) {
	for _, s := range []string{"", "{}", `{"a":[1,-2.5e+3,"\u00e9\ud83d"],"b":null}`, "[1,]", "01", "1.", "tru", `"` + "\x1f" + `"`, " \t5\n", `{"a" :{} , "":[ ]}`, "[[[", `"\`, `"\u12"`} {
		f.Add(s)
	}
	exists, err := Parse("$ : \"\"", Env{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, valid := exists.Match(&live.Message{Draft: live.Draft{Data: s}}), json.Valid([]byte(s)); got && !valid {
			t.Fatalf("%q is read as JSON", s)
		}
		r := jsonReader{text: s, test: newFieldTest(syntax.Field{})}
		if got := r.any(); got != json.Valid([]byte(s)) {
			t.Fatalf("%q: %v", s, got)
		}
	})
}
