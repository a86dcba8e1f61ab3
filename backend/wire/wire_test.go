package wire

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

func ptr(n int64) *int64 { return &n }

func TestFrames(t *testing.T) {
	for _, c := range []struct {
		name string
		d    live.Draft
		want string
	}{
		{"the default type is not written", live.Draft{Type: "message", Data: "x"}, "id: k3f9.7\ndata: x\n\n"},
		{"no data is an empty line", live.Draft{Type: "message"}, "id: k3f9.7\ndata: \n\n"},
		{"everything", live.Draft{Type: "e", ID: "i", Retry: ptr(0), Data: "a\nb"}, "event: e\nid: i\norigin: k3f9.7\nretry: 0\ndata: a\ndata: b\n\n"},
		{"line breaks at the ends", live.Draft{Data: "\nx\n"}, "id: k3f9.7\ndata: \ndata: x\ndata: \n\n"},
		{"all three line breaks", live.Draft{Data: "a\r\nb\rc\n\rd"}, "id: k3f9.7\ndata: a\ndata: b\ndata: c\ndata: \ndata: d\n\n"},
		{"spaces and colons", live.Draft{Type: " e", Data: " x\n: y"}, "event:  e\nid: k3f9.7\ndata:  x\ndata: : y\n\n"},
		{"an id that reads as a position of ours", live.Draft{ID: "k3f9.3", Data: "x"}, "id: k3f9.7\ndata: x\n\n"},
		{"a position of another journal is an id like any other", live.Draft{ID: "zzzz.3", Data: "x"}, "id: zzzz.3\norigin: k3f9.7\ndata: x\n\n"},
		{"an id that no header carries", live.Draft{ID: "a\x01", Data: "x"}, "id: k3f9.7\ndata: x\n\n"},
		{"an id that is trimmed on its way back", live.Draft{ID: "a ", Data: "x"}, "id: k3f9.7\ndata: x\n\n"},
		{"a gap has no id", live.Draft{Kind: live.GapKind, Type: "gap", ID: "i", Data: `{"missing":1}`}, "event: gap\norigin: k3f9.7\ndata: {\"missing\":1}\n\n"},
		{"what came from elsewhere", live.Draft{Origin: "b7xx.4", Data: "x"}, "id: k3f9.7\norigin: b7xx.4\ndata: x\n\n"},
		{"a note stays here", live.Draft{Kind: live.NoteKind, Data: `{}`}, ""},
	} {
		if got := string(Frame("k3f9", &live.Message{Number: 7, Draft: c.d})); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := string(AppendGap(nil, &live.Gap{Code: "c", Reason: "a\nb"})); got != "event: gap\ndata: {\"missing\":null,\"code\":\"c\",\"reason\":\"a\\nb\"}\n\n" {
		t.Errorf("%q", got)
	}
	if got := string(AppendRetry(nil, 12)); got != "retry: 12\n" {
		t.Errorf("%q", got)
	}
}

func TestAMessageInJSON(t *testing.T) {
	at := time.Date(2026, 11, 21, 15, 2, 8, 132456000, time.FixedZone("", 3600))
	for _, c := range []struct {
		m    live.Message
		size int
		want string
	}{
		{live.Message{Number: 1042, Draft: live.Draft{Type: "order.paid", ID: "88405", Data: `{"order":70012}`, Retry: ptr(3000), Connection: 4, Received: at}}, 15,
			`{"position":"k3f9.1042","source":"orders","kind":"event","event":"order.paid","id":"88405","own_id":"88405","data":"{\"order\":70012}","size":15,"retry":3000,"connection":4,"received":"2026-11-21T14:02:08.132456Z"}`},
		{live.Message{Number: 1, Draft: live.Draft{Type: "message", Data: "ab", Received: at.Truncate(time.Second)}}, 9,
			`{"position":"k3f9.1","source":"orders","kind":"event","event":"message","id":"k3f9.1","data":"ab","size":9,"cut":true,"received":"2026-11-21T14:02:08Z"}`},
		{live.Message{Number: 4, Draft: live.Draft{Type: "message", ID: " 7", Received: at.Truncate(time.Second)}}, 0,
			`{"position":"k3f9.4","source":"orders","kind":"event","event":"message","id":"k3f9.4","own_id":" 7","data":"","size":0,"received":"2026-11-21T14:02:08Z"}`},
		{live.Message{Number: 2, Draft: live.Draft{Kind: live.GapKind, Type: "gap", Data: `{"missing":null,"code":"c","reason":"r"}`, Received: at.Truncate(time.Second)}}, 40,
			`{"position":"k3f9.2","source":"orders","kind":"gap","gap":{"missing":null,"code":"c","reason":"r"},"received":"2026-11-21T14:02:08Z"}`},
		{live.Message{Number: 3, Draft: live.Draft{Kind: live.NoteKind, Type: "note", Data: `no JSON`, Received: at.Truncate(time.Second)}}, 7,
			`{"position":"k3f9.3","source":"orders","kind":"note","note":{"code":"unreadable","reason":"no JSON"},"received":"2026-11-21T14:02:08Z"}`},
	} {
		if got := string(AppendJSON(nil, "k3f9", "orders", &c.m, c.size)); got != c.want {
			t.Errorf("\n%s, want\n%s", got, c.want)
		}
	}
}

func FuzzAStringIsReadBackAsItWas(f *testing.F) {
	for _, s := range []string{"", "a\"b\\c", "\x00\x1f\x7f", "é😀\u2028", "\xff\xc3", "</script>", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(AppendString(nil, s), &got); err != nil {
			t.Fatal(err)
		}
		// Each byte that is not UTF-8 becomes one U+FFFD, as with runes.
		if want := string([]rune(s)); got != want {
			t.Fatalf("%q became %q, want %q", s, got, want)
		}
	})
}

