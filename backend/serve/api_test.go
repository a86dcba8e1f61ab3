package serve

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"signalbox/backend/live"
)

func TestSeveralSourcesOnOneConnection(t *testing.T) {
	s := start(t, nil)
	ab, all := s.open(t.Context(), "/events?source=a&source=b"), s.open(t.Context(), "/events")
	one := s.publish("a", "1")
	s.publish("c", "2")
	two := s.publish("b", "3")
	ab.want("message", one.Position, "1")
	ab.want("message", two.Position, "3")
	for _, data := range []string{"1", "2", "3"} {
		all.want("message", "*", data)
	}
	// A position of another source resumes as well.
	again := s.open(t.Context(), "/events?source=a&source=b", "Last-Event-ID", s.position(2))
	again.want("message", two.Position, "3")
}

func TestATypeFilterLetsGapsPass(t *testing.T) {
	s := start(t, nil)
	sub := s.open(t.Context(), "/events/typed?type=order.*,ping")
	post := func(event, data string) int {
		return want[receiptJSON](s, 201, "POST", "/channels/typed/messages", fmt.Sprintf(`{"event":%q,"data":%q}`, event, data)).Clients
	}
	if n := post("order.paid", "1"); n != 1 {
		t.Errorf("order.paid reached %d", n)
	}
	if n := post("stock", "2"); n != 0 {
		t.Errorf("stock reached %d", n)
	}
	src, _ := s.journal.Source("typed")
	if _, err := s.journal.Append(t.Context(), live.Draft{Source: src.ID, Kind: live.GapKind, Data: `{"missing":2,"code":"x","reason":"r"}`}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.journal.Append(t.Context(), live.Draft{Source: src.ID, Kind: live.NoteKind, Data: `{"code":"lost","reason":"r"}`}); err != nil {
		t.Fatal(err)
	}
	post("ping", "3")
	first := sub.want("order.paid", "*", "1")
	sub.want("gap", first.id, `{"missing":2,"code":"x","reason":"r"}`)
	sub.want("ping", "*", "3")
}

func TestTheTutorialsAddresses(t *testing.T) {
	s := start(t, nil)
	if r := want[map[string]any](s, 200, "GET", "/add-message/Hello%20//%20there", ""); r["data"] != "Hello // there" || r["message"] == "" {
		t.Error(r)
	}
	s.publish("other", "not this")
	sub := s.open(t.Context(), "/sse")
	first := sub.want("message", "*", "Hello // there")
	want[map[string]any](s, 201, "POST", "/add-message/50%25", "")
	sub.want("message", "*", "50%")
	want[map[string]any](s, 200, "GET", "/add-message/..", "")
	sub.want("message", "*", "..")
	// Who resumes is not sent the newest, but what came since.
	again := s.open(t.Context(), "/sse", "Last-Event-ID", first.id)
	again.want("message", "*", "50%")
	want[refusal](s, 400, "GET", "/add-message/", "")
	resp, _ := s.do("HEAD", "/add-message/x", "")
	if resp.StatusCode != 405 {
		t.Errorf("HEAD: %s", resp.Status)
	}
	want[refusal](s, 503, "GET", "/add-message/x", "", "Sec-Purpose", "prefetch;prerender")
	want[refusal](s, 403, "GET", "/add-message/x", "", "Sec-Fetch-Site", "cross-site")
	want[refusal](s, 403, "GET", "/add-message/x", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
}

func TestHistoryIsReadInBothDirections(t *testing.T) {
	s := start(t, nil)
	for i := range 25 {
		s.publish([]string{"even", "odd"}[i%2], fmt.Sprint(i+1))
	}
	type page struct {
		Messages []struct {
			Position, Source, Kind, Event, ID, Data string
			Size                                    int
			Cut                                     bool
		}
		From, To string
		More     bool
	}
	read := func(path string) (string, page) {
		p := want[page](s, 200, "GET", path, "")
		var got []string
		for _, m := range p.Messages {
			got = append(got, m.Data)
		}
		return strings.Join(got, " "), p
	}
	for _, c := range []struct {
		path, want string
		more       bool
	}{
		{"/messages?limit=3", "23 24 25", true},
		{"/messages?limit=3&before=" + s.position(23), "20 21 22", true},
		{"/messages?limit=3&after=" + s.position(23), "24 25", false},
		{"/messages?limit=3&after=0", "1 2 3", true},
		{"/sources/even/messages?limit=3", "21 23 25", true},
		{"/messages?source=even&source=odd&limit=2", "24 25", true},
		{"/messages?without=even&limit=2", "22 24", true},
		{"/messages?without=even&without=none&limit=2", "22 24", true},
		{"/sources/odd/messages?type=message&limit=1&before=" + s.position(23), "22", true},
		{"/sources/odd/messages?type=order.paid&limit=1", "", false},
		{"/sources/odd/messages?type=mess*&q=event:other&limit=1", "", false},
		{"/sources/odd/messages?type=mess*&q=2+-4&limit=1", "22", true},
		{"/sources/odd/messages?q=2+-4", "2 12 20 22", false},
		{"/messages?at=2000-01-01T00:00:00Z&limit=2", "1 2", true},
	} {
		got, p := read(c.path)
		if got != c.want || p.More != c.more {
			t.Errorf("%s: %q more %v, want %q more %v", c.path, got, p.More, c.want, c.more)
		}
	}
	_, p := read("/messages?limit=3")
	if p.From != s.position(23) || p.To != s.position(25) {
		t.Errorf("examined %s to %s", p.From, p.To)
	}
	s.publish("even", `{"total":1284.50,"pad":"`+strings.Repeat("é", 300)+`","n":10000000000000000001}`)
	b := s.window("GET", "/messages?limit=1&preview=20&field=$.total&field=$.n&field=$.none").Body.String()
	if !strings.Contains(b, `"data":"{\"total\":1284.50,\"pa","size":651,"cut":true,`) ||
		!strings.Contains(b, `"fields":{"$.total":"1284.50","$.n":"10000000000000000001","$.none":null}}]`) {
		t.Error(b)
	}
	s.publish("even", strings.Repeat("é", 300))
	_, p = read("/messages?limit=1&preview=101")
	if m := p.Messages[0]; m.Data != strings.Repeat("é", 50) || m.Size != 600 || !m.Cut {
		t.Errorf("%+v", m)
	}
	for _, bad := range []string{"limit=0", "limit=5001", "limit=x", "after=x", "at=yesterday", "q=%22x", "preview=-1", "field=total", "field=" + strings.Repeat("$&field=", 20) + "$"} {
		want[refusal](s, 400, "GET", "/messages?"+bad, "")
	}
	want[refusal](s, 410, "GET", "/messages?after=zzzz.1", "")
	want[refusal](s, 404, "GET", "/sources/nobody/messages", "")
}

func TestOneMessageAndItsFrame(t *testing.T) {
	s := start(t, nil)
	got := want[receiptJSON](s, 201, "POST", "/channels/raw/messages", `{"event":"e","id":"x","data":"a\nb","retry":5}`)
	resp, text := s.do("GET", "/messages/"+got.Position+"?raw=1", "")
	if text != "event: e\nid: x\norigin: "+got.Position+"\nretry: 5\ndata: a\ndata: b\n\n" || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%q %s", text, resp.Header.Get("Content-Type"))
	}
	m := want[map[string]any](s, 200, "GET", "/messages/"+got.Position, "")
	if m["position"] != got.Position || m["source"] != "raw" || m["id"] != "x" || m["size"] != 3.0 || m["retry"] != 5.0 {
		t.Error(m)
	}
	resp, text = s.do("GET", "/messages/"+got.Position+"?data=1", "")
	if text != "a\nb" || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%q %s", text, resp.Header.Get("Content-Type"))
	}
	m = want[map[string]any](s, 200, "GET", "/messages/"+got.Position+"?preview=2", "")
	if m["data"] != "a\n" || m["size"] != 3.0 || m["cut"] != true {
		t.Error(m)
	}
	want[refusal](s, 400, "GET", "/messages/"+got.Position+"?preview=0", "")
	want[refusal](s, 404, "GET", "/messages/"+s.position(99), "")
	want[refusal](s, 400, "GET", "/messages/1", "")
}

