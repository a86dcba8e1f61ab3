package example

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func numbers(from, to int) []string {
	var n []string
	for i := from; i <= to; i++ {
		n = append(n, strconv.Itoa(i))
	}
	return n
}

func TestAPingComesOnConnectingAndEvery30Seconds(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		start := time.Now()
		s := r.open("/examples/reliable/events?line=a", "")
		pass(61 * time.Second)
		var pings []time.Duration
		for _, m := range r.messages("reliable") {
			if m.Type != "ping" {
				continue
			}
			at, err := time.Parse(time.RFC3339, m.Data)
			if err != nil {
				t.Fatal(err)
			}
			if m.Retry == nil || *m.Retry != 10_000 {
				t.Errorf("the ping %s has retry %v", m.ID, m.Retry)
			}
			pings = append(pings, at.Sub(start.Truncate(time.Second)))
		}
		want(t, pings, []time.Duration{0, 30 * time.Second, 60 * time.Second})
		want(t, s.ids(), numbers(1, 64)) // 61 counts and three pings
	})
}

func TestACutLineMissesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		s := r.open("/examples/reliable/events?line=a", "")
		pass(5 * time.Second)
		if w := r.do("POST", "/examples/reliable/cut?line=a"); w.Code != http.StatusNoContent {
			t.Fatalf("cut: %d %s", w.Code, w.Body)
		}
		if !s.ended() {
			t.Fatal("the line is still open after it was cut")
		}
		first := s.ids()
		want(t, first, numbers(1, 6))
		pass(10 * time.Second) // the retry of the ping
		again := r.open("/examples/reliable/events?line=a", first[len(first)-1])
		pass(3 * time.Second)
		want(t, again.ids(), numbers(7, 20)) // 13 counts and the ping
	})
}

func TestALineThatIsNotThereCannotBeCut(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		if w := r.do("POST", "/examples/reliable/cut?line=b"); w.Code != http.StatusNotFound {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w := r.do("GET", "/examples/reliable/events"); w.Code != http.StatusBadRequest {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestCountingStopsAMinuteAfterTheLastListener(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		r.open("/examples/reliable/events?line=a", "").close()
		r.listen("reliable", 1)
		pass(time.Second)
		r.listen("reliable", -1)
		pass(linger + 5*time.Second)
		n := len(r.messages("reliable"))
		if n < 60 || n > 64 {
			t.Errorf("%d events", n)
		}
		pass(5 * time.Minute)
		if m := len(r.messages("reliable")); m != n {
			t.Errorf("%d more events long after", m-n)
		}
	})
}

func TestTheNumberingGoesOnAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, stop := run(t, dir, Options{})
		s := r.open("/examples/reliable/events?line=a", "")
		pass(4 * time.Second)
		s.close()
		stop()
		r, _ = run(t, dir, Options{})
		again := r.open("/examples/reliable/events?line=a", "5")
		pass(2 * time.Second)
		synctest.Wait()
		want(t, again.ids(), numbers(6, 8))
	})
}
