package example

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"signalbox/backend/example/exampletest"
	"signalbox/backend/live"
)

func TestEveryPageIsServedWithItsSource(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		index := r.Do("GET", "/examples/").Body.String()
		sources := regexp.MustCompile(`data-files="([^"]+)"`)
		for page, channels := range pageChannels {
			w := r.Do("GET", "/examples/"+page)
			if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
				t.Fatalf("%s: %d %v", page, w.Code, w.Header())
			}
			if got := w.Header().Get("Content-Security-Policy"); !strings.Contains(got, "script-src 'self';") {
				t.Errorf("%s: policy %q", page, got)
			}
			if !strings.Contains(index, `href="`+page+`"`) {
				t.Errorf("%s is not in the index", page)
			}
			shown := sources.FindStringSubmatch(w.Body.String())
			if shown == nil || !strings.Contains(shown[1], page) {
				t.Fatalf("%s does not show its source", page)
			}
			for file := range strings.FieldsSeq(shown[1]) {
				if w := r.Do("GET", "/examples/"+file); w.Code != http.StatusOK {
					t.Errorf("%s shows %s: %d", page, file, w.Code)
				}
			}
			for _, name := range channels {
				if s, ok := r.journal.Source(name); !ok || s.Colour != colours[name] {
					t.Errorf("%s: the channel %s is %v", page, name, s)
				}
			}
		}
		if w := r.Do("GET", "/examples/nothing.html"); w.Code != http.StatusNotFound {
			t.Errorf("a page that is not there: %d", w.Code)
		}
	})
}

// The policy allows neither inline scripts and styles nor anything
// from elsewhere: such a page would only half work.
func TestThePagesKeepToThePolicy(t *testing.T) {
	bad := regexp.MustCompile(`(?i)<script(?:\s+type="module")?>|<style|\sstyle=|\son\w+="|(?:src|href)="(?:https?:)?//|@import|url\(`)
	err := fs.WalkDir(files, "pages", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(path)
		if found := bad.Find(b); found != nil {
			t.Errorf("%s has %q", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnotherSiteCannotEnterTheChat(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		for site, status := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 200, "none": 200, "": 200} {
			req := httptest.NewRequest("GET", "/examples/chat/here", nil)
			req.Header.Set("Sec-Fetch-Site", site)
			w := httptest.NewRecorder()
			r.Rig.Handler.ServeHTTP(w, req)
			if w.Code != status {
				t.Errorf("%q: %d, want %d", site, w.Code, status)
			}
		}
	})
}

func TestNothingIsPublishedToAFeedOfThatName(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		if _, err := r.journal.AddSource(t.Context(), live.Source{Name: "chat", Kind: live.FeedSource}); err != nil {
			t.Fatal(err)
		}
		w := r.Do("GET", "/examples/chat/events?name=north")
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "A feed is called") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if n := len(r.Messages("chat")); n != 0 {
			t.Errorf("%d messages", n)
		}
	})
}
