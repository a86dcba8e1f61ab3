package example

import (
	"context"
	"encoding/json"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/live"
)

// answerTimeout is the time after which an ask counts as not answered.
const answerTimeout = 5 * time.Second

// A question is an ask without an answer.
type question struct {
	id, ask  string
	deadline time.Time
}

// reportNoAnswer follows the channel of the device and publishes no-answer for
// every ask that is not answered within answerTimeout. The time counts from when
// it reads the ask, so a suspended machine costs the device no time.
func (d *Device) reportNoAnswer(ctx context.Context, source, after int64) {
	cursor := d.examples.journal.Follow(live.Filter{Sources: []int64{source}, Kinds: []live.Kind{live.Event}, Where: filter.Types("ask", "answer")}, after)
	var open []question // in the order of their deadlines
	for {
		next, stop := ctx, context.CancelFunc(func() {})
		if len(open) > 0 {
			next, stop = context.WithDeadline(ctx, open[0].deadline)
		}
		batch, err := cursor.Next(next)
		expired := next.Err() != nil
		stop()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !expired:
			d.examples.Warn(ctx, "follow the device's channel", err)
			Sleep(ctx, time.Second)
		}
		for _, m := range batch.Entries {
			open = d.track(open, &m.Message)
		}
		for len(open) > 0 && !time.Now().Before(open[0].deadline) {
			d.publish(ctx, "no-answer", answer{To: open[0].id, Ask: open[0].ask, Text: "The device did not answer within 5 s."})
			open = open[1:]
		}
	}
}

// track adds an ask to the open questions, or removes the question that a
// message answers.
func (d *Device) track(open []question, m *live.Message) []question {
	if m.Type == "ask" {
		return append(open, question{d.examples.wireID(m), m.Data, time.Now().Add(answerTimeout)})
	}
	// Anybody may publish an answer, for example with curl. Data that is not JSON
	// answers nothing.
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
