package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"signalbox/backend/example"
)

// catalogue makes the servers that the sample feeds follow. Two have no faults.
// The gateway closes its connections and sometimes falls silent, but keeps enough
// events for its clients to catch up. The build server is sometimes busy and
// keeps only two events, so some are lost.
var catalogue = []func(*rand.Rand) *upstream{orders, payments, gateway, builds}

// orderStates are the states of an order, in their order.
var orderStates = [...]string{"placed", "paid", "packed", "sent", "delivered"}

func orders(r *rand.Rand) *upstream {
	type order struct {
		number, state, items int
		cents                int
	}
	var open []order
	number, burst := 70012, 0
	next := func(time.Time) (string, string, time.Duration) {
		// Now and then many orders come at once.
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
		return "order." + orderStates[o.state], example.JSON(struct {
			Order int     `json:"order"`
			Items int     `json:"items"`
			Total float64 `json:"total"`
			Shop  string  `json:"shop"`
		}{o.number, o.items, float64(o.cents) / 100, []string{"north", "harbour", "web"}[o.number%3]}), pause
	}
	return &upstream{name: "orders.prod", path: "orders", colour: 1, keep: 200, next: next}
}

func payments(r *rand.Rand) *upstream {
	number := 9105
	next := func(time.Time) (string, string, time.Duration) {
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
		return event, example.JSON(p), between(r, time.Second, 4*time.Second)
	}
	return &upstream{name: "payments", path: "payments", colour: 2, keep: 200, next: next}
}

func gateway(r *rand.Rand) *upstream {
	battery := 93.0
	next := func(now time.Time) (string, string, time.Duration) {
		pause := between(r, 1500*time.Millisecond, 2500*time.Millisecond)
		if r.IntN(25) == 0 {
			return "door", example.JSON(map[string]string{"device": "gateway-7", "door": pick(r, []string{"opened", "closed"})}), pause
		}
		battery = max(5, battery-0.01)
		return "reading", example.JSON(struct {
			Device      string  `json:"device"`
			Temperature float64 `json:"temperature"`
			Humidity    int     `json:"humidity"`
			Battery     int     `json:"battery"`
		}{"gateway-7", example.Temperature(now), 41 + r.IntN(5), int(battery)}), pause
	}
	return &upstream{
		name: "device gateway 7", path: "gateway", colour: 3, keep: 100, next: next,
		behave: func(n int64) behaviour {
			if n%3 == 2 {
				return behaviour{silentAfter: 20 * time.Second, closeAfter: 75 * time.Second}
			}
			return behaviour{closeAfter: 40 * time.Second}
		},
	}
}

func builds(r *rand.Rand) *upstream {
	type build struct {
		Build   int     `json:"build"`
		Branch  string  `json:"branch"`
		Commit  string  `json:"commit,omitempty"`
		Tests   int     `json:"tests,omitempty"`
		Seconds float64 `json:"seconds,omitempty"`
	}
	number, done := 2180, true
	var branch string
	next := func(time.Time) (string, string, time.Duration) {
		if done = !done; !done {
			number++
			branch = pick(r, []string{"main", "main", "checkout", "labels"})
			return "build.started", example.JSON(build{Build: number, Branch: branch}), between(r, 3*time.Second, 9*time.Second)
		}
		event := "build.passed"
		if r.IntN(5) == 0 {
			event = "build.failed"
		}
		seconds := between(r, 4*time.Second, 12*time.Second)
		return event, example.JSON(build{
			Build: number, Branch: branch, Commit: fmt.Sprintf("%07x", r.Uint32()>>4),
			Tests: 1400 + r.IntN(40), Seconds: math.Round(seconds.Seconds()*10) / 10,
		}), seconds
	}
	return &upstream{
		name: "build status", path: "builds", colour: 5, keep: 2, next: next,
		behave: func(n int64) behaviour {
			switch n % 4 {
			case 2, 3:
				return behaviour{busy: true}
			case 0:
				return behaviour{closeAfter: 150 * time.Second}
			}
			return behaviour{closeAfter: 70 * time.Second}
		},
	}
}
