package example

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

func TestSamplesBringTheirChannelsToLife(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.Start(t.Context()); err != nil || !r.Running() {
			t.Fatalf("started twice: %v, running %v", err, r.Running())
		}
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
		memory := &inMemory{}
		r, stop := run(t, dir, Options{Memory: memory})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		made := r.Made()
		stop()
		r, stop = run(t, dir, Options{Memory: memory})
		pass(time.Second)
		if !r.Running() {
			t.Fatal("the samples are off")
		}
		want(t, r.Made(), made)
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		stop()
		r, _ = run(t, dir, Options{Memory: memory})
		pass(time.Second)
		if r.Running() {
			t.Error("the samples are on although they were stopped")
		}
	})
}

// The channels of a user who has one of every name that the samples like.
func taken(t *testing.T, r *rig) {
	t.Helper()
	for _, name := range lifeIn {
		if _, err := r.j.AddSource(t.Context(), live.Source{Name: name, Kind: live.ChannelSource}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSamplesPublishToNoChannelThatTheyDidNotMake(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		taken(t, r)
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Minute)
		for channel, least := range map[string]int{"messages": 6, "clock": 119, "chat": 10, "device": 8, "sequence": 16, "reliable": 119} {
			if n := len(r.messages(channel)); n > 0 {
				t.Errorf("%s has %d messages", channel, n)
			}
			if n := len(r.messages(channel + " (sample)")); n < least {
				t.Errorf("%s (sample) has %d messages, want %d at least", channel, n, least)
			}
		}
		// Its device answers there.
		answers := 0
		for _, line := range r.lines("device (sample)") {
			if strings.HasPrefix(line, "answer ") {
				answers++
			}
		}
		if answers < 3 {
			t.Errorf("%d answers", answers)
		}
		// Who is subscribed to a channel of the tutorials gets what they show.
		r.listen("clock", 1)
		pass(3 * time.Second)
		if n := len(r.messages("clock")); n < 2 || n > 4 {
			t.Errorf("the page's clock ticked %d times", n)
		}
	})
}

func TestWhatTheSamplesMadeIsKnownUnderItsNewName(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		notices, _ := r.j.Source("messages")
		notices.Name = "news"
		if _, err := r.j.ChangeSource(t.Context(), notices); err != nil {
			t.Fatal(err)
		}
		before := len(r.messages("news"))
		pass(time.Minute)
		if n := len(r.messages("news")); n <= before {
			t.Errorf("%d messages, then %d", before, n)
		}
		if _, ok := r.j.Source("messages"); ok {
			t.Error("they made another channel")
		}
	})
}

func TestWhatIsUnderWayBringsNoRemovedChannelBack(t *testing.T) {
	for _, first := range []func(*testing.T, *rig){func(*testing.T, *rig) {}, taken} {
		bubble(t, func(t *testing.T, dir string) {
			r, _ := run(t, dir, Options{})
			first(t, r)
			before := len(r.j.Sources())
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			// The sequence is in its midst, the desks are in the chat, the device
			// thinks, and counting would linger.
			pass(12*time.Second + deviceThinks/2)
			gone, err := r.Remove(t.Context())
			if err != nil || len(gone) != len(lifeIn) || r.Running() {
				t.Fatalf("%v %v, running %v", gone, err, r.Running())
			}
			last := r.j.Last()
			pass(2 * linger)
			if n := len(r.j.Sources()); n != before || r.j.Last() != last || len(r.Made()) != 0 {
				t.Errorf("%v, %d more messages, %v", r.j.Sources(), r.j.Last()-last, r.Made())
			}
			// A removal that was undone is known, and one that was not is made up for.
			if _, err := r.j.RestoreSource(t.Context(), gone[0].ID); err != nil {
				t.Fatal(err)
			}
			want(t, r.Made(), gone[:1])
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := len(r.j.Sources()); n != before+len(lifeIn) {
				t.Errorf("%v", r.j.Sources())
			}
		})
	}
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
