package example

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// remotes make the servers that the sample feeds follow. Two are well; the
// gateway loses its line every so often and once in a while falls silent, but
// remembers enough to make good for it; the build server is away at times and
// remembers nearly nothing.
var remotes = []func(*rand.Rand) *remote{orders, payments, gateway, builds}

// An order goes through these in turn.
var orderStates = [...]string{"placed", "paid", "packed", "sent", "delivered"}

func orders(r *rand.Rand) *remote {
	type order struct {
		number, state, items int
		cents                int
	}
	var open []order
	number, burst := 70012, 0
	produce := func(time.Time) (string, string, time.Duration) {
		// A new day's list comes in at once now and then.
		pause := between(r, 500*time.Millisecond, 1800*time.Millisecond)
		switch {
		case burst > 0:
			burst--
			pause = between(r, 10*time.Millisecond, 60*time.Millisecond)
		case r.IntN(40) == 0:
			burst = 20 + r.IntN(20)
		}
		i := len(open)
		if i < 3 || i < 40 && r.IntN(3) == 0 {
			items := 1 + r.IntN(6)
			open = append(open, order{number: number, items: items, cents: items * (490 + r.IntN(4500))})
			number++
		} else {
			i = r.IntN(len(open))
			open[i].state++
		}
		o := open[i]
		if o.state == len(orderStates)-1 {
			open = append(open[:i], open[i+1:]...)
		}
		return "order." + orderStates[o.state], text(struct {
			Order int     `json:"order"`
			Items int     `json:"items"`
			Total float64 `json:"total"`
			Shop  string  `json:"shop"`
		}{o.number, o.items, float64(o.cents) / 100, []string{"north", "harbour", "web"}[o.number%3]}), pause
	}
	return &remote{name: "orders.prod", path: "orders", colour: 1, keeps: 200, produce: produce}
}

func payments(r *rand.Rand) *remote {
	number := 9105
	produce := func(time.Time) (string, string, time.Duration) {
		number++
		p := struct {
			Payment string  `json:"payment"`
			Method  string  `json:"method"`
			Amount  float64 `json:"amount"`
			Reason  string  `json:"reason,omitempty"`
		}{"p-" + strconv.Itoa(number), pick(r, []string{"card", "card", "transfer", "invoice"}), float64(490+r.IntN(24_000)) / 100, ""}
		event := "payment.captured"
		switch r.IntN(12) {
		case 0:
			event, p.Reason = "payment.failed", pick(r, []string{"The card has expired.", "Not enough funds.", "The bank did not answer."})
		case 1:
			event = "payment.refunded"
		}
		return event, text(p), between(r, time.Second, 4*time.Second)
	}
	return &remote{name: "payments", path: "payments", colour: 2, keeps: 200, produce: produce}
}

func gateway(r *rand.Rand) *remote {
	battery := 93.0
	produce := func(now time.Time) (string, string, time.Duration) {
		pause := between(r, 1500*time.Millisecond, 2500*time.Millisecond)
		if r.IntN(25) == 0 {
			return "door", text(map[string]string{"device": "gateway-7", "door": pick(r, []string{"opened", "closed"})}), pause
		}
		battery = max(5, battery-0.01)
		return "reading", text(struct {
			Device      string  `json:"device"`
			Temperature float64 `json:"temperature"`
			Humidity    int     `json:"humidity"`
			Battery     int     `json:"battery"`
		}{"gateway-7", temperature(now), 41 + r.IntN(5), int(battery)}), pause
	}
	return &remote{
		name: "device gateway 7", path: "gateway", colour: 3, keeps: 100, produce: produce,
		mood: func(n int64) mood {
			if n%3 == 2 {
				return mood{stalls: 20 * time.Second, closes: 75 * time.Second}
			}
			return mood{closes: 40 * time.Second}
		},
	}
}

func builds(r *rand.Rand) *remote {
	type build struct {
		Build   int     `json:"build"`
		Branch  string  `json:"branch"`
		Commit  string  `json:"commit,omitempty"`
		Tests   int     `json:"tests,omitempty"`
		Seconds float64 `json:"seconds,omitempty"`
	}
	number, done := 2180, true
	var branch string
	produce := func(time.Time) (string, string, time.Duration) {
		if done = !done; !done {
			number++
			branch = pick(r, []string{"main", "main", "checkout", "labels"})
			return "build.started", text(build{Build: number, Branch: branch}), between(r, 3*time.Second, 9*time.Second)
		}
		event := "build.passed"
		if r.IntN(5) == 0 {
			event = "build.failed"
		}
		seconds := between(r, 4*time.Second, 12*time.Second)
		return event, text(build{
			Build: number, Branch: branch, Commit: fmt.Sprintf("%07x", r.Uint32()>>4),
			Tests: 1400 + r.IntN(40), Seconds: math.Round(seconds.Seconds()*10) / 10,
		}), seconds
	}
	return &remote{
		name: "build status", path: "builds", colour: 5, keeps: 2, produce: produce,
		mood: func(n int64) mood {
			switch n % 4 {
			case 2, 3:
				return mood{busy: true}
			case 0:
				return mood{closes: 150 * time.Second}
			}
			return mood{closes: 70 * time.Second}
		},
	}
}

// temperature returns a room's temperature at a time, to a tenth: the same for
// whoever asks at the same moment.
func temperature(t time.Time) float64 {
	m := float64(t.Unix()%86400) / 60
	v := 21 + 1.5*math.Sin(m/229) + 0.4*math.Sin(m/17) + 0.15*math.Sin(m*1.7)
	return math.Round(v*10) / 10
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
