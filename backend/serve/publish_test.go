package serve

import (
	"strings"
	"testing"

	"signalbox/backend/live"
	"signalbox/backend/publish"
)

func TestAMessageIsReadBackByteForByte(t *testing.T) {
	s := start(t, nil)
	sub := s.open(t.Context(), "/events/bytes")
	mib := strings.Repeat("0123456789abcdeé", 1<<16)
	for _, c := range []struct{ sent, read string }{
		{"", ""}, {"\n", "\n"}, {"a\nb", "a\nb"}, {"a\n\nb\n", "a\n\nb\n"},
		{"a\r\nb\rc", "a\nb\nc"}, // no client can tell these apart
		{" leading", " leading"}, {"  two", "  two"}, {":colon", ":colon"}, {"data: x", "data: x"},
		{"😀 ünï\u2028\u2029", "😀 ünï\u2028\u2029"}, {"\ufeffbom", "\ufeffbom"}, {"a\x00b", "a\x00b"}, {"\ttab ", "\ttab "},
		{mib, mib}, {strings.Repeat("\n", 5000), strings.Repeat("\n", 5000)},
	} {
		got := s.publish("bytes", c.sent)
		sub.want("message", got.Position, c.read)
		m := want[struct{ Data string }](s, 200, "GET", "/messages/"+got.Position, "")
		if m.Data != c.read {
			t.Errorf("history has %.60q for %.60q", m.Data, c.sent)
		}
	}
}

func TestEveryWayToPublish(t *testing.T) {
	s := start(t, nil)
	sub := s.open(t.Context(), "/events/ways")
	for i, c := range []struct {
		query, kind, body string
		event, id, data   string
		retry             int64
	}{
		{"", "application/json", `{"event":"e","id":"i1","data":"d","retry":0}`, "e", "i1", "d", 0},
		{"", "application/json; charset=utf-8", `{"data": {"b": [1, 2.50, "x\u00e9"] } }`, "message", "*", `{"b":[1,2.50,"x\u00e9"]}`, 0},
		{"", "application/json", `{"data":"","id":null}`, "message", "*", "", 0},
		{"", "application/json", `{"data":null}`, "message", "*", "null", 0},
		{"", "application/vnd.x+json", `{"data":"\ud83d\ude00 \\u"}`, "message", "*", "😀 \\u", 0},
		{"", "application/x-www-form-urlencoded", "data=a%0Ab&event=f&id=i2&retry=7000", "f", "i2", "a\nb", 7000},
		{"", "application/x-www-form-urlencoded", "just curl -d", "message", "*", "just curl -d", 7000},
		{"?event=t&id=i3&retry=9000&token=x", "text/plain", "plain", "t", "i3", "plain", 9000},
		{"", "", "no type", "message", "*", "no type", 9000},
		{"", "text/html", "<b>", "message", "*", "<b>", 9000},
		{"", "multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\nmulti\r\npart\r\n--B--\r\n", "message", "*", "multi\npart", 9000},
	} {
		got := want[receiptJSON](s, 201, "POST", "/channels/ways/messages"+c.query, c.body, "Content-Type", c.kind)
		if got.Clients != 1 {
			t.Errorf("case %d: reached %d clients", i, got.Clients)
		}
		id := c.id
		if id == "*" {
			id = got.Position
		}
		if got.ID != id {
			t.Errorf("case %d: id %q, want %q", i, got.ID, id)
		}
		sub.want(c.event, id, c.data)
		if i > 0 && sub.retry != c.retry && c.retry != 0 {
			t.Errorf("case %d: retry %d", i, sub.retry)
		}
	}
}

