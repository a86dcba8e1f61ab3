package example

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/example/exampletest"
)

// A rig is running examples over a real history, in fake time.
type rig struct {
	*exampletest.Rig
	*Examples
}

// run opens the history in dir and runs examples until the returned function is
// called, or the test ends.
func run(t *testing.T, dir string) (*rig, func()) {
	t.Helper()
	r := &rig{Rig: exampletest.Open(t, dir)}
	r.Examples = New(r.Journal, r.Publisher, Options{Watched: r.Watched, Events: http.HandlerFunc(r.Events)})
	return r, r.Serve(r.Examples.Handler(nil), r.Run)
}

func TestNothingIsPublishedWithoutAUsersAction(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		exampletest.Sleep(2 * time.Minute)
		if n := r.journal.Last(); n != 0 {
			t.Errorf("%d messages", n)
		}
		if s := r.journal.Sources(); len(s) != 0 {
			t.Errorf("sources %v", s)
		}
	})
}

func TestTheClockPublishesEverySecondOnTheSecond(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		exampletest.Sleep(300 * time.Millisecond)
		start := time.Now()
		r, _ := run(t, dir)
		r.Do("GET", "/examples/clock.html")
		r.Subscribe("clock", 1)
		exampletest.Sleep(3 * time.Second)
		r.Subscribe("clock", -1)
		exampletest.Sleep(10 * time.Second)
		var said []string
		for i, m := range r.Messages("clock") {
			said = append(said, m.Data)
			second := start.Truncate(time.Second).Add(time.Duration(i+1) * time.Second)
			if late := m.Received.Sub(second); late < 0 || late > 10*time.Millisecond {
				t.Errorf("second %d was published %v late", i, late)
			}
		}
		var seconds []string
		for i := range 3 {
			seconds = append(seconds, start.Truncate(time.Second).Add(time.Duration(i+1)*time.Second).Format(time.RFC3339))
		}
		exampletest.WantEqual(t, said, seconds)
	})
}

func TestTheSequencePublishesAStepEveryTwoSecondsAndRunsOnce(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		if w := r.Do("POST", "/examples/sequence/start"); w.Code != http.StatusAccepted {
			t.Fatalf("start: %d %s", w.Code, w.Body)
		}
		if w := r.Do("POST", "/examples/sequence/start"); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "already running") {
			t.Errorf("second start: %d %s", w.Code, w.Body)
		}
		for i := range steps {
			synctest.Wait()
			if got := len(r.Messages("sequence")); got != i+1 {
				t.Fatalf("%v after the start there are %d steps, want %d", time.Duration(i)*stepInterval, got, i+1)
			}
			exampletest.Sleep(stepInterval)
		}
		exampletest.WantEqual(t, r.Lines("sequence")[:1], []string{`step {"step":1,"of":8,"text":"The order was placed."}`})
		if w := r.Do("POST", "/examples/sequence/start"); w.Code != http.StatusAccepted {
			t.Errorf("start again: %d %s", w.Code, w.Body)
		}
	})
}

func TestASequenceDoesNotStartWhileNothingRuns(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, stop := run(t, dir)
		stop()
		if w := r.Do("POST", "/examples/sequence/start"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "not_ready") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
