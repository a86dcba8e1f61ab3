package desk

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"

	"signalbox/backend/live"
)

func TestThePagesForbidStylesAndScriptsThatAreNotTheirOwn(t *testing.T) {
	between := func(text, begin, end string) string {
		_, rest, _ := strings.Cut(text, begin)
		inner, _, _ := strings.Cut(rest, end)
		return inner
	}
	for name, h := range map[string]http.Handler{"start error": StartError(live.Errorf("in_use", "<script>alert(1)</script>"), nil), "migration": &MigrationPage{}} {
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

func TestTheStartErrorIsInChineseDownToItsCause(t *testing.T) {
	chinese, err := os.ReadFile("../../frontend/src/lib/texts.zh.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		err  error
		want []string
	}{
		{live.Errorf("bad_address/listen", "The local server cannot listen on {address}: {reason}.", "address", "a:1", "reason", syscall.EACCES),
			[]string{`data-zh="本地服务无法监听 a:1：权限不足（EACCES）。"`, "cannot listen on a:1: permission denied."}},
		{live.Errorf("log_without_database", "The folder has a log of {log_bytes}.", "log_bytes", 3<<20).WithHint("Put it back."),
			[]string{`data-zh="目录中有 3 MiB 的日志`, `data-zh="未作任何改动。`}},
		{live.Errorf("start", "{reason}", "reason", live.Errorf("in_use", "Another Signalbox has this history open.").WithHint("Close it.")),
			[]string{"另一个 Signalbox 已打开此历史记录。请关闭它"}},
		{errors.New("something <else>"), []string{`data-zh="“something &lt;else&gt;”"`}},
		{live.Errorf("of_tomorrow", "Something new."), []string{`data-zh="Something new."`}},
	} {
		_, page := ask(StartError(c.err, chinese), "/")
		for _, want := range c.want {
			if !strings.Contains(page, want) {
				t.Errorf("%v: no %s in %s", c.err, want, page[strings.Index(page, "<main"):])
			}
		}
	}
}
