package sample

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/example"
	"signalbox/backend/example/exampletest"
	"signalbox/backend/live"
)

// A rig is samples among running examples over a real history, in fake time.
type rig struct {
	*exampletest.Rig
	*Events
}

// run opens the history in dir and runs samples until the returned function is
// called, or the test ends.
func run(t *testing.T, dir string, opt Options) (*rig, func()) {
	t.Helper()
	r := &rig{Rig: exampletest.Open(t, dir)}
	examples := example.New(r.Journal, r.Publisher, example.Options{
		Watched: func(channel string) bool { return r.Watched(channel) || r.PublishTo(channel) },
		Events:  http.HandlerFunc(r.Rig.Events),
	})
	r.Events = New(r.Journal, examples, opt)
	return r, r.Serve(examples.Handler(r.Events), examples.Run, r.Events.Run)
}

func TestSamplesDoNotStartWhileNothingRuns(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, stop := run(t, dir, Options{})
		stop()
		if err := r.Start(t.Context()); err == nil || r.Running() {
			t.Errorf("%v, running %v", err, r.Running())
		}
	})
}

func TestSamplesPublishToTheirChannels(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.Start(t.Context()); err != nil || !r.Running() {
			t.Fatalf("started twice: %v, running %v", err, r.Running())
		}
		orders := r.OpenStream("/examples/samples/orders", "")
		exampletest.Sleep(2 * time.Minute)
		for channel, least := range map[string]int{"messages": 6, "clock": 119, "chat": 10, "device": 8, "sequence": 16, "reliable": 119} {
			if n := len(r.Messages(channel)); n < least {
				t.Errorf("%s has %d messages, want %d at least", channel, n, least)
			}
		}
		if n := len(orders.IDs()); n < 100 || n > 600 {
			t.Errorf("%d orders in two minutes", n)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !orders.Ended() {
			t.Error("the stream of orders is still open")
		}
		exampletest.Sleep(time.Minute) // the desks leave the chat, counting lingers
		exampletest.Sleep(time.Second)
		last := r.Journal.Last()
		exampletest.Sleep(5 * time.Minute)
		if r.Running() || r.Journal.Last() != last {
			t.Errorf("running %v, %d more messages", r.Running(), r.Journal.Last()-last)
		}
		if got := strings.TrimSpace(r.Do("GET", "/examples/chat/here").Body.String()); got != `{"here":[]}` {
			t.Error(got)
		}
	})
}

func TestSamplesThatWereOnAreOnAfterARestart(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		store := &memory{}
		r, stop := run(t, dir, Options{Store: store})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		made := r.Made()
		stop()
		r, stop = run(t, dir, Options{Store: store})
		exampletest.Sleep(time.Second)
		if !r.Running() {
			t.Fatal("the samples are off")
		}
		exampletest.WantEqual(t, r.Made(), made)
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		stop()
		r, _ = run(t, dir, Options{Store: store})
		exampletest.Sleep(time.Second)
		if r.Running() {
			t.Error("the samples are on although they were stopped")
		}
	})
}

// useNames creates channels of the user with all names of the samples.
func useNames(t *testing.T, r *rig) {
	t.Helper()
	for _, name := range channels {
		if _, err := r.Journal.AddSource(t.Context(), live.Source{Name: name, Kind: live.ChannelSource}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSamplesPublishToNoChannelThatTheyDidNotCreate(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		useNames(t, r)
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		exampletest.Sleep(2 * time.Minute)
		for channel, least := range map[string]int{"messages": 6, "clock": 119, "chat": 10, "device": 8, "sequence": 16, "reliable": 119} {
			if n := len(r.Messages(channel)); n > 0 {
				t.Errorf("%s has %d messages", channel, n)
			}
			if n := len(r.Messages(channel + " (sample)")); n < least {
				t.Errorf("%s (sample) has %d messages, want %d at least", channel, n, least)
			}
		}
		// Its device answers there.
		answers := 0
		for _, line := range r.Lines("device (sample)") {
			if strings.HasPrefix(line, "answer ") {
				answers++
			}
		}
		if answers < 3 {
			t.Errorf("%d answers", answers)
		}
		// Who is subscribed to a channel of the tutorials gets what they show.
		r.Subscribe("clock", 1)
		exampletest.Sleep(3 * time.Second)
		if n := len(r.Messages("clock")); n < 2 || n > 4 {
			t.Errorf("the page's clock ticked %d times", n)
		}
	})
}

func TestSamplesPublishToTheirChannelUnderItsNewName(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		notices, _ := r.Journal.Source("messages")
		notices.Name = "news"
		if _, err := r.Journal.ChangeSource(t.Context(), notices); err != nil {
			t.Fatal(err)
		}
		before := len(r.Messages("news"))
		exampletest.Sleep(time.Minute)
		if n := len(r.Messages("news")); n <= before {
			t.Errorf("%d messages, then %d", before, n)
		}
		if _, ok := r.Journal.Source("messages"); ok {
			t.Error("they made another channel")
		}
	})
}