func FuzzMembersEqualEncodingJSON(f *testing.F) {
	for _, s := range []string{`{}`, ` { "a" : [1,{"b":"]"}] , "c":-1.5e3,"d":"x\\\"}" ,"e":null}`, `{"\u0061":true}`, `[]`, `{"a":{}} x`, `{"a":"\\"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var want map[string]json.RawMessage
		wantErr := json.Unmarshal(body, &want)
		got, err := Members(body)
		if err != nil {
			if e := err.(*live.Error); wantErr == nil && want != nil && !strings.Contains(e.Message, "twice") {
				t.Fatal(err)
			}
			return
		}
		if wantErr != nil || len(got) != len(want) {
			t.Fatalf("%d members, want %d, %v", len(got), len(want), wantErr)
		}
		for _, m := range got {
			if v, ok := want[m.Name]; !ok || string(v) != string(m.Value) {
				t.Fatalf("%q is %q, want %q", m.Name, m.Value, v)
			}
		}
	})
}

// Whatever is accepted is read back by a client as it stands in the journal.
func FuzzAnAcceptedMessageIsReadBack(f *testing.F) {
	f.Add("application/json", `{"event":"e","id":"i","data":"a\r\nb","retry":1}`)
	f.Add("application/json", `{"data":{"a":[1,"\ud83d\ude00"]}}`)
	f.Add("text/plain", "a\n: b\rc")
	f.Add("application/x-www-form-urlencoded", "data=a%0D%0Ab&event=x")
	f.Add("application/x-www-form-urlencoded", "100% sure")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		d, err := ParsePublish(contentType, []byte(body), nil)
		if err == nil {
			err = Check("k3f9", &d, 1<<20)
		}
		if err != nil {
			if e, ok := err.(*live.Error); !ok || e.Code == "" || e.Message == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		m := live.Message{Number: 7, Draft: d}
		e := readFrame(t, string(Frame("k3f9", &m)))
		wantType, wantID := d.Type, d.ID
		if wantType == "" {
			wantType = "message"
		}
		if wantID == "" {
			wantID = "k3f9.7"
		}
		if e.Type != wantType || e.ID != wantID || e.Data != d.Data || (d.Retry == nil) != (e.Retry == nil) {
			t.Fatalf("%+v became %+v", d, e)
		}
	})
}

// readFrame parses one event by the rules of the standard.
func readFrame(t *testing.T, frame string) (d live.Draft) {
	t.Helper()
	lines := strings.FieldsFunc(strings.ReplaceAll(frame, "\r\n", "\n"), func(r rune) bool { return r == '\n' || r == '\r' })
	if !strings.HasSuffix(frame, "\n\n") || strings.Count(frame, "\n\n") != 1 {
		t.Fatalf("not one event: %q", frame)
	}
	d.Type = "message"
	var data []string
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			d.Type = value
		case "id":
			d.ID = value
		case "data":
			data = append(data, value)
		case "retry":
			d.Retry = new(int64)
		case "origin":
			d.Origin = value
		default:
			t.Fatalf("a line %q", line)
		}
	}
	if len(data) == 0 {
		t.Fatalf("nothing would be dispatched: %q", frame)
	}
	d.Data = strings.Join(data, "\n")
	return d
}

func TestAnErrorInJSONHasItsLineAndColumn(t *testing.T) {
	for body, want := range map[string]string{
		"{\"data\":\"é\",\n  x}":   "The JSON is broken at line 2, column 3: invalid character 'x' looking for beginning of object key string.",
		`{"data":"x"`:              "The JSON is broken at line 1, column 12: it ends too early.",
		`{"data":"é"}, {}`:         "The JSON is broken at line 1, column 13: invalid character ',' after top-level value.",
		"\n \n":                    "The body is empty.",
		`"data"`:                   "The body is JSON but not an object.",
		`{"a":1,"b":2,"a":3}`:      `The field "a" is there twice.`,
		"{\"data\":\"tab\there\"}": "The JSON is broken at line 1, column 13: invalid character '\\t' in string literal.",
	} {
		_, err := Members([]byte(body))
		if e, ok := err.(*live.Error); !ok || e.Message != want {
			t.Errorf("%q: %v, want %s", body, err, want)
		}
	}
}

func TestAMillionFieldsAreRefusedQuickly(t *testing.T) {
	var b strings.Builder
	b.WriteString("{")
	for i := range 1_000_000 {
		fmt.Fprintf(&b, `"%d":0,`, i)
	}
	b.WriteString(`"end":0}`)
	if _, err := Members([]byte(b.String())); err == nil || !strings.Contains(err.Error(), "more than 1000 fields") {
		t.Error(err)
	}
}

func TestAnErrorNamesItsLimit(t *testing.T) {
	for _, c := range []struct {
		d           live.Draft
		field, says string
	}{
		{live.Draft{Data: strings.Repeat("x", 20<<20)}, "data", "The data has 20971520 bytes; the limit is 16 MiB."},
		{live.Draft{Data: strings.Repeat("x", 16<<20+1)}, "data", "The data has 16777217 bytes; the limit is 16 MiB."},
		{live.Draft{Type: strings.Repeat("x", MaxType+1)}, "event", "The event type is longer than 4096 bytes."},
		{live.Draft{ID: strings.Repeat("x", MaxID+1)}, "id", "The id is longer than 1024 bytes."},
		{live.Draft{Retry: ptr(MaxRetry + 1)}, "retry", "The reconnection time is longer than a day."},
		{live.Draft{Data: "ab\xffc"}, "data", "The data is not valid UTF-8: byte 3 belongs to no character."},
	} {
		e, ok := Check("k3f9", &c.d, 16<<20).(*live.Error)
		if !ok || e.Field != c.field || e.Message != c.says {
			t.Errorf("%v, want %s", e, c.says)
		}
	}
	if err := Check("k3f9", &live.Draft{Type: strings.Repeat("x", MaxType), ID: strings.Repeat("x", MaxID), Data: strings.Repeat("x", 16<<20), Retry: ptr(0)}, 16<<20); err != nil {
		t.Error(err)
	}
}

func BenchmarkFrame(b *testing.B) {
	m := live.Message{Number: 1 << 30, Draft: live.Draft{Type: "order.paid", Data: strings.Repeat("x", 200)}}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendFrame(buf[:0], "k3f9", &m)
	}
}

func BenchmarkJSON(b *testing.B) {
	m := live.Message{Number: 1 << 30, Draft: live.Draft{Type: "order.paid", Data: strings.Repeat(`{"a":1},`, 30), Received: time.Now()}}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendJSON(buf[:0], "k3f9", "orders", &m, len(m.Data))
	}
}
