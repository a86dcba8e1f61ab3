package dashboard

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"signalbox/backend/live"
)

func TestThePageSaysItsLanguageAndThemeBeforeAnyScriptRuns(t *testing.T) {
	assets := fstest.MapFS{"index.html": {Data: []byte(`<!doctype html><html lang="en"><body></body></html>`)}}
	look := func() (string, string) { return "zh", "light" }
	w := httptest.NewRecorder()
	if err := New(assets, look, nil, nil).index(w, httptest.NewRequest("GET", "/", nil)); err != nil {
		t.Fatal(err)
	}
	if body := w.Body.String(); !strings.Contains(body, `<html data-language="zh" data-theme-choice="light" lang="en">`) {
		t.Errorf("the page is %s", body)
	}
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("the type of the page is %q", got)
	}
}

func TestTheSignInPageHasTheLanguageOfTheSettingOrOfTheBrowser(t *testing.T) {
	for _, c := range []struct{ setting, accept, lang, button string }{
		{"system", "", `lang="en"`, "Sign in"},
		{"system", "de-DE, en;q=0.8", `lang="en"`, "Sign in"},
		{"system", "zh-CN,zh;q=0.9,en;q=0.8", `lang="zh-CN"`, "登录"},
		{"en", "zh-CN", `lang="en"`, "Sign in"},
		{"zh", "en-GB", `lang="zh-CN"`, "登录"},
	} {
		d := New(nil, func() (string, string) { return c.setting, "dark" }, nil, nil)
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", c.accept)
		w := httptest.NewRecorder()
		d.WriteSignIn(w, r, live.Errorf("wrong_token", "This is not the token."))
		page := w.Body.String()
		problem := map[bool]string{true: `role="alert">这不是此 Signalbox 的令牌。<`, false: `role="alert">This is not the token.<`}[c.button == "登录"]
		for _, want := range []string{c.lang, "<button>" + c.button + "</button>", problem} {
			if !strings.Contains(page, want) {
				t.Errorf("%+v: there is no %s in %s", c, want, page)
			}
		}
		w = httptest.NewRecorder()
		if err := d.index(w, r); err != nil || !strings.Contains(w.Body.String(), c.lang) {
			t.Errorf("%+v: %v, the page without a dashboard is %s", c, err, w.Body)
		}
	}
}