func TestBackgroundWorkDoesNotCreateARemovedChannelAgain(t *testing.T) {
	for _, first := range []func(*testing.T, *rig){func(*testing.T, *rig) {}, useNames} {
		exampletest.Bubble(t, func(t *testing.T, dir string) {
			r, _ := run(t, dir, Options{})
			first(t, r)
			before := len(r.Journal.Sources())
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			// The sequence is in its midst, the desks are in the chat, the device
			// thinks, and counting would linger.
			exampletest.Sleep(12*time.Second + 200*time.Millisecond)
			gone, err := r.Remove(t.Context())
			if err != nil || len(gone) != len(channels) || r.Running() {
				t.Fatalf("%v %v, running %v", gone, err, r.Running())
			}
			last := r.Journal.Last()
			exampletest.Sleep(2 * time.Minute)
			if n := len(r.Journal.Sources()); n != before || r.Journal.Last() != last || len(r.Made()) != 0 {
				t.Errorf("%v, %d more messages, %v", r.Journal.Sources(), r.Journal.Last()-last, r.Made())
			}
			// A removal that was undone is known, and one that was not is made up for.
			if _, err := r.Journal.RestoreSource(t.Context(), gone[0].ID); err != nil {
				t.Fatal(err)
			}
			exampletest.WantEqual(t, r.Made(), gone[:1])
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := len(r.Journal.Sources()); n != before+len(channels) {
				t.Errorf("%v", r.Journal.Sources())
			}
		})
	}
}

func TestASampleServerThatIsOffRefusesRequests(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		if w := r.Do("GET", "/examples/samples/orders"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "samples_off") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w := r.Do("GET", "/examples/samples/nothing"); w.Code != http.StatusNotFound {
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

func TestTheSameSeedSendsTheSameEvents(t *testing.T) {
	events := func(seed uint64) (sent string) {
		exampletest.Bubble(t, func(t *testing.T, dir string) {
			r := begun(t, dir, seed)
			s := r.OpenStream("/examples/samples/orders", "")
			exampletest.Sleep(time.Minute)
			for line := range strings.Lines(s.Text()) {
				if strings.HasPrefix(line, "event: ") || strings.HasPrefix(line, "data: ") {
					sent += line
				}
			}
		})
		return sent
	}
	one, two, other := events(7), events(7), events(8)
	if one != two || one == "" {
		t.Errorf("the same seed:\n%s\n%s", one, two)
	}
	if one == other {
		t.Error("another seed sends the same events")
	}
}

func TestTheGatewayClosesAfterAWhileAndHonoursTheLastID(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r := begun(t, dir, 1)
		gateway := r.upstreams[2]
		s := r.OpenStream("/examples/samples/gateway", "")
		exampletest.Sleep(40*time.Second - time.Millisecond)
		if s.Ended() {
			t.Fatal("closed early")
		}
		exampletest.Sleep(time.Millisecond)
		if !s.Ended() {
			t.Fatal("not closed")
		}
		ids := s.IDs()
		if len(ids) < 15 {
			t.Fatalf("ids %v", ids)
		}
		exampletest.Sleep(10 * time.Second)
		again := r.OpenStream("/examples/samples/gateway", ids[len(ids)-1])
		exampletest.Sleep(time.Second)
		all, _ := gateway.after(0)
		var sent []string
		for line := range strings.Lines(all) {
			if id, ok := strings.CutPrefix(line, "id: "); ok {
				sent = append(sent, strings.TrimSpace(id))
			}
		}
		exampletest.WantEqual(t, slices.Concat(ids, again.IDs()), sent)

		unknown := r.OpenStream("/examples/samples/gateway", "other-5")
		if got := unknown.IDs(); len(got) != 0 {
			t.Errorf("after an unknown id came %v", got)
		}
	})
}

func TestTheGatewayFallsSilentAtItsSecondConnection(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r := begun(t, dir, 1)
		r.OpenStream("/examples/samples/gateway", "").Close()
		s := r.OpenStream("/examples/samples/gateway", "")
		exampletest.Sleep(20 * time.Second)
		before := s.Text()
		if !strings.Contains(before, ": still here") {
			t.Error("there was no heartbeat")
		}
		exampletest.Sleep(54 * time.Second)
		if s.Text() != before || s.Ended() {
			t.Errorf("it was not silent, or has ended: %v", s.Ended())
		}
		exampletest.Sleep(time.Second)
		if !s.Ended() {
			t.Error("not closed")
		}
	})
}

func TestTheBuildServerIsBusyTwice(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r := begun(t, dir, 1)
		r.OpenStream("/examples/samples/builds", "").Close()
		for range 2 {
			if w := r.Do("GET", "/examples/samples/builds"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
				t.Errorf("%d %v", w.Code, w.Header())
			}
		}
		if s := r.OpenStream("/examples/samples/builds", ""); s.Ended() {
			t.Errorf("%d %s", s.Code, s.Text())
		}
	})
}
