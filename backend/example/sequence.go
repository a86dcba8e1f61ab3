package example

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"signalbox/backend/live"
)

// stepEvery is the time between two messages of the script.
const stepEvery = 2 * time.Second

// script is what the sequence tells, one message after the other.
var script = [...]string{
	"The order was placed.",
	"The payment is confirmed.",
	"The parcel is being packed.",
	"The parcel was handed to the carrier.",
	"The parcel is on its way.",
	"The parcel reached the depot nearby.",
	"The driver is ten stops away.",
	"The parcel was delivered.",
}

// A sequence publishes the script to a channel, one step every two seconds,
// when somebody starts it. One run at a time: everybody who watches sees the
// same one.
type sequence struct {
	e       *Examples
	channel channel
	on      atomic.Bool
}

type step struct {
	Step int    `json:"step"`
	Of   int    `json:"of"`
	Text string `json:"text"`
}

// begin starts a run. It reports whether one began.
func (s *sequence) begin() (bool, error) {
	if !s.on.CompareAndSwap(false, true) {
		return false, nil
	}
	if !s.e.spawn(s.play) {
		s.on.Store(false)
		return false, notReady()
	}
	return true, nil
}

func (s *sequence) play(ctx context.Context) {
	defer s.on.Store(false)
	for i, words := range script {
		if i > 0 && !wait(ctx, stepEvery) {
			return
		}
		data := text(step{i + 1, len(script), words})
		if err := s.e.publish(ctx, s.channel, live.Draft{Type: "step", Data: data}); err != nil {
			s.e.complain(ctx, "publish a step of the sequence", err)
			return
		}
	}
}

func (s *sequence) start(w http.ResponseWriter, r *http.Request) {
	if !s.e.ready() {
		refuse(w, http.StatusServiceUnavailable, notReady())
		return
	}
	if _, err := s.e.channel(r.Context(), "sequence"); err != nil {
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	began, err := s.begin()
	switch {
	case err != nil:
		refuse(w, http.StatusServiceUnavailable, err)
	case !began:
		refuse(w, http.StatusConflict, live.Errorf("already_running", "The sequence is already running.").
			WithHint("Watch it to its end, then start it again."))
	default:
		reply(w, http.StatusAccepted, map[string]int{"steps": len(script), "every_ms": int(stepEvery.Milliseconds())})
	}
}
