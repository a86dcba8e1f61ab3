package serve

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestABadRequestIsToldWithItsField(t *testing.T) {
	s := start(t, nil)
	s.publish("x", "hello")
	words, types := strings.Repeat("w ", 3000), strings.Repeat("t,", 3000)
	for _, c := range []struct{ path, code, field string }{
		{"/messages?q=" + url.QueryEscape(words), "bad_filter", "q"},
		{"/messages?q=-" + url.QueryEscape(strings.ReplaceAll(words, " ", " -")+"w"), "bad_filter", "q"},
		{"/messages?q=event:" + types, "bad_filter", "q"},
		{"/sources/x/messages?q=" + url.QueryEscape(words), "bad_filter", "q"},
		{"/messages?q=%22open", "bad_filter", "q"},
		{"/messages?q=%zz", "bad_query", "query"},
		{"/messages?after=0;limit=5", "bad_query", "query"},
		{"/events/x?after=%zz", "bad_query", "query"},
		{"/events?type=" + types, "too_many_types", "type"},
		{"/messages?limit=-1", "bad_limit", "limit"},
		{"/messages?limit=99999999999999999999", "bad_limit", "limit"},
		{"/messages?preview=x", "bad_preview", "preview"},
		{"/messages?at=yesterday", "bad_at", "at"},
		{"/messages?after=-5", "bad_position", "after"},
		{"/messages?before=" + s.journal.Epoch() + ".9223372036854775808", "bad_position", "before"},
		{"/messages/" + s.journal.Epoch() + ".-1", "bad_position", "position"},
		{"/events/" + strings.Repeat("n", 300), "bad_name", "name"},
		{"/events/%00", "bad_name", "name"},
	} {
		resp, text := s.do("GET", c.path, "")
		if resp.StatusCode != 400 || !strings.Contains(text, `"code":"`+c.code+`"`) || !strings.Contains(text, `"field":"`+c.field+`"`) {
			t.Errorf("%.60s: %s %s", c.path, resp.Status, text)
		}
	}
	if e := want[refusal](s, 400, "POST", "/channels/x/messages?event=%zz", "x", "Content-Type", "text/plain"); e.Error.Code != "bad_query" {
		t.Errorf("%+v", e)
	}
	if page := want[pageJSON](s, 200, "GET", "/messages?q="+url.QueryEscape(words[:2*100]), ""); page.More {
		t.Errorf("%+v", page)
	}
}

type pageJSON struct {
	Messages []struct{ Position, Data string }
	From, To string
	More     bool
}

func TestAPositionBehindTheLastIsNeitherAFaultNorASurprise(t *testing.T) {
	s := start(t, nil)
	s.publish("x", "one")
	s.publish("x", "two")
	last := s.position(2)
	for _, n := range []string{"2", "3", "9223372036854775806", "9223372036854775807"} {
		at := s.journal.Epoch() + "." + n
		for _, path := range []string{"/messages", "/sources/x/messages"} {
			if p := want[pageJSON](s, 200, "GET", path+"?after="+at, ""); len(p.Messages) > 0 || p.More || p.To != last {
				t.Errorf("%s after %s: %+v", path, n, p)
			}
		}
		if n != "2" {
			want[refusal](s, 404, "GET", "/messages/"+at, "")
			if p := want[pageJSON](s, 200, "GET", "/messages?before="+at, ""); len(p.Messages) != 2 {
				t.Errorf("before %s: %+v", n, p)
			}
		}
	}
	if p := want[pageJSON](s, 200, "GET", "/messages?at=0001-01-01T00:00:00Z&limit=1", ""); len(p.Messages) != 1 || p.Messages[0].Data != "one" {
		t.Errorf("from the first time on: %+v", p)
	}
}

// Two programs that read such a request differently disagree about where the
// next one begins. net/http hides whether there was a length beside the chunks,
// so that chunks alone are enough.
func TestAConnectionEndsBehindARequestWithTwoLengths(t *testing.T) {
	s := start(t, nil)
	const chunked = "POST /channels/x/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n%s\r\n5\r\nhello\r\n0\r\n\r\n"
	const plain = "POST /channels/x/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
	const get = "GET /messages HTTP/1.1\r\nHost: localhost\r\n\r\n"
	one, both := fmt.Sprintf(chunked, ""), fmt.Sprintf(chunked, "CONTENT-length: 5\r\n")
	for _, c := range []struct {
		name     string
		requests []string
		split    int // bytes that are sent at a time; 0 for all at once
		answers  int
	}{
		{"chunks only", []string{one, get}, 0, 1},
		{"a length only", []string{plain, plain, get}, 0, 3},
		{"both", []string{both, get}, 0, 1},
		{"both, byte by byte", []string{both, get}, 1, 1},
		{"both, in pieces", []string{both, get}, 7, 1},
		{"both behind another", []string{get, both, get}, 0, 2},
		{"both behind a length", []string{plain, both, get}, 5, 2},
		{"chunks in HTTP/1.0", []string{strings.Replace(one, "HTTP/1.1", "HTTP/1.0", 1), get}, 0, 1},
	} {
		conn := s.dial()
		all := strings.Join(c.requests, "")
		go func() {
			for step := c.split; len(all) > 0; {
				n := min(len(all), max(step, 1))
				if step == 0 {
					n = len(all)
				}
				if _, err := io.WriteString(conn, all[:n]); err != nil {
					return // it was closed, as it should be
				}
				all = all[n:]
			}
			if c.answers == len(c.requests) {
				conn.(interface{ CloseWrite() error }).CloseWrite()
			}
		}()
		in := bufio.NewReader(conn)
		for i := range c.answers {
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatalf("%s: answer %d: %v", c.name, i, err)
			}
			io.Copy(io.Discard, resp.Body)
			if resp.StatusCode >= 300 && !strings.Contains(c.name, "1.0") {
				t.Errorf("%s: answer %d: %s", c.name, i, resp.Status)
			}
			if last := i == c.answers-1 && c.answers < len(c.requests); resp.Close != last {
				t.Errorf("%s: answer %d: close is %v", c.name, i, resp.Close)
			}
		}
		if resp, err := http.ReadResponse(in, nil); err == nil {
			t.Errorf("%s: another answer: %s", c.name, resp.Status)
		}
	}

	// Behind TLS too.
	secure, clients := startTLS(t, nil)
	for range 2 {
		resp, err := clients["HTTP/1.1"].Post(secure.url+"/channels/x/messages", "text/plain", io.MultiReader(strings.NewReader("hello")))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 201 || !resp.Close {
			t.Errorf("behind TLS: %s, close is %v", resp.Status, resp.Close)
		}
	}
}
