package example

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/example/exampletest"
)

func numbers(from, to int) []string {
	var n []string
	for i := from; i <= to; i++ {
		n = append(n, strconv.Itoa(i))
	}
	return n
}

func TestAPingComesOnConnectingAndEvery30Seconds(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		start := time.Now()
		s := r.OpenStream("/examples/reliable/events?line=a", "")
		exampletest.Sleep(61 * time.Second)
		var pings []time.Duration
		for _, m := range r.Messages("reliable") {
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
		exampletest.WantEqual(t, pings, []time.Duration{0, 30 * time.Second, 60 * time.Second})
		exampletest.WantEqual(t, s.IDs(), numbers(1, 64)) // 61 counts and three pings
	})
}

func TestACutLineMissesNothing(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		s := r.OpenStream("/examples/reliable/events?line=a", "")
		exampletest.Sleep(5 * time.Second)
		if w := r.Do("POST", "/examples/reliable/cut?line=a"); w.Code != http.StatusNoContent {
			t.Fatalf("cut: %d %s", w.Code, w.Body)
		}
		if !s.Ended() {
			t.Fatal("the line is still open after it was cut")
		}
		first := s.IDs()
		exampletest.WantEqual(t, first, numbers(1, 6))
		exampletest.Sleep(10 * time.Second) // the retry of the ping
		again := r.OpenStream("/examples/reliable/events?line=a", first[len(first)-1])
		exampletest.Sleep(3 * time.Second)
		exampletest.WantEqual(t, again.IDs(), numbers(7, 20)) // 13 counts and the ping
	})
}

func TestALineThatDoesNotExistCannotBeCut(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		if w := r.Do("POST", "/examples/reliable/cut?line=b"); w.Code != http.StatusNotFound {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w := r.Do("GET", "/examples/reliable/events"); w.Code != http.StatusBadRequest {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestCountingStopsAMinuteAfterTheLastSubscriber(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir)
		r.OpenStream("/examples/reliable/events?line=a", "").Close()
		r.Subscribe("reliable", 1)
		exampletest.Sleep(time.Second)
		r.Subscribe("reliable", -1)
		exampletest.Sleep(countAfterLast + 5*time.Second)
		n := len(r.Messages("reliable"))
		if n < 60 || n > 64 {
			t.Errorf("%d events", n)
		}
		exampletest.Sleep(5 * time.Minute)
		if m := len(r.Messages("reliable")); m != n {
			t.Errorf("%d more events long after", m-n)
		}
	})
}

func TestTheNumberingGoesOnAfterARestart(t *testing.T) {
	exampletest.Bubble(t, func(t *testing.T, dir string) {
		r, stop := run(t, dir)
		s := r.OpenStream("/examples/reliable/events?line=a", "")
		exampletest.Sleep(4 * time.Second)
		s.Close()
		stop()
		r, _ = run(t, dir)
		again := r.OpenStream("/examples/reliable/events?line=a", "5")
		exampletest.Sleep(2 * time.Second)
		synctest.Wait()
		exampletest.WantEqual(t, again.IDs(), numbers(6, 8))
	})
}
