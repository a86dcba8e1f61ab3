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
	p := &MigrationPage{}
	if code, page := ask(p, "/"); code != 200 || !strings.Contains(page, "Bringing your history to its new form") {
		t.Errorf("%d %s", code, page)
	}
	if code, _ := ask(p, "/api/state"); code != 404 {
		t.Errorf("the API answers %d", code)
	}
	p.Progress(3, 10)
	if _, state := ask(p, "/opening"); strings.TrimSpace(state) != `{"done":3,"total":10,"ready":false}` {
		t.Error(state)
	}
	p.Finish(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("the page")) }), nil)
	if _, state := ask(p, "/opening"); !strings.Contains(state, `"ready":true`) {
		t.Error(state)
	}
	if _, page := ask(p, "/"); page != "the page" {
		t.Error(page)
	}
}

func TestTheWindowShowsWhyTheHistoryCannotBeOpened(t *testing.T) {
	p := &MigrationPage{}
	p.Finish(nil, live.Errorf("disk_full", "The disk is full.").WithHint("Free some <space>."))
	if _, page := ask(p, "/"); !strings.Contains(page, "The disk is full.") || !strings.Contains(page, "Free some &lt;space&gt;.") {
		t.Error(page)
	}
	p = &MigrationPage{}
	p.Finish(nil, errors.New("something else"))
	if _, page := ask(p, "/"); !strings.Contains(page, "something else") {
		t.Error(page)
	}
}
