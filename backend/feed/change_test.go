package feed

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/secrets"
	"signalbox/backend/secrets/secretstest"
)

// A faultyStore is a store whose settings can be made unwritable or unreadable.
type faultyStore struct {
	Store
	put error

	mu   sync.Mutex
	load error
}

// mend sets the error of reading.
func (s *faultyStore) mend(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load = err
}

func (s *faultyStore) PutFeed(ctx context.Context, f live.Feed) error {
	if s.put != nil {
		return s.put
	}
	return s.Store.PutFeed(ctx, f)
}

func (s *faultyStore) Feeds(ctx context.Context) ([]live.Feed, error) {
	s.mu.Lock()
	err := s.load
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return s.Store.Feeds(ctx)
}

// faultySecrets can be made to refuse a change, or the undo of one.
type faultySecrets struct {
	SecretStore
	set, undo error
}

func (s *faultySecrets) Set(id int64, to secrets.Stored) (func() error, error) {
	if s.set != nil {
		return nil, s.set
	}
	undo, err := s.SecretStore.Set(id, to)
	return func() error {
		if s.undo != nil {
			return s.undo
		}
		return undo()
	}, err
}

// followFaulty is follow with a store and secrets that can be made to fail.
func followFaulty(t *testing.T) (*fixture, *faultyStore, *faultySecrets) {
	f := follow(t, Options{})
	f.stop()
	store := &faultyStore{}
	secrets := &faultySecrets{SecretStore: f.vault}
	f.vault = secrets
	f.wrap = func(db Store) Store { store.Store = db; return store }
	f.start()
	return f, store, secrets
}

// secretFeed adds a feed with a token and a secret header.
func (f *fixture) secretFeed(name, url string) live.FeedStatus {
	f.Helper()
	fd := live.Feed{URL: url, Proxy: "direct", Auth: "bearer", Headers: []live.Header{{Name: "X-Key", Secret: true}}}
	fd.Name = name
	s, err := f.Add(f.Context(), fd, live.Secrets{Token: "t0ken", Headers: map[string]string{"X-Key": "k3y"}})
	f.must(err)
	return s
}

// signedIn checks that a request has the secrets of secretFeed.
func (f *fixture) signedIn(c *call) {
	f.Helper()
	if c.Header.Get("Authorization") != "Bearer t0ken" || c.Header.Get("X-Key") != "k3y" {
		f.Errorf("the request has the headers %v", c.Header)
	}
}

var errStorage = live.Errorf("disk_full", "The disk is full.")

func TestAnEditThatFailsChangesNothing(t *testing.T) {
	for name, fail := range map[string]func(*faultyStore, *faultySecrets){
		"the secrets":                     func(_ *faultyStore, s *faultySecrets) { s.set = errStorage },
		"the settings":                    func(s *faultyStore, _ *faultySecrets) { s.put = errStorage },
		"the settings, and then the undo": func(s *faultyStore, k *faultySecrets) { s.put, k.undo = errStorage, errStorage },
	} {
		t.Run(name, func(t *testing.T) {
			f, store, secrets := followFaulty(t)
			r := serve(t)
			before := f.secretFeed("a", r.URL+"/one")
			c := r.next(t).stream("id: 5\ndata: a\n\n")
			f.untilCount("a", 1)
			fail(store, secrets)
			fd := before.Feed
			fd.Name, fd.Colour, fd.URL, fd.Keep = "b", 5, r.URL+"/two", live.Keep{Messages: 5}
			if _, err := f.Edit(t.Context(), "a", fd, &live.Secrets{Token: "new"}); !errors.Is(err, errStorage) {
				t.Fatalf("%v", err)
			}
			same := func() {
				t.Helper()
				after, ok := f.Get("a")
				after.Health, before.Health = live.Health{}, live.Health{}
				if !ok || !reflect.DeepEqual(after, before) {
					t.Errorf("it was %+v and is %+v", before, after)
				}
			}
			same()
			c.send("data: still here\n\n")
			f.untilCount("a", 2)
			store.put, secrets.set, secrets.undo = nil, nil, nil
			f.cleanUp()
			f.stop()
			f.start()
			again := r.next(t).stream("")
			f.signedIn(again)
			if again.URL.Path != "/one" || again.Header.Get("Last-Event-ID") != "5" {
				t.Errorf("after a restart it asks for %s after %q", again.URL, again.Header.Get("Last-Event-ID"))
			}
			same()
		})
	}
}

