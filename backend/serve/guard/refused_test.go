package guard

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
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
		told := 0
		g := New(Options{Refused: func() { told++ }, Log: slog.New(slog.DiscardHandler)})
		h := g.Protect(http.NotFoundHandler())
		for range 3 {
			refuse(t, h, "http://localhost:5173", "/events/orders?token=secret")
		}
		if told != 1 {
			t.Errorf("three requests at once were announced %d times", told)
		}
		time.Sleep(refusedNotice)
		refuse(t, h, "http://localhost:5173", "/events/stock")
		refuse(t, h, "null", "/events/stock")
		if told != 3 {
			t.Errorf("announced %d times", told)
		}
		list := g.RefusedPages()
		if len(list) != 2 || list[0].Origin != "http://localhost:5173" || list[0].Count != 4 || list[0].Path != "/events/stock" ||
			list[0].At.IsZero() || list[1].Origin != "null" {
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
