package dashboard

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestThePageSaysItsLanguageAndThemeBeforeAnyScriptRuns(t *testing.T) {
	assets := fstest.MapFS{"index.html": {Data: []byte(`<!doctype html><html lang="en"><body></body></html>`)}}
	look := func() (string, string) { return "zh", "light" }
	w := httptest.NewRecorder()
	if err := New(assets, look, nil, nil).index(w); err != nil {
		t.Fatal(err)
	}
	if body := w.Body.String(); !strings.Contains(body, `<html data-language="zh" data-theme-choice="light" lang="en">`) {
		t.Errorf("the page is %s", body)
	}
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("the type of the page is %q", got)
	}
}
