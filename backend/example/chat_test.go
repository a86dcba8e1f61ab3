package example

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func (r *rig) here() string {
	return strings.TrimSpace(r.do("GET", "/examples/chat/here").Body.String())
}

func TestTheChatTellsWhoComesAndGoes(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		north := r.open("/examples/chat/events?name=north", "")
		south := r.open("/examples/chat/events?name=south", "")
		if got := r.here(); got != `{"here":["north","south"]}` {
			t.Error(got)
		}
		south.close()
		pass(reload)
		want(t, r.lines("chat"), []string{
			`join {"name":"north","here":["north"]}`,
			`join {"name":"south","here":["north","south"]}`,
			`leave {"name":"south","here":["north"]}`,
		})
		for _, part := range []string{"event: join\ndata: {\"name\":\"north\"", "\"south\"", "event: leave"} {
			if !strings.Contains(north.text(), part) {
				t.Errorf("%q is missing in the stream:\n%s", part, north.text())
			}
		}
	})
}

func TestAReloadIsNoLeaving(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		r.open("/examples/chat/events?name=north", "").close()
		pass(reload - time.Millisecond)
		again := r.open("/examples/chat/events?name=north", "")
		pass(10 * reload)
		want(t, r.lines("chat"), []string{`join {"name":"north","here":["north"]}`})
		again.close()
		pass(reload)
		if got := r.lines("chat"); len(got) != 2 || got[1] != `leave {"name":"north","here":[]}` {
			t.Errorf("after closing: %v", got)
		}
	})
}

func TestWhoHasTwoTabsIsHereUntilBothAreClosed(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		one := r.open("/examples/chat/events?name=north", "")
		two := r.open("/examples/chat/events?name=north", "")
		one.close()
		pass(10 * reload)
		if got := r.here(); got != `{"here":["north"]}` {
			t.Error(got)
		}
		two.close()
		pass(reload)
		if got := r.here(); got != `{"here":[]}` {
			t.Error(got)
		}
	})
}

func TestABadNameDoesNotEnter(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		for _, name := range []string{"", "%20", "a%0Ab", "%20a", strings.Repeat("x", 31), "%ff"} {
			w := r.do("GET", "/examples/chat/events?name="+name)
			if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"field":"name"`) {
				t.Errorf("%q: %d %s", name, w.Code, w.Body)
			}
		}
		if got := r.here(); got != `{"here":[]}` {
			t.Error(got)
		}
	})
}
