package guard

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// refuse sends a request from a page of an origin, and fails unless it is refused.
func refuse(t *testing.T, h http.Handler, origin, path string) {
	t.Helper()
	r := httptest.NewRequest("GET", "http://127.0.0.1:4480"+path, nil)
	r.Header.Set("Origin", origin)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("a page of %s got %d", origin, w.Code)
	}
}

func TestRefusedPagesAreRememberedUntilTheyAreAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told atomic.Int64
		g := New(Options{Refused: func() { told.Add(1) }, Log: slog.New(slog.DiscardHandler)})
		h := g.Protect(http.NotFoundHandler())
		expect := func(times int64, what string) {
			t.Helper()
			synctest.Wait()
			if got := told.Load(); got != times {
				t.Errorf("%s: announced %d times, want %d", what, got, times)
			}
		}
		refuse(t, h, "http://localhost:5173", "/events/orders?token=secret")
		expect(1, "the first request")
		refuse(t, h, "http://localhost:5173", "/events/orders")
		refuse(t, h, "http://localhost:5173", "/events/stock")
		expect(1, "more within a second")
		time.Sleep(refusedNotice + time.Millisecond)
		expect(2, "after that second")
		refuse(t, h, "null", "/events/stock")
		time.Sleep(refusedNotice + time.Millisecond)
		expect(3, "another page")
		list := g.RefusedPages()
		if len(list) != 2 || list[0].Origin != "null" || list[1].Origin != "http://localhost:5173" || list[1].Count != 3 ||
			list[1].Path != "/events/stock" || list[1].At.IsZero() {
			t.Errorf("%+v", list)
		}

		g.SetOrigins([]string{"HTTP://localhost:5173/"})
		if list := g.RefusedPages(); len(list) != 1 || list[0].Origin != "null" {
			t.Errorf("after it was allowed: %+v", list)
		}
		r := httptest.NewRequest("GET", "http://127.0.0.1:4480/events/orders", nil)
		r.Header.Set("Origin", "http://localhost:5173")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound || w.Header().Get("Access-Control-Allow-Origin") != "http://localhost:5173" {
			t.Errorf("the allowed page got %d, %v", w.Code, w.Header())
		}
		g.SetOrigins(nil)
		refuse(t, h, "http://localhost:5173", "/events/orders")

		if !g.ForgetRefused("null") || g.ForgetRefused("null") || len(g.RefusedPages()) != 1 {
			t.Errorf("%+v", g.RefusedPages())
		}
	})
}

func TestAPageWithManyNamesFillsNoMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(Options{Log: slog.New(slog.DiscardHandler)})
		h := g.Protect(http.NotFoundHandler())
		for i := range 100 {
			refuse(t, h, fmt.Sprintf("http://%d.evil.example", i), "/"+strings.Repeat("x", 5000))
			time.Sleep(time.Millisecond)
		}
		refuse(t, h, "http://"+strings.Repeat("x", 5000), "/events/x")
		list := g.RefusedPages()
		if len(list) != maxRefused || list[0].Origin != "http://99.evil.example" || list[maxRefused-1].Origin != "http://80.evil.example" ||
			len(list[0].Path) != maxRefusedText {
			t.Errorf("%d, %+v", len(list), list[0])
		}
	})
}
