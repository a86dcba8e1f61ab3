package desk

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"signalbox/backend/live"
)

func ask(h http.Handler, path string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

func TestTheWindowShowsTheProgressOfAMigrationAndThenTheDashboard(t *testing.T) {
	o := &Opening{}
	if code, page := ask(o, "/"); code != 200 || !strings.Contains(page, "Bringing your history to its new form") {
		t.Errorf("%d %s", code, page)
	}
	if code, _ := ask(o, "/api/state"); code != 404 {
		t.Errorf("the API answers %d", code)
	}
	o.Progress(3, 10)
	if _, state := ask(o, "/opening"); strings.TrimSpace(state) != `{"done":3,"total":10,"ready":false}` {
		t.Error(state)
	}
	o.Finish(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("the page")) }), nil)
	if _, state := ask(o, "/opening"); !strings.Contains(state, `"ready":true`) {
		t.Error(state)
	}
	if _, page := ask(o, "/"); page != "the page" {
		t.Error(page)
	}
}

func TestTheWindowSaysWhyTheHistoryCannotBeOpened(t *testing.T) {
	o := &Opening{}
	o.Finish(nil, live.Errorf("disk_full", "The disk is full.").WithHint("Free some <space>."))
	if _, page := ask(o, "/"); !strings.Contains(page, "The disk is full.") || !strings.Contains(page, "Free some &lt;space&gt;.") {
		t.Error(page)
	}
	o = &Opening{}
	o.Finish(nil, errors.New("something else"))
	if _, page := ask(o, "/"); !strings.Contains(page, "something else") {
		t.Error(page)
	}
}
