package syntax

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"signalbox/backend/live"
)

var (
	paris = time.FixedZone("", 3600)
	now   = time.Date(2026, 11, 22, 14, 2, 8, 0, paris)
	env   = Env{Now: now, Sources: sources{"payments", "two words"}, Bookmarked: func() (map[int64]bool, error) { return nil, nil }}
)

type sources []string

func (s sources) SourceByID(int64) (live.Source, bool) { return live.Source{}, false }

func (s sources) Sources() (list []live.Source) {
	for _, name := range s {
		list = append(list, live.Source{Name: name})
	}
	return list
}

func TestAFilterIsParsed(t *testing.T) {
	word := func(words ...string) And {
		var list And
		for _, w := range words {
			list = append(list, Text(w))
		}
		return list
	}
	for _, c := range []struct {
		in   string
		want Expr
	}{
		{"", And{}},
		{"  ", And{}},
		{"paid", Text("paid")},
		{`"two words" -"not this" -nor`, And{Text("two words"), Not{Text("not this")}, Not{Text("nor")}}},
		{"event:order.*,stock.low lyon", And{Type{"order.*", "stock.low"}, Text("lyon")}},
		{"event:a x event:b", And{Type{"a", "b"}, Text("x")}},
		{"event:a and event:b", And{Type{"a"}, Type{"b"}}},
		{"-event:a,b", Not{Type{"a", "b"}}},
		{"id:88405", ID{"88405"}},
		{"id:,", ID{","}},
		{`id:"with space"`, ID{"with space"}},
		{"http://example.org -https://a/b:c", And{Text("http://example.org"), Not{Text("https://a/b:c")}}},
		{"12:30 127.0.0.1:4480 [::1]:80 :a a,b:c", word("12:30", "127.0.0.1:4480", "[::1]:80", ":a", "a,b:c")},
		{`{"state":"paid"} $5 $ a$.b :) f(x) a)`, word(`{"state":"paid"}`, "$5", "$", "a$.b", ":)", "f(x)", "a)")},
		{`"source:orders" -"foo:bar" "$.total"`, And{Text("source:orders"), Not{Text("foo:bar")}, Text("$.total")}},
		{`"C:\new" "a\"b" "c\\" "or" "\\server"`, word(`C:\new`, `a"b`, `c\`, "or", `\\server`)},
		{"/api/v1 /var/log/ //", word("/api/v1", "/var/log/", "//")},
		{"event://x", Text("event://x")},
		{"-", Text("-")},
		{"a - b", word("a", "b")},
		{"--a", Not{Text("-a")}},
		{"is:note is:gap", Kind{live.NoteKind, live.GapKind}},
		{"is:bookmarked", Bookmarked{}},
		{"is:gap,bookmarked,note x", And{Or{Kind{live.GapKind, live.NoteKind}, Bookmarked{}}, Text("x")}},
		{"is:gap is:bookmarked is:note", And{Kind{live.GapKind, live.NoteKind}, Bookmarked{}}},
		{"-is:bookmarked,bookmarked", Not{Bookmarked{}}},
		{"is:event,gap -is:gap", And{Kind{live.Event, live.GapKind}, Not{Kind{live.GapKind}}}},
		{`source:pay*,"two words" -event:"a,b","c\"",,d,"e"x`, And{Source{"pay*", "two words"}, Not{Type{"a,b", `c"`, "d", "e"}}, Text("x")}},
		{`(event:f(a,b),"c)")`, Type{"f(a", "b)", "c)"}},
		{"a b or c d", Or{word("a", "b"), word("c", "d")}},
		{"(a or b) OR c", Or{Text("a"), Text("b"), Text("c")}},
		{"(a or b) c", And{Or{Text("a"), Text("b")}, Text("c")}},
		{"a AND (b c) and -(d or (e))", And{Text("a"), Text("b"), Text("c"), Not{Or{Text("d"), Text("e")}}}},
		{"-(-a)", Not{Not{Text("a")}}},
		{"(f(x)or)", Text("f(x)or")},
		{"$.a.b", Field{Path: []Step{{Name: "a", Index: -1}, {Name: "b", Index: -1}}}},
		{`$.items[*]["a \"b"][12].* : A-1840`, Field{
			Path: []Step{{Name: "items", Index: -1}, {Index: -1, All: true}, {Name: `a "b`, Index: -1}, {Index: 12}, {Index: -1, All: true}},
			Op:   Contains, Value: Value{Text: "A-1840"},
		}},
		{`$.a>=5 $.b!="x y" c`, And{
			Field{Path: []Step{{Name: "a", Index: -1}}, Op: GreaterOrEqual, Value: Value{Text: "5"}},
			Field{Path: []Step{{Name: "b", Index: -1}}, Op: NotEqual, Value: Value{Text: "x y", Quoted: true}}, Text("c"),
		}},
		{"($.a==/x/y)", Field{Path: []Step{{Name: "a", Index: -1}}, Op: Equal, Value: Value{Text: "/x/y"}}},
		{"$ = 5", Field{Path: []Step{}, Op: Equal, Value: Value{Text: "5"}}},
		{"before:-15m", Time{Before: true, At: now.Add(-15 * time.Minute), Text: "-15m"}},
	} {
		got, err := Parse(c.in, env)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %#v, %v, want %#v", c.in, got, err, c.want)
			continue
		}
		if again, err := Parse(String(got), env); err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%q is written as %q, which is %#v, %v", c.in, String(got), again, err)
		}
	}
}

