package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"signalbox/backend/example"
	"signalbox/backend/live"
	"signalbox/backend/sample"
	"signalbox/backend/setting"
)

// sampleNames are the names of the sample feeds if no other source has them.
var sampleNames = []string{"orders.prod", "payments", "device gateway 7", "build status"}

// samples starts or stops the sample events.
func (r *running) samples(method, path string) {
	r.t.Helper()
	if status := r.ask(method, "/api/samples"+path, "", nil); status/100 != 2 {
		r.t.Fatalf("%s /api/samples%s: %d", method, path, status)
	}
}

// untilOpen waits until a feed is connected.
func (r *running) untilOpen(name string) {
	r.t.Helper()
	for end := time.After(20 * time.Second); ; {
		changed, _ := r.feeds.Changed()
		s, ok := r.feeds.Get(name)
		if ok && s.Health.State == live.Open {
			return
		}
		select {
		case <-changed:
		case <-end:
			r.t.Fatalf("%s is not open: %v %+v", name, ok, s.Health)
		}
	}
}

func (r *running) feed(name string) live.Feed {
	r.t.Helper()
	s, ok := r.feeds.Get(name)
	if !ok {
		r.t.Fatalf("there is no feed %s", name)
	}
	return s.Feed
}

func (r *running) addFeed(name, url string, paused bool) live.Feed {
	r.t.Helper()
	body := fmt.Sprintf(`{"name":%q,"url":%q,"method":"GET","proxy":"direct","paused":%v}`, name, url, paused)
	if status := r.ask("POST", "/api/feeds", body, nil); status != http.StatusCreated {
		r.t.Fatalf("add %s: %d", name, status)
	}
	return r.feed(name)
}

func (r *running) names() (names []string) {
	for _, s := range r.journal.Sources() {
		names = append(names, s.Name)
	}
	return names
}

func TestSamplesDoNotTouchFeedsThatTheyDidNotCreate(t *testing.T) {
	other := run(t, Options{})
	r := run(t, Options{})
	mine := []live.Feed{
		r.addFeed("payments", other.URL()+"/events/payments", false),
		r.addFeed("build status", other.URL()+"/events/builds", true),
	}
	same := func(when string) {
		t.Helper()
		for _, want := range mine {
			if got := r.feed(want.Name); got.ID != want.ID || got.URL != want.URL || got.Paused != want.Paused {
				t.Errorf("%s: %+v, was %+v", when, got, want)
			}
		}
	}
	r.untilOpen("payments")
	r.samples("POST", "")
	for _, name := range []string{"orders.prod", "payments (sample)", "device gateway 7", "build status (sample)"} {
		r.untilOpen(name)
	}
	same("started")
	r.samples("DELETE", "")
	same("stopped")
	if !r.feed("payments (sample)").Paused || !r.feed("orders.prod").Paused {
		t.Error("a feed of the samples is not paused")
	}
	r.samples("POST", "")
	r.untilOpen("payments (sample)")
	r.samples("DELETE", "?remove=1")
	same("removed")
	if got := r.names(); !slices.Equal(got, []string{"payments", "build status"}) {
		t.Errorf("there are %q", got)
	}
	r.untilOpen("payments")
}

func TestASampleFeedWithAnotherAddressBelongsToTheUser(t *testing.T) {
	other := run(t, Options{})
	r := run(t, Options{})
	r.samples("POST", "")
	r.untilOpen("payments")
	fd := r.feed("payments")
	fd.URL = other.URL() + "/events/payments"
	if _, err := r.feeds.Edit(t.Context(), "payments", fd, nil); err != nil {
		t.Fatal(err)
	}
	r.samples("DELETE", "")
	if got := r.feed("payments"); got.Paused || got.URL != fd.URL {
		t.Errorf("stopped: %+v", got)
	}
	r.samples("POST", "")
	r.untilOpen("payments (sample)")
	if got := r.feed("payments"); got.URL != fd.URL {
		t.Errorf("started again: %+v", got)
	}
	r.samples("DELETE", "?remove=1")
	if got := r.names(); !slices.Equal(got, []string{"payments"}) {
		t.Errorf("there are %q", got)
	}
}