func TestHeadOfAStreamEndsAtOnceAndMakesNoChannel(t *testing.T) {
	s := start(t, nil)
	resp, _ := s.do("HEAD", "/events/x", "")
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	if _, ok := s.journal.Source("x"); ok {
		t.Error("HEAD made a channel")
	}
}

func TestAStreamOverHTTP10(t *testing.T) {
	s := start(t, nil)
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprint(conn, "GET /events/old HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 || len(resp.TransferEncoding) > 0 {
		t.Fatalf("%s %v", resp.Status, resp.TransferEncoding)
	}
	rd := &reader{t: t, in: bufio.NewReader(resp.Body), body: resp.Body}
	got := s.publish("old", "x")
	rd.want("message", got.Position, "x")
}

func TestUnknownAddressesAndMethodsAreToldApart(t *testing.T) {
	s := start(t, nil)
	if e := want[refusal](s, 404, "GET", "/nothing", "").Error; e.Code != "not_found" {
		t.Error(e)
	}
	if e := want[refusal](s, 405, "DELETE", "/messages", "").Error; e.Hint != "Use GET." {
		t.Error(e)
	}
	want[refusal](s, 404, "GET", "/api/nothing", "")
	want[refusal](s, 405, "GET", "/channels/x/messages", "")
}

func TestHealthAndMetrics(t *testing.T) {
	s := start(t, nil)
	s.publish("m", "x")
	if h := want[map[string]string](s, 200, "GET", "/healthz", ""); h["status"] != "ok" {
		t.Error(h)
	}
	_, text := s.do("GET", "/metrics", "")
	for _, line := range []string{"signalbox_messages_appended_total 1", "signalbox_publish_seconds_count 1", `signalbox_feeds{state="open"} 0`, "go_goroutines"} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in the metrics", line)
		}
	}
}