func TestAnErrorInAFilterHasItsOffset(t *testing.T) {
	const keys = "The keys are event:, source:, id:, is:, before: and after:. For a field of the data, write $.NAME. To search for a text, put it in quotation marks"
	for _, c := range []struct{ in, wrong, message, hint string }{
		{`é "open`, `"open`, "A quotation mark in the filter is never closed.", ""},
		{`id:"open`, `"open`, "A quotation mark in the filter is never closed.", ""},
		{"paid event: x", "event:", "event: needs a value after it.", ""},
		{"event:,", "event:,", "event: needs a value after it.", ""},
		{"sauce:orders", "sauce:", "sauce: is not a key of the filter.", keys + `: "sauce:orders".`},
		{"  é -foo:bar", "foo:", "foo: is not a key of the filter.", keys + `: -"foo:bar".`},
		{"(foo:bar)", "foo:", "foo: is not a key of the filter.", keys + `: "foo:bar".`},
		{`foo:"b c"`, "foo:", "foo: is not a key of the filter.", keys + "."},
		{"größe:", "größe:", "größe: is not a key of the filter.", keys + `: "größe:".`},
		{"Event:x", "Event:", "Event: is not a key of the filter.", keys + `: "Event:x".`},
		{"is:gone", "gone", `"gone" is not a kind of message.`, "Write is:event, is:gap, is:note or is:bookmarked."},
		{"a -is:event,x", "event,x", `"x" is not a kind of message.`, "Write is:event, is:gap, is:note or is:bookmarked."},
		{"is:gap -is:gap b", "-is:gap", "The filter leaves out every kind of message.", "The kinds are event, gap and note."},
		{"é or", "or", `"or" needs a term before it and one after it.`, `To search for the word, put it in quotation marks: "or".`},
		{"(and a)", "and", `"and" needs a term before it and one after it.`, `To search for the word, put it in quotation marks: "and".`},
		{"a or or b", "or", `"or" needs a term before it and one after it.`, `To search for the word, put it in quotation marks: "or".`},
		{"a (b", "(b", "A ( in the filter is never closed.", "To search for it, put it in quotation marks."},
		{"a ) b", ")", "There is no ( for this ).", `To search for it, put it in quotation marks: ")".`},
		{"a ( )", "( )", "There is nothing between the parentheses.", `To search for them, put them in quotation marks: "()".`},
		{"source:nobody", "nobody", `There is no source called "nobody".`, "A * at the end stands for any characters: nobody*"},
		{"before:yestermorn x", "yestermorn", `"yestermorn" is not a time.`, "Write it as in -15m, -2h, 14:02, 2026-11-20 or 2026-11-20T14:02."},
		{"$.a[b] = 1", "[b]", `The path ends before "[b]".`, `A path looks like $.total, $.items[0].sku, $.items[*].sku or $["any name"]. To search for a text, put it in quotation marks.`},
		{"$.total >", "$.total >", "> needs a value after it.", `Write it as in $.total > 50 or $.state = "paid".`},
		{"$.a = /b/", "= /b/", "= does not take a regular expression.", "Write : before a regular expression, and quotation marks around a text."},
		{"x /a(/i", "/a(/i", "The regular expression cannot be read: missing closing ): `(?i)a(`.", "The syntax is that of Go: https://pkg.go.dev/regexp/syntax. To search for a text with slashes, put it in quotation marks."},
		{"/" + strings.Repeat("(a{30}){30}", 6) + "/", "/" + strings.Repeat("(a{30}){30}", 6) + "/", "The regular expression is too large.", "A part that is repeated counts as often as it repeats."},
		{"/" + strings.Repeat("a", 1001) + "/", "/" + strings.Repeat("a", 1001) + "/", "The regular expression has more than 1000 characters.", ""},
		{strings.Repeat("(", 21) + "a", "(", "The filter has more than 20 groups inside each other.", ""},
		{strings.Repeat("a ", 100) + "b c", "b", "The filter has more than 100 terms.", "Words in quotation marks count as one."},
		{"event:" + strings.Repeat("a,", 101), "event:" + strings.Repeat("a,", 101), "The filter has more than 100 terms.", "Words in quotation marks count as one."},
		{"$" + strings.Repeat(".a", 33), "$" + strings.Repeat(".a", 33), "The path has more than 32 steps.", ""},
		{strings.Repeat("é", 10001), strings.Repeat("é", 10001), "The filter has 10001 characters; 10000 is the limit.", ""},
	} {
		_, err := Parse(c.in, env)
		var e *live.Error
		if !errors.As(err, &e) || e.Code != "bad_filter" || e.Field != "q" || e.Offset == nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		wrong, hint := string([]rune(c.in)[*e.Offset:][:e.Length]), strings.ReplaceAll(c.hint, "NAME", strings.TrimSuffix(c.wrong, ":"))
		if wrong != c.wrong || e.Message != c.message || e.Hint != hint {
			t.Errorf("%q: %q %s %s", c.in, wrong, e.Message, e.Hint)
		}
	}
	if _, err := Parse("source:payments", Env{Now: now}); err == nil {
		t.Error("source: is accepted where there is only one source")
	}
	var e *live.Error
	if _, err := Parse("x -is:gap,bookmarked", Env{Now: now}); !errors.As(err, &e) || e.Text != "bad_filter/bookmarked" || *e.Offset != 6 || e.Length != 14 {
		t.Errorf("is:bookmarked where there are no bookmarks: %v", err)
	}
}

