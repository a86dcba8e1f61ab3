package feed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"signalbox/backend/live"
)

func TestASettingThatCannotBeUsedIsNamed(t *testing.T) {
	good := func() live.Feed {
		fd := live.Feed{URL: "http://127.0.0.1:1/", Method: "GET"}
		fd.Name = "a"
		return fd
	}
	f := follow(t, Options{})
	for _, c := range []struct {
		field   string
		change  func(*live.Feed)
		secrets live.Secrets
	}{
		{"name", func(f *live.Feed) { f.Name = "" }, live.Secrets{}},
		{"name", func(f *live.Feed) { f.Name = "a/b" }, live.Secrets{}},
		{"url", func(f *live.Feed) { f.URL = "" }, live.Secrets{}},
		{"url", func(f *live.Feed) { f.URL = "file:///etc/passwd" }, live.Secrets{}},
		{"url", func(f *live.Feed) { f.URL = "https://me:pw@example.org/" }, live.Secrets{}},
		{"method", func(f *live.Feed) { f.Method = "DELETE" }, live.Secrets{}},
		{"method", func(f *live.Feed) { f.Body = "x" }, live.Secrets{}},
		{"headers", func(f *live.Feed) { f.Headers = []live.Header{{Name: "a b", Value: "x"}} }, live.Secrets{}},
		{"headers", func(f *live.Feed) { f.Headers = []live.Header{{Name: "", Value: "x"}} }, live.Secrets{}},
		{"headers", func(f *live.Feed) { f.Headers = []live.Header{{Name: "X", Value: "a\r\nHost: b"}} }, live.Secrets{}},
		{"headers", func(f *live.Feed) { f.Headers = []live.Header{{Name: "X"}, {Name: "x"}} }, live.Secrets{}},
		{"headers", func(f *live.Feed) { f.Headers = []live.Header{{Name: "last-event-id", Value: "5"}} }, live.Secrets{}},
		{"headers", func(f *live.Feed) { f.Headers = []live.Header{{Name: "Host", Value: "b"}} }, live.Secrets{}},
		{"headers", func(f *live.Feed) { f.Headers = []live.Header{{Name: "X-Key", Secret: true}} }, live.Secrets{}},
		{"headers", func(f *live.Feed) {
			f.Auth, f.Headers = "bearer", []live.Header{{Name: "authorization", Value: "x"}}
		}, live.Secrets{Token: "x"}},
		{"token", func(f *live.Feed) { f.Auth = "bearer" }, live.Secrets{}},
		{"token", func(f *live.Feed) { f.Auth = "bearer" }, live.Secrets{Token: "a\nb"}},
		{"user", func(f *live.Feed) { f.Auth = "basic" }, live.Secrets{}},
		{"user", func(f *live.Feed) { f.Auth, f.User = "basic", "a:b" }, live.Secrets{}},
		{"auth", func(f *live.Feed) { f.Auth = "digest" }, live.Secrets{}},
		{"ca", func(f *live.Feed) { f.CA = "not a certificate" }, live.Secrets{}},
		{"certificate", func(f *live.Feed) { f.Certificate = "abc" }, live.Secrets{}},
		{"proxy", func(f *live.Feed) { f.Proxy = "proxy:3128" }, live.Secrets{}},
		{"proxy", func(f *live.Feed) { f.Proxy = "ftp://proxy" }, live.Secrets{}},
		{"proxy", func(f *live.Feed) { f.Proxy = "http://proxy:99999" }, live.Secrets{}},
		{"proxy", func(f *live.Feed) { f.Proxy = "http://me:s3cret@proxy" }, live.Secrets{}},
	} {
		fd := good()
		c.change(&fd)
		_, err := f.Add(t.Context(), fd, c.secrets)
		e, ok := errors.AsType[*live.Error](err)
		if !ok || e.Field != c.field || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", c.field, err)
		}
	}
	if list := f.List(); len(list) != 0 || len(f.journal.Sources()) != 0 {
		t.Errorf("something of them was added: %v", list)
	}
}

func TestSettingsAreNormalized(t *testing.T) {
	f := follow(t, Options{})
	fd := live.Feed{URL: " http://127.0.0.1:1/ ", Method: "post", Body: "x", Paused: true,
		Certificate: strings.TrimSuffix(strings.Repeat("AB:", 32), ":"), Headers: []live.Header{{Name: " X-Key ", Value: "typed", Secret: true}}}
	fd.Name = "a"
	s, err := f.Add(t.Context(), fd, live.Secrets{})
	f.must(err)
	if s.URL != "http://127.0.0.1:1/" || s.Method != "POST" || s.Certificate != strings.Repeat("ab", 32) || s.Colour == 0 || s.Kind != live.FeedSource {
		t.Errorf("%+v", s)
	}
	if h := s.Headers[0]; h.Name != "X-Key" || h.Value != "" || !slices.Equal(s.HasSecrets, []string{"X-Key"}) {
		t.Errorf("a secret that was typed as a plain value: %+v, %q", h, s.HasSecrets)
	}
	if s.Health.State != live.Stopped {
		t.Errorf("added paused: %v", s.Health.State)
	}
	if fd.Name = "A"; fd.Headers[0].Value != "typed" {
		t.Error("the caller's settings were changed")
	}
}

