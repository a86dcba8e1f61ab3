package example

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"signalbox/backend/example/exampletest"
)

func (r *rig) here() string {
	return strings.TrimSpace(r.Do("GET", "/examples/chat/here").Body.String())
}

func TestTheChatPublishesWhoJoinsAndLeaves(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		north := r.OpenStream("/examples/chat/events?name=north", "")
		south := r.OpenStream("/examples/chat/events?name=south", "")
		if got := r.here(); got != `{"here":["north","south"]}` {
			t.Error(got)
		}
		south.Close()
		exampletest.Sleep(leaveDelay)
		exampletest.WantEqual(t, r.Lines("chat"), []string{
			`join {"name":"north","here":["north"]}`,
			`join {"name":"south","here":["north","south"]}`,
			`leave {"name":"south","here":["north"]}`,
		})
		for _, part := range []string{"event: join", "data: {\"name\":\"north\"", "\"south\"", "event: leave"} {
			if !strings.Contains(north.Text(), part) {
				t.Errorf("%q is missing in the stream:\n%s", part, north.Text())
			}
		}
	})
}

func TestReloadingThePageIsNotLeaving(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		r.OpenStream("/examples/chat/events?name=north", "").Close()
		exampletest.Sleep(leaveDelay - time.Millisecond)
		again := r.OpenStream("/examples/chat/events?name=north", "")
		exampletest.Sleep(10 * leaveDelay)
		exampletest.WantEqual(t, r.Lines("chat"), []string{`join {"name":"north","here":["north"]}`})
		again.Close()
		exampletest.Sleep(leaveDelay)
		if got := r.Lines("chat"); len(got) != 2 || got[1] != `leave {"name":"north","here":[]}` {
			t.Errorf("after closing: %v", got)
		}
	})
}

func TestANameWithTwoTabsIsPresentUntilBothAreClosed(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		one := r.OpenStream("/examples/chat/events?name=north", "")
		two := r.OpenStream("/examples/chat/events?name=north", "")
		one.Close()
		exampletest.Sleep(10 * leaveDelay)
		if got := r.here(); got != `{"here":["north"]}` {
			t.Error(got)
		}
		two.Close()
		exampletest.Sleep(leaveDelay)
		if got := r.here(); got != `{"here":[]}` {
			t.Error(got)
		}
	})
}

func TestABadNameIsRefused(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		for _, name := range []string{"", "%20", "a%0Ab", "%20a", strings.Repeat("x", 31), "%ff"} {
			w := r.Do("GET", "/examples/chat/events?name="+name)
			if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"field":"name"`) {
				t.Errorf("%q: %d %s", name, w.Code, w.Body)
			}
		}
		if got := r.here(); got != `{"here":[]}` {
			t.Error(got)
		}
	})
}
