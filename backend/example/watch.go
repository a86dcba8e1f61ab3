package example

import (
	"context"
	"encoding/json"
	"time"

	"signalbox/backend/live"
)

// answerWithin is how long the device has for an answer.
const answerWithin = 5 * time.Second

// An asked is a question that waits for its answer.
type asked struct {
	id, ask string
	until   time.Time
}

// watch follows the channel device and publishes no-answer for every ask that
// is not answered in time. It counts from when it read the ask, so that a
// program that was asleep gives the device its time.
func (d *device) watch(ctx context.Context, source, after int64) {
	heard := d.e.j.Follow(live.Filter{Sources: []int64{source}, Kinds: []live.Kind{live.Event}, Types: []string{"ask", "answer"}}, after)
	var open []asked // in the order of their times
	for {
		next, stop := ctx, context.CancelFunc(func() {})
		if len(open) > 0 {
			next, stop = context.WithDeadline(ctx, open[0].until)
		}
		batch, err := heard.Next(next)
		late := next.Err() != nil
		stop()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !late:
			d.e.complain(ctx, "watch the device", err)
			wait(ctx, time.Second)
		}
		for _, m := range batch.Entries {
			open = d.note(open, &m.Message)
		}
		for len(open) > 0 && !time.Now().Before(open[0].until) {
			d.say(ctx, "no-answer", answer{To: open[0].id, Ask: open[0].ask, Text: "The device did not answer within 5 s."})
			open = open[1:]
		}
	}
}

func (d *device) note(open []asked, m *live.Message) []asked {
	if m.Type == "ask" {
		return append(open, asked{d.e.wireID(m), m.Data, time.Now().Add(answerWithin)})
	}
	// Anybody may answer, also with curl; what is no JSON answers nothing.
	var a answer
	if json.Unmarshal([]byte(m.Data), &a) != nil {
		return open
	}
	for i := range open {
		if open[i].id == a.To {
			return append(open[:i:i], open[i+1:]...)
		}
	}
	return open
}