func TestAFeedWithAPasswordAndNoUserNameCanBeEdited(t *testing.T) {
	f := follow(t, Options{})
	fd := live.Feed{URL: "http://127.0.0.1:1/", Auth: "basic", Paused: true}
	fd.Name = "a"
	s, err := f.Add(t.Context(), fd, live.Secrets{Password: "pw"})
	f.must(err)
	fd = s.Feed
	fd.URL = "http://127.0.0.1:1/other"
	s, err = f.Edit(t.Context(), "a", fd, nil)
	f.must(err)
	if s.URL != fd.URL || !slices.Equal(s.HasSecrets, []string{"password"}) {
		t.Errorf("%s with %q", s.URL, s.HasSecrets)
	}
	if s, err = f.Edit(t.Context(), "a", s.Feed, &live.Secrets{Password: "new"}); err != nil {
		t.Error(err)
	}
	s.Auth = "bearer"
	if s, err = f.Edit(t.Context(), "a", s.Feed, &live.Secrets{Token: "t"}); err != nil {
		t.Fatal(err)
	}
	s.Auth = "basic"
	if _, err = f.Edit(t.Context(), "a", s.Feed, nil); !errors.Is(err, &live.Error{Code: "bad_user"}) {
		t.Errorf("neither a user name nor a password: %v", err)
	}
}

func TestANameIsUnique(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	f.add("b", r.URL)
	fd := live.Feed{URL: r.URL}
	fd.Name = "a"
	if _, err := f.Add(t.Context(), fd, live.Secrets{}); !errors.Is(err, &live.Error{Code: "name_taken"}) {
		t.Error(err)
	}
	if _, err := f.Edit(t.Context(), "b", fd, nil); !errors.Is(err, &live.Error{Code: "name_taken"}) {
		t.Error(err)
	}
}

func TestARenamedFeedStaysConnected(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	s := f.add("a", r.URL)
	c := r.next(t).stream("data: a\n\n")
	f.open("a")
	fd := s.Feed
	fd.Name, fd.Colour = "b", 5
	s, err := f.Edit(t.Context(), "a", fd, nil)
	f.must(err)
	if s.Name != "b" || s.Colour != 5 || s.Health.State != live.Open || s.Health.Connection != 1 {
		t.Errorf("%+v", s)
	}
	if _, found := f.Get("a"); found {
		t.Error("it is still found under its old name")
	}
	c.send("data: b\n\n")
	f.untilCount("b", 2)
	fd.Keep = live.Keep{Messages: 1000}
	s, err = f.Edit(t.Context(), "b", fd, nil)
	f.must(err)
	if src, _ := f.journal.Source("b"); src.Keep != fd.Keep || s.Keep != fd.Keep || s.Health.Connection != 1 {
		t.Errorf("%+v, %+v", src, s)
	}
}

func TestAnEditedFeedReconnects(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	s := f.add("a", r.URL+"/one")
	r.next(t).stream("id: 5\ndata: a\n\n")
	f.untilCount("a", 1)
	fd := s.Feed
	fd.Headers = []live.Header{{Name: "X-Team", Value: "blue"}}
	_, err := f.Edit(t.Context(), "a", fd, nil)
	f.must(err)
	c := r.next(t).stream("")
	if c.Header.Get("X-Team") != "blue" || c.Header.Get("Last-Event-ID") != "5" {
		t.Errorf("%v", c.Header)
	}
	fd.URL = r.URL + "/two"
	_, err = f.Edit(t.Context(), "a", fd, nil)
	f.must(err)
	if c = r.next(t).stream("data: b\n\n"); c.Header.Get("Last-Event-ID") != "" || c.URL.Path != "/two" {
		t.Errorf("another stream was asked to resume after %q", c.Header.Get("Last-Event-ID"))
	}
}

func TestSecretsAreSentAndNotShown(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	fd := live.Feed{URL: r.URL, Proxy: "direct", Auth: "basic", User: "me", Headers: []live.Header{{Name: "X-Key", Secret: true}}}
	fd.Name = "a"
	secrets := live.Secrets{Password: "pa55", Headers: map[string]string{"X-Key": "k3y"}}
	s, err := f.Add(t.Context(), fd, secrets)
	f.must(err)
	if !slices.Equal(s.HasSecrets, []string{"X-Key", "password"}) {
		t.Errorf("%q", s.HasSecrets)
	}
	check := func() {
		t.Helper()
		c := r.next(t).stream("")
		user, password, _ := c.BasicAuth()
		if user != "me" || password != "pa55" || c.Header.Get("X-Key") != "k3y" {
			t.Errorf("%v", c.Header)
		}
	}
	check()
	_, err = f.Edit(t.Context(), "a", s.Feed, nil)
	f.must(err)
	f.stop()
	f.start()
	check()
	feeds, err := f.db.Installation().Feeds(t.Context())
	f.must(err)
	st, _ := f.Get("a")
	if all := fmt.Sprintf("%+v %+v", feeds, st); strings.Contains(all, "pa55") || strings.Contains(all, "k3y") {
		t.Errorf("a secret is shown: %s", all)
	}
	f.must(f.Remove(t.Context(), "a"))
	if b, err := os.ReadFile(f.dir + "/secrets.json"); err != nil || strings.Contains(string(b), "pa55") {
		t.Errorf("a removed feed's secrets are still there: %s, %v", b, err)
	}
	_, err = f.Restore(t.Context(), s.Source.ID)
	f.must(err)
	check()
}

