package health

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestTheUsualSilenceIsLearnedFromSilences(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name       string
		next       func(i int) time.Duration
		n          int
		least, max time.Duration
	}{
		{"every 15 s", func(int) time.Duration { return 15 * time.Second }, 100, 15 * time.Second, 18 * time.Second},
		{"every 100 ms", func(int) time.Duration { return 100 * time.Millisecond }, 1000, 100 * time.Millisecond, 120 * time.Millisecond},
		{"a hundred at once each minute", func(i int) time.Duration {
			if i%100 == 0 {
				return time.Minute
			}
			return time.Millisecond
		}, 5000, time.Minute, 72 * time.Second},
		{"by chance, one a second", func(int) time.Duration { return time.Duration(r.ExpFloat64() * float64(time.Second)) }, 5000, 3500 * time.Millisecond, 7 * time.Second},
		{"one stall among many", func(i int) time.Duration {
			if i == 5000 {
				return 4 * time.Minute
			}
			return time.Second
		}, 10000, time.Second, 1200 * time.Millisecond},
	} {
		var y silenceModel
		now := start
		for i := range c.n {
			d := c.next(i)
			now = now.Add(d)
			y.add(d, now)
		}
		if got := y.usual(); got < c.least || got > c.max {
			t.Errorf("%s: %v is usual", c.name, got)
		}
		if p := y.quietAfter(); p < minQuiet || p < 3*y.usual() {
			t.Errorf("%s: quiet after %v", c.name, p)
		}
	}
}

func TestOldSilencesFade(t *testing.T) {
	var y silenceModel
	now := time.Now()
	for range 1000 {
		now = now.Add(time.Minute)
		y.add(time.Minute, now)
	}
	for range 36 * 3600 {
		now = now.Add(time.Second)
		y.add(time.Second, now)
	}
	if got := y.usual(); got > 2*time.Second {
		t.Errorf("%v is still usual", got)
	}
}

func TestOneSilenceIsTooLittleToJudge(t *testing.T) {
	var y silenceModel
	y.add(time.Minute, time.Now())
	if y.usual() != 0 || y.expected() != 0 || y.quietAfter() != quietUnknown || y.heartbeat() != 0 {
		t.Error("one silence was enough")
	}
}

func TestAHeartbeatIsRecognisedBetweenMessages(t *testing.T) {
	var y silenceModel
	now := time.Now()
	for i := range 40 { // a server that sends one only after 15 s without a message
		if i%4 == 0 {
			now = now.Add(5 * time.Second)
			y.message()
		}
		now = now.Add(15 * time.Second)
		y.comment(now)
	}
	if got := y.heartbeat(); got != 15*time.Second {
		t.Errorf("%v", got)
	}
	var busy silenceModel // a server that sends one every 15 s, and messages all the time
	for range 10 {
		now = now.Add(15 * time.Second)
		busy.message()
		busy.comment(now)
	}
	if got := busy.heartbeat(); got != 15*time.Second {
		t.Errorf("%v", got)
	}
	busy.disconnected()
	now = now.Add(time.Hour)
	busy.comment(now)
	if got := busy.heartbeat(); got != 15*time.Second {
		t.Errorf("after an hour away: %v", got)
	}
}

func TestTheLongestSilenceCoversTheLastDay(t *testing.T) {
	var y silenceModel
	now := time.Date(2026, 11, 21, 14, 30, 0, 0, time.UTC)
	y.add(4*time.Minute, now)
	y.add(time.Second, now.Add(time.Hour))
	if got := y.longest24h(now.Add(2 * time.Hour)); got != 4*time.Minute {
		t.Errorf("%v", got)
	}
	if got := y.longest24h(now.Add(24 * time.Hour)); got != time.Second {
		t.Errorf("a day later %v", got)
	}
}

func TestARateCoversTheLastTenSeconds(t *testing.T) {
	var r rate
	now := time.Now()
	if r.perSecond(now) != 0 {
		t.Error("nothing came")
	}
	for range 600 {
		for range 5 {
			r.add(10, now)
			now = now.Add(200 * time.Millisecond)
		}
		if got := r.perSecond(now.Add(-time.Millisecond)); got < 45 || got > 60 {
			t.Fatalf("%v a second", got)
		}
	}
	if got := r.perSecond(now.Add(5 * time.Second)); got < 15 || got > 30 {
		t.Errorf("five seconds later %v", got)
	}
	if got := r.perSecond(now.Add(time.Minute)); got != 0 {
		t.Errorf("a minute later %v", got)
	}
	r.add(3, now.Add(time.Hour))
	if got := r.perSecond(now.Add(time.Hour + time.Second)); got > 3 {
		t.Errorf("an hour later %v", got)
	}
}

func TestUptimeAddsUp(t *testing.T) {
	var d uptime
	start := time.Date(2026, 11, 20, 14, 10, 0, 0, time.UTC)
	d.add(up, start, start.Add(25*time.Minute))
	d.add(down, start.Add(25*time.Minute), start.Add(30*time.Minute))
	d.addReturn(start.Add(30 * time.Minute))
	d.add(upQuiet, start.Add(30*time.Minute), start.Add(55*time.Minute))
	now := start.Add(55 * time.Minute)
	share, returns := d.share(now)
	if want := 50.0 / 55; share < want-1e-9 || share > want+1e-9 || returns != 1 {
		t.Errorf("%v, %d", share, returns)
	}
	words := d.bars(now) // 14:00 up, 14:30 up, down and quiet, 15:00 quiet
	if words[44] != "" || words[45] != "open" || words[46] != "down" || words[47] != "warn" {
		t.Errorf("%q", words)
	}
	d.add(uncounted, now, now.Add(time.Hour))
	d.add(up, now.Add(time.Hour), now.Add(-time.Hour)) // a clock set back counts nothing
	if again, _ := d.share(now); again != share {
		t.Errorf("%v", again)
	}
	d.add(up, now, now.Add(1000*time.Hour))
	if s, n := d.share(now.Add(1000 * time.Hour)); s != 1 || n != 0 {
		t.Errorf("after forty days: %v, %d", s, n)
	}
}
