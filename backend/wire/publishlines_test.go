package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"signalbox/backend/live"
)

func TestEachLineIsAMessage(t *testing.T) {
	body := "{\"data\":\"a\"}\r\n" +
		"\n" +
		" {\"event\":\"e\",\"id\":\"i\",\"retry\":7,\"again\":true,\"data\":\"two\\nlines\"} \n" +
		" \t\r\n" +
		"{\"event\":\"e\",\"data\":{\"b\": [1, 2.50, \"x y\\u00e9\"] }}\n" +
		"{\"data\":\"\"}" // the last line break may be missing
	got, err := ParseLines("application/x-ndjson", []byte(body), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Lines{
		[]live.Draft{
			{Data: "a", Once: true}, {Type: "e", ID: "i", Retry: ptr(7), Data: "two\nlines"},
			{Type: "e", Data: `{"b":[1,2.50,"x y\u00e9"]}`, Once: true}, {Once: true},
		}, []int{1, 3, 5, 6},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\n%+v", got, want)
	}
}

func TestTheEventTypeOfALineIsNotTakenFromTheLineBefore(t *testing.T) {
	for _, c := range []struct{ first, second string }{{"ul", "null"}, {"23", "1234"}, {"23", "[23]"}} {
		body := fmt.Sprintf("{\"event\":%q,\"data\":\"a\"}\n{\"event\":%s,\"data\":\"b\"}\n", c.first, c.second)
		got, err := ParseLines("application/x-ndjson", []byte(body), nil)
		if c.second == "null" && (err != nil || got.Drafts[1].Type != "") || c.second != "null" && err == nil {
			t.Errorf("%s after %s: %+v, %v", c.second, c.first, got, err)
		}
	}
}

func TestTwoContentTypesAreJSONLines(t *testing.T) {
	for contentType, want := range map[string]bool{
		"application/x-ndjson": true, "application/jsonl": true, "Application/X-NDJSON; charset=utf-8": true,
		"application/json": false, "text/plain": false, "": false, "application/x-ndjson-other": false,
	} {
		if got := IsLines(contentType); got != want {
			t.Errorf("%q: %v", contentType, got)
		}
	}
}

func TestAnErrorHasTheNumberOfItsLine(t *testing.T) {
	const good = "{\"data\":\"x\"}\n"
	for _, c := range []struct {
		contentType, body string
		line              int
		field, says       string
	}{
		{"", good + "\n{\"data\":\"x\",}\n", 3, "", "The JSON is broken at column 13: invalid character '}' looking for beginning of object key string."},
		{"", good + "{\"data\":", 2, "", "The JSON is broken at column 9: it ends too early."},
		{"", good + good[:12] + " {}", 2, "", "The JSON is broken at column 14: invalid character '{' after top-level value."},
		{"", "[" + good + "]", 1, "", "The JSON is broken at column 14: it ends too early."},
		{"", "7\n" + good, 1, "", "The line is JSON but not an object."},
		{"", good + "{\"event\":\"e\"}\n", 2, "data", "The message has no data."},
		{"", good + "{\"data\":\"\",\"type\":\"e\"}", 2, "type", `There is no field "type".`},
		{"", good + "{\"data\":\"\",\"d\\u0061ta\":\"\"}", 2, "data", `The field "data" is there twice.`},
		{"", good + "{\"data\":\"\",\"id\":7}", 2, "id", `The field "id" is not a text.`},
		{"", good + "{\"data\":\"\xff\"}", 2, "data", `The field "data" is not valid UTF-8, or holds half of a surrogate pair.`},
		{"", good + "{\"data\":\"\\ud83d x\"}", 2, "data", `The field "data" is not valid UTF-8, or holds half of a surrogate pair.`},
		{"", good + "{\"again\":1,\"data\":\"\"}", 2, "again", "again is neither true nor false."},
		{"", strings.Repeat(good, MaxLines) + "\n" + good, MaxLines + 2, "", "The request has more than 10000 messages."},
		{"", " \n\n", 0, "", "The body is empty."},
		{"; charset=latin1", good, 0, "", "The text is declared as latin1."},
	} {
		_, err := ParseLines("application/x-ndjson"+c.contentType, []byte(c.body), nil)
		e, ok := errors.AsType[*live.Error](err)
		if !ok || e.Line != c.line || e.Field != c.field || e.Message != c.says {
			t.Errorf("%.60q: line %d, %+v", c.body, c.line, err)
		}
	}
	if got, err := ParseLines("application/jsonl", []byte(strings.Repeat(good, MaxLines)+"\n\n"), nil); len(got.Drafts) != MaxLines || err != nil {
		t.Errorf("%d messages, %v", len(got.Drafts), err)
	}
}

// A line has the same meaning as a body of its own.
func FuzzALineIsParsedLikeASingleMessage(f *testing.F) {
	for _, s := range []string{
		`{"data":"x"}`, `{"event":"e","id":"i","data":"a\r\nb\u00e9\ud83d\ude00","retry":1,"again":false}`, `{"data":{"a":[1,"\n"]}}`,
		`{"data": [ 1 , 2 ] , "retry":null}`, `{"data":"\ud800"}`, `{}`, `x`, `{"data":"a","data":"b"}`, `{"\u0064ata":1}`, `{"data":01}`, "{\"data\":\"\t\"}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\n") || strings.TrimSpace(text) == "" {
			return
		}
		want, wantErr := ParsePublish("application/json", []byte(text), nil)
		got, err := ParseLines("application/x-ndjson", []byte("{\"data\":\"first\"}\n"+text+"\n"), nil)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, alone %v", err, wantErr)
		}
		if err != nil {
			if e := err.(*live.Error); e.Line != 2 || e.Code != wantErr.(*live.Error).Code {
				t.Fatalf("%+v, alone %+v", e, wantErr)
			}
			return
		}
		if !reflect.DeepEqual(got.Drafts[1], want) {
			t.Fatalf("%+v, alone %+v", got.Drafts[1], want)
		}
	})
}

