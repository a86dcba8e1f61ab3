package example

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"signalbox/backend/live"
)

// stepInterval is the time between two steps of a sequence.
const stepInterval = 2 * time.Second

// steps are what a sequence publishes, in this order.
var steps = [...]string{
	"The order was placed.",
	"The payment is confirmed.",
	"The parcel is being packed.",
	"The parcel was handed to the carrier.",
	"The parcel is on its way.",
	"The parcel reached the depot nearby.",
	"The driver is ten stops away.",
	"The parcel was delivered.",
}

// A Sequence publishes the steps of a delivery to a channel. Only one run at a
// time is possible, so all subscribers see the same run.
type Sequence struct {
	examples *Examples
	channel  ChannelName
	running  atomic.Bool
}

// NewSequence returns a sequence for a channel.
func (e *Examples) NewSequence(channel ChannelName) *Sequence {
	return &Sequence{examples: e, channel: channel}
}

type step struct {
	Step int    `json:"step"`
	Of   int    `json:"of"`
	Text string `json:"text"`
}

// Start starts a run. It reports false if one is running already. The error is
// ErrNotReady.
func (s *Sequence) Start() (bool, error) {
	if !s.running.CompareAndSwap(false, true) {
		return false, nil
	}
	if !s.examples.Go(s.run) {
		s.running.Store(false)
		return false, ErrNotReady()
	}
	return true, nil
}

func (s *Sequence) run(ctx context.Context) {
	defer s.running.Store(false)
	for i, text := range steps {
		if i > 0 && !Sleep(ctx, stepInterval) {
			return
		}
		data := JSON(step{i + 1, len(steps), text})
		if err := s.examples.Emit(ctx, s.channel, live.Draft{Type: "step", Data: data}); err != nil {
			s.examples.Warn(ctx, "publish a step of the sequence", err)
			return
		}
	}
}

// start answers POST /examples/sequence/start.
func (s *Sequence) start(w http.ResponseWriter, r *http.Request) {
	if !s.examples.Running() {
		Refuse(w, http.StatusServiceUnavailable, ErrNotReady())
		return
	}
	if _, err := s.examples.ensureChannel(r.Context(), "sequence"); err != nil {
		Refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	started, err := s.Start()
	switch {
	case err != nil:
		Refuse(w, http.StatusServiceUnavailable, err)
	case !started:
		Refuse(w, http.StatusConflict, live.Errorf("already_running/sequence", "The sequence is already running.").
			WithHint("Wait until it ends, then start it again."))
	default:
		reply(w, http.StatusAccepted, map[string]int{"steps": len(steps), "every_ms": int(stepInterval.Milliseconds())})
	}
}