func TestAFilterOfHistoryDoesNotHideAnOutage(t *testing.T) {
	s := start(t, nil)
	s.publish("orders", "paid 1")
	src, _ := s.journal.Source("orders")
	for _, d := range []live.Draft{
		{Kind: live.GapKind, Data: `{"missing":2,"code":"disconnected","reason":"2 messages are missing."}`},
		{Kind: live.NoteKind, Data: `{"code":"opened","reason":"Connected."}`},
		{Type: "order.paid", ID: "7", Data: "paid 2"},
	} {
		d.Source = src.ID
		if _, err := s.journal.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	type page struct {
		Messages []struct{ Kind, Data string }
	}
	for q, wanted := range map[string]string{
		"":                    "paid 1 gap note paid 2",
		"nowhere":             "gap note",
		"-paid":               "gap note",
		"event:order.*":       "gap note paid 2",
		"id:7":                "gap note paid 2",
		"id:none":             "gap note",
		"is:event":            "paid 1 paid 2",
		"is:event id:7":       "paid 2",
		"is:gap":              "gap",
		"is:gap,note nowhere": "gap note",
		"-is:note 1":          "paid 1 gap",
	} {
		for _, path := range []string{"/sources/orders/messages", "/messages", "/messages?after=0"} {
			join := "?"
			if strings.Contains(path, "?") {
				join = "&"
			}
			var got []string
			for _, m := range want[page](s, 200, "GET", path+join+"q="+url.QueryEscape(q), "").Messages {
				if m.Kind == "event" {
					m.Kind = m.Data
				}
				got = append(got, m.Kind)
			}
			if strings.Join(got, " ") != wanted {
				t.Errorf("%s, q=%s: %q, want %q", path, q, got, wanted)
			}
		}
	}
}

func TestAKeyThatTheFilterDoesNotHaveIsRefusedAtItsPlace(t *testing.T) {
	s := start(t, nil)
	e := want[refusal](s, 400, "GET", "/messages?q=paid+sauce:orders", "").Error
	if e.Code != "bad_filter" || e.Field != "q" || e.Offset == nil || *e.Offset != 5 || e.Length != len("sauce:") ||
		!strings.Contains(e.Hint, "The keys are event:, source:, id:, is:, before: and after:.") {
		t.Errorf("%+v", e)
	}
	_, body := s.do("GET", "/messages?q=source:orders", "")
	if !strings.Contains(body, `"offset":7,"length":6`) {
		t.Errorf("no place in %s", body)
	}
}