func TestARemovedFeedIsGoneUntilItIsRestored(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	s := f.add("a", r.URL)
	c := r.next(t).stream("id: 5\ndata: a\n\n")
	f.untilCount("a", 1)
	f.must(f.Remove(t.Context(), "a"))
	<-c.Context().Done() // the server is told
	if _, found := f.Get("a"); found || len(f.List()) != 0 {
		t.Error("it is still there")
	}
	for name, err := range map[string]error{
		"pause": f.Pause(t.Context(), "a"), "resume": f.Resume(t.Context(), "a"),
		"remove": f.Remove(t.Context(), "a"), "reconnect": f.Reconnect("a"),
	} {
		if !errors.Is(err, &live.Error{Code: "not_found"}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.stop()
	f.start()
	if len(f.List()) != 0 {
		t.Error("a restart brought it back")
	}
	if _, err := f.Restore(t.Context(), s.Source.ID); err != nil {
		t.Fatal(err)
	}
	if got := r.next(t).Header.Get("Last-Event-ID"); got != "5" {
		t.Errorf("resumed after %q", got)
	}
	if _, err := f.Restore(t.Context(), 999); !errors.Is(err, &live.Error{Code: "not_found"}) {
		t.Error(err)
	}
}

func TestReconnectDoesNotWait(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	f.add("b", r.URL)
	f.add("paused", r.URL)
	for range 3 {
		c := r.next(t)
		c.w.Header().Set("Retry-After", "3600")
		c.w.WriteHeader(http.StatusServiceUnavailable)
		c.close()
	}
	f.waiting("a")
	f.waiting("b")
	f.waiting("paused")
	f.must(f.Pause(t.Context(), "paused"))
	f.must(f.Reconnect("a"))
	r.next(t).stream("")
	f.open("a")
	f.ReconnectAll()
	r.next(t).stream("")
	r.next(t).stream("")
	f.open("a")
	f.open("b")
	if err := f.Reconnect("paused"); !errors.Is(err, &live.Error{Code: "paused"}) {
		t.Error(err)
	}
	if s, _ := f.Get("paused"); s.Health.State != live.Stopped {
		t.Errorf("%v", s.Health.State)
	}
}

func TestEveryChangeIsAnnounced(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	rang := func(what string, do func()) {
		t.Helper()
		ch, before := f.Changed()
		do()
		<-ch
		if _, after := f.Changed(); after <= before {
			t.Errorf("%s: %d after %d", what, after, before)
		}
	}
	rang("add", func() { f.add("a", r.URL) })
	c := r.next(t)
	rang("open", func() { c.stream("") })
	f.open("a")
	rang("pause", func() { f.must(f.Pause(t.Context(), "a")) })
	rang("resume", func() { f.must(f.Resume(t.Context(), "a")) })
	rang("remove", func() { f.must(f.Remove(t.Context(), "a")) })
}

func TestACheckStoresNothing(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	answer := make(chan live.FeedCheck)
	ask := func(fd live.Feed, s live.Secrets) {
		fd.Proxy = "direct"
		go func() { answer <- f.Check(context.Background(), fd, s) }()
	}
	ask(live.Feed{URL: r.URL, Auth: "bearer"}, live.Secrets{Token: "t0ken"})
	c := r.next(t).stream("data: a\n\ndata: b\n\n")
	if c.Header.Get("Authorization") != "Bearer t0ken" {
		t.Errorf("%v", c.Header)
	}
	c.close()
	if got := <-answer; !got.OK || got.Status != 200 || got.Messages != 2 || got.Connect <= 0 || got.FirstByte <= 0 {
		t.Errorf("%+v", got)
	}
	ask(live.Feed{URL: r.URL}, live.Secrets{})
	c = r.next(t)
	c.w.WriteHeader(http.StatusUnauthorized)
	c.close()
	if got := <-answer; got.OK || got.Status != 401 || got.Code != "status" || got.Hint == "" {
		t.Errorf("%+v", got)
	}
	ask(live.Feed{URL: "ftp://a"}, live.Secrets{})
	if got := <-answer; got.OK || got.Code != "bad_url" || got.Reason == "" {
		t.Errorf("%+v", got)
	}
	if len(f.List()) != 0 || len(f.journal.Sources()) != 0 || f.journal.Last() != 0 {
		t.Error("something was kept")
	}
}