func TestWhatCannotBePublishedIsRefusedByItsField(t *testing.T) {
	s := start(t, nil)
	s.publisher.SetLimits(publish.Limits{CreateChannels: true, MaxEvent: 1000})
	json, text := "application/json", "text/plain"
	epoch := s.journal.Epoch()
	for _, c := range []struct {
		query, kind, body string
		status            int
		code, field       string
		says              string
	}{
		{"", json, `{"event":"a\nb","data":""}`, 400, "bad_event", "event", "line break"},
		{"", json, `{"id":"a\rb","data":""}`, 400, "bad_id", "id", "line break"},
		{"", json, `{"id":"a\u0000b","data":""}`, 400, "bad_id", "id", "NUL"},
		{"", json, `{"id":" a","data":""}`, 400, "bad_id", "id", "space"},
		{"", json, `{"id":"` + epoch + `.7","data":""}`, 400, "bad_id", "id", "position"},
		{"", json, "{\"data\":\"\xff\"}", 400, "bad_data", "data", "UTF-8"},
		{"", json, `{"data":"\ud800"}`, 400, "bad_data", "data", "surrogate"},
		{"", json, "{\"event\":\"\xc3\x28\",\"data\":\"\"}", 400, "bad_event", "event", "UTF-8"},
		{"?id=%ff", text, "x", 400, "bad_id", "id", "UTF-8"},
		{"", text, "\xff", 400, "bad_data", "data", "UTF-8"},
		{"", json, `{"retry":-1,"data":""}`, 400, "bad_retry", "retry", "negative"},
		{"", json, `{"retry":1.5,"data":""}`, 400, "bad_retry", "retry", "whole"},
		{"?retry=soon", text, "", 400, "bad_retry", "retry", "whole"},
		{"", json, `{"data":"","type":"x"}`, 400, "unknown_field", "type", "type"},
		{"?type=x", text, "", 400, "unknown_field", "type", "type"},
		{"?event=x", json, `{"data":""}`, 400, "bad_event", "event", "address"},
		{"", json, `{"data":"","data":""}`, 400, "bad_json", "data", "twice"},
		{"", json, "{\n \"data\": \"x\",\n}", 400, "bad_json", "", "line 3, column 1"},
		{"", json, `{"data":"x"} x`, 400, "bad_json", "", "column 14"},
		{"", json, `{"data":`, 400, "bad_json", "", "ends too early"},
		{"", json, ``, 400, "bad_json", "", "empty"},
		{"", json, `[1]`, 400, "bad_json", "", "not an object"},
		{"", json, `{"event":"x"}`, 400, "bad_data", "data", "no data"},
		{"", json, `{"event":7,"data":""}`, 400, "bad_event", "event", "not a text"},
		{"", "application/x-www-form-urlencoded", `{"data":"x=y"}`, 400, "unknown_field", `{"data":"x`, "no field"},
		{"", "application/x-www-form-urlencoded", `{"data":"x"}`, 400, "bad_form", "", "looks like JSON"},
		{"", "application/octet-stream", "x", 415, "bad_content_type", "", "octet-stream"},
		{"", "text/plain; charset=latin1", "x", 415, "bad_content_type", "", "latin1"},
		{"", text, strings.Repeat("x", 1001), 413, "too_large", "data", "limit is 1000 bytes."},
		{"", json, `{"id":"` + strings.Repeat("x", 2000) + `","data":""}`, 400, "bad_id", "id", "longer"},
	} {
		got := want[refusal](s, c.status, "POST", "/channels/refused/messages"+c.query, c.body, "Content-Type", c.kind).Error
		if got.Code != c.code || got.Field != c.field || !strings.Contains(got.Message, c.says) {
			t.Errorf("%.50q: %+v, want %s of %q saying %q", c.body, got, c.code, c.field, c.says)
		}
	}
	if _, ok := s.journal.Source("refused"); ok {
		t.Error("a refused message left a channel behind")
	}
	if s.journal.Last() != 0 {
		t.Errorf("%d messages were committed", s.journal.Last())
	}
	if list := s.publisher.Recent(); len(list) != 30 || list[0].Error == "" {
		t.Errorf("%d refusals are shown, %+v", len(list), list[0])
	}
}

func TestABodyOf20MiBIsRefusedWithItsLimit(t *testing.T) {
	s := start(t, nil)
	for _, size := range []int{20 << 20, 40 << 20} {
		resp, text := s.do("POST", "/channels/big/messages", strings.Repeat("x", size), "Content-Type", "text/plain")
		if resp.StatusCode != 413 || !strings.Contains(text, "16 MiB") {
			t.Errorf("%d MiB: %s %s", size>>20, resp.Status, text)
		}
	}
}