func TestAFailedEditIsUndoneBeforeTheNext(t *testing.T) {
	f, store, secrets := followFaulty(t)
	r := serve(t)
	s := f.secretFeed("a", r.URL)
	r.next(t).stream("")
	store.put, secrets.undo = errStorage, errStorage
	if _, err := f.Edit(t.Context(), "a", s.Feed, &live.Secrets{Token: "new"}); !errors.Is(err, errStorage) {
		t.Fatal(err)
	}
	if got, _ := f.vault.Get(s.Source.ID); got.Token != "new" {
		t.Fatalf("the undo was to fail: %+v", got)
	}
	store.put = nil
	if _, err := f.Edit(t.Context(), "a", s.Feed, nil); !errors.Is(err, errStorage) {
		t.Errorf("a change was made on top of one that is half done: %v", err)
	}
	secrets.undo = nil
	_, err := f.Edit(t.Context(), "a", s.Feed, nil)
	f.must(err)
	if got, err := f.vault.Get(s.Source.ID); err != nil || got.Token != "t0ken" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestARestoreThatFailsCanBeRepeated(t *testing.T) {
	f, store, secrets := followFaulty(t)
	r := serve(t)
	s := f.secretFeed("a", r.URL)
	f.signedIn(r.next(t).stream("id: 5\ndata: a\n\n"))
	f.untilCount("a", 1)
	f.must(f.Remove(t.Context(), "a"))
	id := s.Source.ID

	failed := func(why string) {
		t.Helper()
		if _, err := f.Restore(t.Context(), id); err == nil {
			t.Errorf("%s, and it was restored", why)
		}
		if _, found := f.Get("a"); found && why != "the name is taken" {
			t.Errorf("%s, and it is there", why)
		}
		if got, err := secrets.Get(id); err != nil || !got.IsZero() {
			t.Errorf("%s, and its secrets lie in the vault: %v, %v", why, got, err)
		}
	}
	secrets.set = errStorage
	failed("the secrets cannot be stored")
	secrets.set = nil
	store.mend(errStorage)
	failed("the settings cannot be read")
	store.mend(nil)
	f.add("a", r.URL)
	r.next(t)
	failed("the name is taken")
	f.must(f.Remove(t.Context(), "a"))

	_, err := f.Restore(t.Context(), id)
	f.must(err)
	c := r.next(t)
	f.signedIn(c)
	if c.Header.Get("Last-Event-ID") != "5" {
		t.Errorf("it resumed after %q", c.Header.Get("Last-Event-ID"))
	}
	if _, err := f.Restore(t.Context(), id); err == nil {
		t.Error("it was restored twice")
	}
}

func TestARemovalThatFailsChangesNothing(t *testing.T) {
	f, _, secrets := followFaulty(t)
	r := serve(t)
	f.secretFeed("a", r.URL)
	c := r.next(t).stream("")
	secrets.set = errStorage
	if err := f.Remove(t.Context(), "a"); !errors.Is(err, errStorage) {
		t.Error(err)
	}
	c.send("data: still here\n\n")
	f.untilCount("a", 1)
}

func TestSecretsAreDeletedWhenAFeedCanNoLongerBeRestored(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	s := f.secretFeed("a", r.URL)
	r.next(t).stream("")
	f.must(f.Remove(t.Context(), "a"))
	f.cleanUp()
	f.mu.Lock()
	held, ok := f.removed[s.Source.ID]
	held.until = time.Now().Add(-time.Second)
	f.removed[s.Source.ID] = held
	f.mu.Unlock()
	if !ok || held.secrets.Token != "t0ken" {
		t.Fatalf("within ten minutes: %+v", held)
	}
	f.cleanUp()
	f.mu.Lock()
	_, ok = f.removed[s.Source.ID]
	f.mu.Unlock()
	if ok {
		t.Error("they are still in memory")
	}
}

func TestSecretsAreNotSentToAnotherServer(t *testing.T) {
	for _, c := range []struct {
		field  string
		feed   live.Feed
		before live.Secrets
		enough live.Secrets
	}{
		{"token", live.Feed{Auth: "bearer"}, live.Secrets{Token: "s3cret"}, live.Secrets{Token: "new"}},
		{"password", live.Feed{Auth: "basic", User: "me"}, live.Secrets{Password: "s3cret"}, live.Secrets{Password: "new"}},
		{"headers", live.Feed{Headers: []live.Header{{Name: "X-Key", Secret: true}}},
			live.Secrets{Headers: map[string]string{"X-Key": "s3cret"}}, live.Secrets{Headers: map[string]string{"X-Key": "new"}}},
	} {
		t.Run(c.field, func(t *testing.T) {
			f, here, there := follow(t, Options{}), serve(t), serve(t)
			c.feed.Name, c.feed.URL, c.feed.Proxy = "a", here.URL+"/one", "direct"
			s, err := f.Add(t.Context(), c.feed, c.before)
			f.must(err)
			here.next(t).stream("")
			fd := s.Feed
			for _, url := range []string{there.URL, strings.Replace(here.URL, "http:", "https:", 1), strings.Replace(here.URL, "127.0.0.1", "localhost", 1)} {
				fd.URL = url
				_, err := f.Edit(t.Context(), "a", fd, nil)
				if e, ok := errors.AsType[*live.Error](err); !ok || e.Field != c.field || !strings.Contains(e.Message, secrets.Origin(here.URL)) || !strings.Contains(e.Message, secrets.Origin(url)) {
					t.Errorf("an edit to %s: %v", url, err)
				}
				if got := f.Check(t.Context(), fd, live.Secrets{}); got.OK || got.Field != c.field || got.Status != 0 {
					t.Errorf("a test of %s: %+v", url, got)
				}
			}
			fd.URL = here.URL + "/two"
			_, err = f.Edit(t.Context(), "a", fd, nil)
			f.must(err)
			if call := here.next(t).stream(""); call.URL.Path != "/two" {
				t.Errorf("%s", call.URL)
			}
			fd.URL = there.URL
			_, err = f.Edit(t.Context(), "a", fd, &c.enough)
			f.must(err)
			if call := there.next(t); strings.Contains(strings.Join(call.Header["Authorization"], "")+call.Header.Get("X-Key"), "s3cret") {
				t.Errorf("%v", call.Header)
			}
		})
	}
}

func TestSecretsStayWithTheirServerOverACrash(t *testing.T) {
	f, here, there := follow(t, Options{}), serve(t), serve(t)
	s := f.secretFeed("a", here.URL)
	here.next(t).stream("")
	f.stop()
	f.start()
	here.next(t).stream("")
	// This is the state after a crash between the two steps of an edit.
	fd := s.Feed
	fd.URL = there.URL
	f.must(f.db.Installation().PutFeed(t.Context(), fd))
	f.stop()
	f.start()
	st := f.wait("a", "stopped", func(s live.FeedStatus) bool { return s.Health.State == live.Stopped && s.Health.Code == "secrets" })
	if !strings.Contains(st.Health.Reason, here.URL) || st.Health.Hint == "" {
		t.Errorf("%+v", st.Health)
	}
	select {
	case c := <-there.calls:
		t.Errorf("the other server got %v", c.Header)
	default:
	}
}

func TestAFeedIsNotConnectedWithoutItsSecrets(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	s := f.secretFeed("a", r.URL)
	f.signedIn(r.next(t).stream(""))
	f.stop()
	_, err := f.vault.Set(s.Source.ID, secrets.Stored{})
	f.must(err)
	f.start()
	st := f.wait("a", "stopped", func(s live.FeedStatus) bool { return s.Health.State == live.Stopped })
	if st.Health.Code != "secrets" || st.Health.Hint == "" {
		t.Errorf("%+v", st.Health)
	}
	_, err = f.Edit(t.Context(), "a", st.Feed, &live.Secrets{Token: "t0ken", Headers: map[string]string{"X-Key": "k3y"}})
	f.must(err)
	f.signedIn(r.next(t))
	if len(r.calls) > 0 {
		t.Error("it was connected without them")
	}
}

func TestAFeedWaitsForALockedKeyring(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.stop()
	ring := secretstest.New()
	open := func() *secrets.Store {
		return secrets.New("test", f.dir, ring, 200*time.Millisecond)
	}
	f.vault = open()
	f.start()
	f.secretFeed("a", r.URL)
	f.signedIn(r.next(t).stream(""))
	f.add("b", r.URL)
	r.next(t).stream("")
	f.stop()

	unlock := ring.Lock()
	defer unlock()
	f.vault = open()
	f.start()
	r.next(t).stream("") // b needs no secrets
	a := f.waiting("a")
	if a.Health.Code != "keyring" || a.Health.Hint == "" || a.Health.RetryAt.IsZero() {
		t.Errorf("%+v", a.Health)
	}
	if len(a.HasSecrets) != 2 {
		t.Errorf("it has the secrets %q", a.HasSecrets)
	}
	if got := f.Check(t.Context(), a.Feed, live.Secrets{}); got.Code != "keyring" || got.Status != 0 {
		t.Errorf("a test without them: %+v", got)
	}
	// A change that needs no secrets succeeds and does not change them.
	a.Feed.Name = "c"
	_, err := f.Edit(t.Context(), "a", a.Feed, nil)
	f.must(err)
	f.must(f.Reconnect("c"))
	f.waiting("c")
	select {
	case c := <-r.calls:
		t.Fatalf("it was connected with %v", c.Header)
	default:
	}
	unlock()
	f.signedIn(r.next(t))
	f.must(f.Remove(t.Context(), "c"))
	if held, _ := ring.Count(); held != 0 {
		t.Error("the keyring has not forgotten the secrets of a removed feed")
	}
}

func TestNoOtherFeedWaitsForAKeyring(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.stop()
	ring := secretstest.New()
	f.vault = secrets.New("test", f.dir, ring, time.Hour)
	f.start()
	a := f.secretFeed("a", r.URL)
	r.next(t).stream("")
	b := f.add("b", r.URL)
	r.next(t).stream("")
	unlock := ring.Lock()
	edited := make(chan error)
	go func() {
		_, err := f.Edit(context.Background(), "a", a.Feed, &live.Secrets{Token: "new"})
		edited <- err
	}()
	for _, asked := ring.Count(); asked < 3; _, asked = ring.Count() {
		time.Sleep(time.Millisecond)
	}
	b.Feed.Name = "c"
	_, err := f.Edit(t.Context(), "b", b.Feed, nil)
	f.must(err)
	f.must(f.Pause(t.Context(), "c"))
	f.must(f.Resume(t.Context(), "c"))
	r.next(t).stream("")
	f.ReconnectAll()
	r.next(t).stream("")
	f.open("c")
	if len(f.List()) != 2 {
		t.Error("the list is not whole")
	}
	select {
	case err := <-edited:
		t.Fatalf("the keyring was not waited for: %v", err)
	default:
	}
	unlock()
	f.must(<-edited)
	if c := r.next(t); c.Header.Get("Authorization") != "Bearer new" {
		t.Errorf("%v", c.Header)
	}
}

func TestAnotherStreamDoesNotGetTheLastEventID(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	s := f.add("a", r.URL+"/one?topic=x")
	id := 0
	next := func(want string) {
		t.Helper()
		id++
		c := r.next(t).stream("id: 5\ndata: a\n\n")
		if got := c.Header.Get("Last-Event-ID"); got != want {
			t.Errorf("%s %s was asked to resume after %q", c.Method, c.URL, got)
		}
		f.untilCount("a", id)
	}
	next("")
	for _, c := range []struct {
		change func(*live.Feed)
		want   string
	}{
		{func(fd *live.Feed) { fd.Headers = []live.Header{{Name: "X-Team", Value: "blue"}} }, "5"},
		{func(fd *live.Feed) { fd.URL = r.URL + "/one?topic=x#part" }, "5"},
		{func(fd *live.Feed) { fd.URL = r.URL + "/one?topic=y" }, ""},
		{func(fd *live.Feed) { fd.URL = strings.Replace(r.URL, "127.0.0.1", "localhost", 1) + "/one?topic=y" }, ""},
		{func(fd *live.Feed) { fd.Method = "POST" }, ""},
		{func(fd *live.Feed) { fd.Body = "topic" }, ""},
		{func(fd *live.Feed) { fd.URL = r.URL + "/two?topic=y" }, ""},
	} {
		c.change(&s.Feed)
		_, err := f.Edit(t.Context(), "a", s.Feed, nil)
		f.must(err)
		next(c.want)
	}
	// The last event ID is deleted although no batcher runs that would store it.
	f.must(f.Pause(t.Context(), "a"))
	s.Feed.URL = r.URL + "/three"
	_, err := f.Edit(t.Context(), "a", s.Feed, nil)
	f.must(err)
	f.stop()
	f.start()
	f.wait("a", "paused", func(s live.FeedStatus) bool { return s.Paused })
	f.must(f.Resume(t.Context(), "a"))
	if c := r.next(t); c.Header.Get("Last-Event-ID") != "" {
		t.Errorf("after a restart it was asked to resume after %q", c.Header.Get("Last-Event-ID"))
	}
}