func TestSamplesResumeAfterARestartAtAnotherAddress(t *testing.T) {
	dir := t.TempDir()
	r := run(t, Options{DataFolder: dir})
	r.samples("POST", "")
	r.untilOpen("payments")
	before := r.names()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	// Another port, another token, and HTTPS.
	r = run(t, Options{DataFolder: dir, Settings: setting.Values{setting.Token: "a-secret-of-mine-0001", setting.TLSSelf: true}})
	for _, name := range []string{"orders.prod", "payments"} {
		r.untilOpen(name)
	}
	if got := r.names(); !slices.Equal(got, before) {
		t.Errorf("there are %q, were %q", got, before)
	}
}

func TestFeedsThatAnEarlierVersionOfTheSamplesCreatedAreAdopted(t *testing.T) {
	dir := t.TempDir()
	r := run(t, Options{DataFolder: dir})
	for _, name := range []string{"payments", "orders.prod"} {
		r.addFeed(name, r.URL()+sample.SamplePath+map[string]string{"payments": "payments", "orders.prod": "orders"}[name], false)
	}
	if err := r.journal.SetMark(t.Context(), live.Mark{Name: "example/samples", Text: "on"}); err != nil {
		t.Fatal(err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = run(t, Options{DataFolder: dir})
	r.untilOpen("payments")
	r.untilOpen("device gateway 7")
	if names := r.names(); slices.Contains(names, "payments (sample)") {
		t.Errorf("there are %q", names)
	}
}

// refusing creates and controls feeds, except that it cannot create one of them.
type refusing struct {
	sampleFeeds
	name string
}

func (f refusing) Create(ctx context.Context, name, path string, colour int) (live.Source, error) {
	if name == f.name {
		return live.Source{}, errors.New("no room")
	}
	return f.sampleFeeds.Create(ctx, name, path, colour)
}

func TestWhenASampleFeedCannotBeCreatedNothingIsLeftRunning(t *testing.T) {
	r := run(t, Options{})
	examples := example.New(r.journal, r.publisher, example.Options{})
	e := sample.New(r.journal, examples, sample.Options{Feeds: refusing{sampleFeeds{r.Node}, "device gateway 7"}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- examples.Run(ctx) }()
	defer func() { stop(); <-ended }()
	err := e.Start(t.Context())
	for end := time.Now().Add(10 * time.Second); errors.Is(err, &live.Error{Code: "not_ready"}) && time.Now().Before(end); err = e.Start(t.Context()) {
	}
	if err == nil || err.Error() != "no room" || e.Running() {
		t.Fatalf("%v, running %v", err, e.Running())
	}
	if !r.feed("orders.prod").Paused || !r.feed("payments").Paused {
		t.Error("a feed that was made is not paused")
	}
	// What was made is known, and can be removed.
	if _, err := e.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := r.names(); len(names) > 0 {
		t.Errorf("there are %q", names)
	}
}

func TestStoppingIsFastWhileTheSamplesAreOn(t *testing.T) {
	r := run(t, Options{})
	r.samples("POST", "")
	for _, name := range sampleNames {
		r.untilOpen(name)
	}
	res, err := http.Get(r.URL() + sample.SamplePath + "orders") // a client beside the feed
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	begun := time.Now()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestARemovalOfTheSamplesCanBeUndone(t *testing.T) {
	r := run(t, Options{})
	r.samples("POST", "")
	r.untilOpen("payments")
	before := r.names()
	var got struct {
		Removed []struct {
			ID   int64
			Name string
		}
	}
	if status := r.ask("DELETE", "/api/samples?remove=1", "", &got); status != http.StatusOK || len(got.Removed) != len(before) {
		t.Fatalf("%d %+v", status, got)
	}
	for _, s := range got.Removed {
		if status := r.ask("POST", "/api/sources/x/restore", fmt.Sprintf(`{"id":%d}`, s.ID), nil); status != http.StatusOK {
			t.Errorf("restore %s: %d", s.Name, status)
		}
	}
	if got := r.names(); !slices.Equal(got, before) {
		t.Errorf("there are %q, were %q", got, before)
	}
	// The samples know them, and go on there.
	r.samples("POST", "")
	r.untilOpen("payments")
	if got := r.names(); !slices.Equal(got, before) {
		t.Errorf("there are %q, were %q", got, before)
	}
}