func TestATimeIsReadAsPeopleWriteIt(t *testing.T) {
	day := func(d, hour, minute, second int) time.Time {
		return time.Date(2026, 11, d, hour, minute, second, 0, paris)
	}
	for in, want := range map[string]time.Time{
		"now": now, "today": day(22, 0, 0, 0), "Yesterday": day(21, 0, 0, 0), "-15m": now.Add(-15 * time.Minute), "15min": now.Add(-15 * time.Minute),
		"-1h30m": now.Add(-90 * time.Minute), "2 days ago": now.Add(-48 * time.Hour), "-1.5h": now.Add(-90 * time.Minute), "1w": now.Add(-7 * 24 * time.Hour),
		"14:02": day(22, 14, 2, 0), "14:03": day(21, 14, 3, 0), "9:30:05": day(22, 9, 30, 5), "2026-11-20": day(20, 0, 0, 0), "2026-11-20T14:02": day(20, 14, 2, 0),
		"2026-11-20 14:02:08": day(20, 14, 2, 8), "2026-11-20T14:02:08Z": day(20, 15, 2, 8), "2026-11-20T14:02:08.5+01:00": day(20, 14, 2, 8).Add(time.Second / 2),
	} {
		if got, ok := parseTime(in, now); !ok || !got.Equal(want) {
			t.Errorf("%s is %v, %v, not %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "-", "5", "-5", "m", "-15x", "25:00", "2026-13-01", "2026-11", "12h:", "1e3s", "99999999999w", "tomorrow", "..5m"} {
		if got, ok := parseTime(in, now); ok {
			t.Errorf("%q is %v", in, got)
		}
	}
}

func FuzzAFilterIsParsedAgainAsTheSameTree(f *testing.F) {
	for _, s := range []string{
		"", "-", `-"`, "a:b", "-is:gap,", "is:bookmarked,gap -(is:bookmarked)", "$.x -$[", `id:"`, "é\xff:\xff", "is:is: \u00a0 x", `a or (b -c) and "d\\" event:a event:b and event:c`, "-(id:a id:b)", `$["a"].b[0].*>="x\""`,
		"/a b/i /c", "after:-15m before:14:02", "(a or b)c)", "$ = (x)", `$.a : /x\/y/`, `"\\\""`, "source:pay*", "--a - b -(-(-c))", "$.a:b $.a", `event:"a b,(c"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tree, err := Parse(s, env)
		if err != nil {
			var e *live.Error
			if !errors.As(err, &e) || e.Offset == nil || e.Length <= 0 || *e.Offset < 0 || *e.Offset+e.Length > utf8.RuneCountInString(s) {
				t.Fatalf("%q: %+v", s, err)
			}
			return
		}
		again, err := Parse(String(tree), env)
		if err != nil || !reflect.DeepEqual(tree, again) {
			t.Fatalf("%q is %#v, written as %q, which is %#v, %v", s, tree, String(tree), again, err)
		}
	})
}
