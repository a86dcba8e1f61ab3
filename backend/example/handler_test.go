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

func TestThePagesHaveTheLanguageOfTheSettingOrOfTheBrowser(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		for _, c := range []struct{ setting, accept, path, want string }{
			{"", "", "", "Examples that run"},
			{"", "zh-CN,zh;q=0.9", "", "可以运行的示例"},
			{"", "zh-CN,zh;q=0.9", "clock.html", `lang="zh-CN"`},
			{"", "zh-CN,zh;q=0.9", "words.js", "正在连接"},
			{"", "zh-CN,zh;q=0.9", "clock.js", "EventSource"},
			{"system", "en-GB,zh;q=0.9", "clock.html", `lang="en"`},
			{"en", "zh-CN", "words.js", "Connecting"},
			{"zh", "en-GB", "words.js", "正在连接"},
		} {
			r.Examples.options.Language = func() string { return c.setting }
			req := httptest.NewRequest("GET", "/examples/"+c.path, nil)
			req.Header.Set("Accept-Language", c.accept)
			w := httptest.NewRecorder()
			r.Examples.Handler(nil).ServeHTTP(w, req)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("%+v: %d %s", c, w.Code, w.Body)
			}
		}
	})
}

// Only the texts of a page differ between its languages, so that its scripts work
// in both.
func TestThePagesAreTheSameInBothLanguages(t *testing.T) {
	read := func(name string) string {
		b, err := files.ReadFile("pages/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tags := regexp.MustCompile(`<[^>]*>`)
	texts := regexp.MustCompile(`(aria-label|placeholder|lang)="[^"]*"`)
	shape := func(name string) []string {
		var all []string
		for _, tag := range tags.FindAllString(read(name), -1) {
			if !strings.HasPrefix(tag, "<code") && tag != "</code>" { // the order of words differs
				all = append(all, texts.ReplaceAllString(tag, "$1"))
			}
		}
		return all
	}
	pages, err := fs.Glob(files, "pages/*.html")
	if err != nil || len(pages) == 0 {
		t.Fatal(err)
	}
	for _, page := range pages {
		name := strings.TrimPrefix(page, "pages/")
		exampletest.WantEqual(t, shape("zh/"+name), shape(name))
	}
	names := regexp.MustCompile(`(?m)^  (\w+): (\([\w, ]*\))?`)
	exampletest.WantEqual(t, names.FindAllString(read("zh/words.js"), -1), names.FindAllString(read("words.js"), -1))
	used := regexp.MustCompile(`words\.(\w+)`)
	scripts, _ := fs.Glob(files, "pages/*.js")
	for _, script := range scripts {
		for _, use := range used.FindAllStringSubmatch(read(strings.TrimPrefix(script, "pages/")), -1) {
			if use[1] != "js" && !strings.Contains(read("words.js"), "\n  "+use[1]+": ") {
				t.Errorf("%s uses %s, which is not in words.js", script, use[0])
			}
		}
	}
}
