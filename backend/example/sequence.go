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

// A Sequence publishes the steps of a delivery to a channel when somebody starts
// it. It runs once at a time, so everybody who watches sees the same run.
type Sequence struct {
	e       *Examples
	channel Channel
	running atomic.Bool
}

// NewSequence returns a sequence for a channel.
func (e *Examples) NewSequence(to Channel) *Sequence { return &Sequence{e: e, channel: to} }

type step struct {
	Step int    `json:"step"`
	Of   int    `json:"of"`
	Text string `json:"text"`
}

// Start starts a run, and reports false where one is running already. The error
// is ErrNotReady.
func (s *Sequence) Start() (bool, error) {
	if !s.running.CompareAndSwap(false, true) {
		return false, nil
	}
	if !s.e.Go(s.run) {
		s.running.Store(false)
		return false, ErrNotReady()
	}
	return true, nil
}

func (s *Sequence) run(ctx context.Context) {
	defer s.running.Store(false)
	for i, words := range steps {
		if i > 0 && !Sleep(ctx, stepInterval) {
			return
		}
		data := JSON(step{i + 1, len(steps), words})
		if err := s.e.Publish(ctx, s.channel, live.Draft{Type: "step", Data: data}); err != nil {
			s.e.Warn(ctx, "publish a step of the sequence", err)
			return
		}
	}
}

// start answers POST /examples/sequence/start.
func (s *Sequence) start(w http.ResponseWriter, r *http.Request) {
	if !s.e.Ready() {
		Refuse(w, http.StatusServiceUnavailable, ErrNotReady())
		return
	}
	if _, err := s.e.ensureChannel(r.Context(), "sequence"); err != nil {
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