// The parser accepts the same JSON as encoding/json.
func FuzzTheGrammarEqualsEncodingJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `[]`, `[1,-0.5e+3,true,false,null,"x"]`, `01`, `-`, `1.`, `1e`, `"\u12g4"`, `"\x"`, "\"\x1f\"", `"\`, `[1,]`, `{"a":1,}`, `{"a" 1}`, `{1:2}`,
		`tru`, `nulll`, `[[[[]]]]`, ` [ { "a" : [ ] } ] `, `"a"b`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		end := valueEnd(text, skipSpace(text, 0), 0)
		valid := end >= 0 && skipSpace(text, end) == len(text)
		if want := json.Valid(text); valid != want {
			t.Fatalf("%v, encoding/json says %v", valid, want)
		}
		if i := skipSpace(text, 0); i < len(text) && text[i] == '{' {
			if err := eachMember(text, func(_, _ []byte) error { return nil }); (err == nil) != valid {
				t.Fatalf("eachMember: %v, the value is valid: %v", err, valid)
			}
		}
	})
}

func TestTheMaximumNestingEqualsEncodingJSON(t *testing.T) {
	for _, depth := range []int{maxDepth, maxDepth + 1} {
		text := []byte(strings.Repeat("[", depth) + strings.Repeat("]", depth))
		if got, want := valueEnd(text, 0, 0) == len(text), json.Valid(text); got != want {
			t.Errorf("%d: %v, encoding/json says %v", depth, got, want)
		}
		object := slices.Concat([]byte(`{"data":`), text[1:2*depth-1], []byte("}"))
		if _, err := Members(object); (err == nil) != json.Valid(object) {
			t.Errorf("%d: %v", depth, err)
		}
	}
}

func TestPaddingDoesNotStayInMemory(t *testing.T) {
	const size = 8 << 20
	body := []byte(`{"id":"i","event":"e","data":"x"` + strings.Repeat(" ", size) + "}\n{\"data\":\"y\"}")
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	lines, err := ParseLines("application/x-ndjson", body, nil)
	if err != nil {
		t.Fatal(err)
	}
	single, err := ParsePublish("application/json", slices.Clone(body[:size+100]), nil)
	if err == nil {
		t.Fatal("two objects are one message")
	}
	if single, err = ParsePublish("application/json", body[:strings.IndexByte(string(body), '\n')], nil); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > size/2 {
		t.Errorf("%d bytes are kept for messages of a few", kept)
	}
	runtime.KeepAlive(body)
	if lines.Drafts[0].Data != "x" || single.ID != "i" {
		t.Errorf("%+v, %+v", lines.Drafts, single)
	}
}

func TestTheTextsOfARequestNeedOneAllocation(t *testing.T) {
	const lines = 1000
	body := []byte(strings.Repeat(`{"event":"order.paid","id":"70012","data":"a \"text\" with escapes \u00e9"}`+"\n", lines))
	allocated := testing.AllocsPerRun(10, func() {
		if _, err := ParseLines("application/x-ndjson", body, nil); err != nil {
			t.Error(err)
		}
	})
	if allocated > 10 {
		t.Errorf("%v allocations for %d messages", allocated, lines)
	}
}

func BenchmarkParseLines(b *testing.B) {
	text := strings.Repeat("x", 150)
	for name, line := range map[string]string{
		"text":   `{"data":"` + text + `"}`,
		"object": `{"event":"order.paid","data":{"order":70012,"total":12.5,"note":"` + text[:80] + `"}}`,
		"ids":    `{"event":"order.paid","id":"0123456789abcdef","data":"` + text + `"}`,
		"quoted": `{"event":"order.paid","data":"{\"order\":70012,\"total\":12.5,\"note\":\"` + text[:80] + `\"}"}`,
	} {
		body := []byte(strings.Repeat(line+"\n", 100))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				lines, err := ParseLines("application/x-ndjson", body, nil)
				if err != nil {
					b.Fatal(err)
				}
				for i := range lines.Drafts {
					if err := Check("k3f9", &lines.Drafts[i], 1<<20); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(100*b.N), "ns/message")
		})
	}
}

func BenchmarkParsePublish(b *testing.B) {
	body := fmt.Appendf(nil, `{"event":"order.paid","data":{"order":70012,"total":12.5,"note":"%s"}}`, strings.Repeat("x", 80))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParsePublish("application/json", body, nil); err != nil {
			b.Fatal(err)
		}
	}
}
