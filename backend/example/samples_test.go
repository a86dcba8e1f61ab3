package example

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A follower notes what it was told to follow.
type follower struct {
	mu     sync.Mutex
	told   []string
	refuse string // the name that it cannot follow
}

func (f *follower) Follow(_ context.Context, name, path string, colour int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if name == f.refuse {
		return errors.New("no room")
	}
	f.told = append(f.told, "follow "+name+" "+path)
	return nil
}

func (f *follower) Unfollow(_ context.Context, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, "unfollow "+name)
	return nil
}

func (f *follower) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	told := f.told
	f.told = nil
	return told
}

var followed = []string{
	"follow orders.prod /examples/samples/orders",
	"follow payments /examples/samples/payments",
	"follow device gateway 7 /examples/samples/gateway",
	"follow build status /examples/samples/builds",
}

var unfollowed = []string{"unfollow orders.prod", "unfollow payments", "unfollow device gateway 7", "unfollow build status"}

func TestSamplesBringTheChannelsToLifeAndAreFollowed(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		f := &follower{}
		r, _ := run(t, dir, Options{Follow: f})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.Start(t.Context()); err != nil || !r.Running() {
			t.Fatalf("started twice: %v, running %v", err, r.Running())
		}
		want(t, f.take(), followed)
		orders := r.open("/examples/samples/orders", "")
		pass(2 * time.Minute)
		for channel, least := range map[string]int{"messages": 6, "clock": 119, "chat": 10, "device": 8, "sequence": 16, "reliable": 119} {
			if n := len(r.messages(channel)); n < least {
				t.Errorf("%s has %d messages, want %d at least", channel, n, least)
			}
		}
		if n := len(orders.ids()); n < 100 || n > 600 {
			t.Errorf("%d orders in two minutes", n)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		want(t, f.take(), unfollowed)
		if !orders.ended() {
			t.Error("the stream of orders is still open")
		}
		pass(time.Minute) // the desks leave the chat, counting lingers
		pass(time.Second)
		last := r.j.Last()
		pass(5 * time.Minute)
		if r.Running() || r.j.Last() != last {
			t.Errorf("running %v, %d more messages", r.Running(), r.j.Last()-last)
		}
		if got := r.here(); got != `{"here":[]}` {
			t.Error(got)
		}
	})
}

func TestSamplesThatWereOnAreOnAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		f := &follower{}
		r, stop := run(t, dir, Options{Follow: f})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		stop()
		f.take()
		r, stop = run(t, dir, Options{Follow: f})
		pass(time.Second)
		if !r.Running() {
			t.Fatal("the samples are off")
		}
		want(t, f.take(), followed)
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		stop()
		r, _ = run(t, dir, Options{Follow: f})
		pass(time.Second)
		if r.Running() {
			t.Error("the samples are on although they were stopped")
		}
	})
}

func TestWhereAFeedCannotBeAddedNothingIsLeftRunning(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		f := &follower{refuse: "device gateway 7"}
		r, _ := run(t, dir, Options{Follow: f})
		if err := r.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "no room") {
			t.Errorf("start: %v", err)
		}
		if r.Running() {
			t.Error("running")
		}
		want(t, f.take()[2:], unfollowed)
	})
}

func TestASampleServerThatIsOffSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		if w := r.do("GET", "/examples/samples/orders"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "samples_off") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w := r.do("GET", "/examples/samples/nothing"); w.Code != http.StatusNotFound {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// begun returns a rig whose samples are on.
func begun(t *testing.T, dir string, seed uint64) *rig {
	t.Helper()
	r, _ := run(t, dir, Options{Seed: seed})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheSameSeedSaysTheSame(t *testing.T) {
	say := func(seed uint64) (said string) {
		bubble(t, func(t *testing.T, dir string) {
			r := begun(t, dir, seed)
			s := r.open("/examples/samples/orders", "")
			pass(time.Minute)
			for line := range strings.Lines(s.text()) {
				if strings.HasPrefix(line, "event: ") || strings.HasPrefix(line, "data: ") {
					said += line
				}
			}
		})
		return said
	}
	one, two, other := say(7), say(7), say(8)
	if one != two || one == "" {
		t.Errorf("the same seed:\n%s\n%s", one, two)
	}
	if one == other {
		t.Error("another seed says the same")
	}
}

func TestTheGatewayClosesAfterAWhileAndHonoursTheLastID(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r := begun(t, dir, 1)
		watcher := r.samples.remotes[2]
		s := r.open("/examples/samples/gateway", "")
		pass(40*time.Second - time.Millisecond)
		if s.ended() {
			t.Fatal("closed early")
		}
		pass(time.Millisecond)
		if !s.ended() {
			t.Fatal("not closed")
		}
		ids := s.ids()
		if len(ids) < 15 {
			t.Fatalf("ids %v", ids)
		}
		pass(10 * time.Second)
		again := r.open("/examples/samples/gateway", ids[len(ids)-1])
		pass(time.Second)
		all, _, _ := watcher.after(0)
		var sent []string
		for line := range strings.Lines(all) {
			if id, ok := strings.CutPrefix(line, "id: "); ok {
				sent = append(sent, strings.TrimSpace(id))
			}
		}
		want(t, slices.Concat(ids, again.ids()), sent)

		unknown := r.open("/examples/samples/gateway", "other-5")
		if got := unknown.ids(); len(got) != 0 {
			t.Errorf("after an unknown id came %v", got)
		}
	})
}

func TestTheGatewayFallsSilentAtItsSecondConnection(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r := begun(t, dir, 1)
		r.open("/examples/samples/gateway", "").close()
		s := r.open("/examples/samples/gateway", "")
		pass(20 * time.Second)
		before := s.text()
		if !strings.Contains(before, ": still here") {
			t.Error("there was no heartbeat")
		}
		pass(54 * time.Second)
		if s.text() != before || s.ended() {
			t.Errorf("it was not silent, or has ended: %v", s.ended())
		}
		pass(time.Second)
		if !s.ended() {
			t.Error("not closed")
		}
	})
}

func TestTheBuildServerIsBusyTwice(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r := begun(t, dir, 1)
		r.open("/examples/samples/builds", "").close()
		for range 2 {
			if w := r.do("GET", "/examples/samples/builds"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
				t.Errorf("%d %v", w.Code, w.Header())
			}
		}
		if s := r.open("/examples/samples/builds", ""); s.ended() {
			t.Errorf("%d %s", s.Code, s.text())
		}
	})
}