func TestNothingIsPublishedToAFeed(t *testing.T) {
	s := start(t, nil)
	if _, err := s.journal.AddSource(t.Context(), live.Source{Name: "remote", Kind: live.FeedSource}); err != nil {
		t.Fatal(err)
	}
	if e := want[refusal](s, 409, "POST", "/channels/remote/messages", "x", "Content-Type", "text/plain").Error; e.Code != "not_a_channel" {
		t.Error(e)
	}
}

func TestChannelsComeIntoBeingUpToTheLimit(t *testing.T) {
	s := start(t, nil)
	s.publisher.SetLimits(publish.Limits{CreateChannels: true, MaxChannels: 2})
	s.publish("one", "x")
	s.open(t.Context(), "/events/two")
	if e := want[refusal](s, 409, "GET", "/events/three", "").Error; e.Code != "too_many_channels" {
		t.Error(e)
	}
	s.publisher.SetLimits(publish.Limits{MaxChannels: 10})
	if e := want[refusal](s, 404, "POST", "/channels/four/messages", `{"data":""}`).Error; e.Hint == "" {
		t.Error(e)
	}
	if e := want[refusal](s, 404, "GET", "/events/four", "").Error; e.Code != "not_found" {
		t.Error(e)
	}
	if e := want[refusal](s, 400, "GET", "/events/a%2Fb", "").Error; e.Code != "bad_name" {
		t.Error(e)
	}
}

func TestARetryIsAnsweredWithTheFirstPosition(t *testing.T) {
	s := start(t, nil)
	for _, c := range []struct{ body, kind, path string }{
		{`{"id":"7","data":"a"}`, "application/json", ""},
		{"id=8&data=a", "application/x-www-form-urlencoded", ""},
		{"a", "text/plain", "?id=9"},
	} {
		path := "/channels/x/messages" + c.path
		first := want[receiptJSON](s, 201, "POST", path, c.body, "Content-Type", c.kind)
		got := want[map[string]any](s, 201, "POST", path, c.body, "Content-Type", c.kind)
		if first.Position == "" || got["position"] != first.Position || got["repeated"] != true {
			t.Errorf("%s: %+v, then %v", c.body, first, got)
		}
	}
	if s.journal.Last() != 3 {
		t.Errorf("%d messages are stored", s.journal.Last())
	}
	for _, c := range []struct{ body, kind, path string }{
		{`{"id":"7","data":"a","again":true}`, "application/json", ""},
		{"id=8&data=a&again=1", "application/x-www-form-urlencoded", ""},
		{"a", "text/plain", "?id=9&again=1"},
	} {
		got := want[map[string]any](s, 201, "POST", "/channels/x/messages"+c.path, c.body, "Content-Type", c.kind)
		if got["repeated"] != nil || got["id"] != got["position"] {
			t.Errorf("%s: %v", c.body, got)
		}
	}
	if e := want[refusal](s, 400, "POST", "/channels/x/messages", `{"data":"a","again":"yes"}`).Error; e.Field != "again" {
		t.Error(e)
	}
}

func TestAnIdempotencyKeyRecognisesARetry(t *testing.T) {
	s := start(t, nil)
	post := func(status int, data, key string) map[string]any {
		return want[map[string]any](s, status, "POST", "/channels/x/messages", data, "Content-Type", "text/plain", "Idempotency-Key", key)
	}
	first := post(201, "a", "k")
	if got := post(201, "a", "k"); got["position"] != first["position"] || got["repeated"] != true {
		t.Error(got)
	}
	if got := post(201, "a", "other"); got["position"] == first["position"] {
		t.Error(got)
	}
	if e, _ := post(422, "b", "k")["error"].(map[string]any); e["code"] != "key_reused" {
		t.Error(e)
	}
	if e, _ := post(400, "b", strings.Repeat("k", 300))["error"].(map[string]any); e["code"] != "bad_key" {
		t.Error(e)
	}
}
