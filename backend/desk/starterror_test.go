package desk

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"signalbox/backend/live"
)

func TestThePagesForbidStylesAndScriptsThatAreNotTheirOwn(t *testing.T) {
	between := func(text, begin, end string) string {
		_, rest, _ := strings.Cut(text, begin)
		inner, _, _ := strings.Cut(rest, end)
		return inner
	}
	for name, h := range map[string]http.Handler{"start error": StartError(live.Errorf("in_use", "<script>alert(1)</script>")), "migration": &MigrationPage{}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		page, policy := w.Body.String(), w.Header().Get("Content-Security-Policy")
		// The policy has the hashes of the style and the script in the page.
		want := plainPolicy(between(page, "<style>", "</style>"), between(page, "<script>", "</script>"))
		if policy != want || strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none';") {
			t.Errorf("%s: %q, not %q", name, policy, want)
		}
		if strings.Contains(page, "alert(1)</script>") {
			t.Error(page)
		}
	}
}
