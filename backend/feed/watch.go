package feed

import (
	"context"
	"time"

	"signalbox/backend/health"
	"signalbox/backend/ingest"
	"signalbox/backend/live"
)

// saveInterval is how old the stored record of an attempt is at most after a
// crash.
const saveInterval = time.Minute

// watch checks an open connection until ctx ends. It cancels the attempt if the
// connection is dead.
func (s *subscription) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	noEvidence := time.NewTimer(ingest.EvidenceTimeout)
	defer noEvidence.Stop()
	save := time.NewTicker(saveInterval)
	defer save.Stop()
	check := time.NewTimer(health.CheckInterval)
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-noEvidence.C:
			s.recorder.NoEvidence()
		case <-save.C:
			s.saveAttempt()
		case <-check.C:
			now := time.Now()
			s.recorder.WriteDue(now)
			verdict := s.monitor.Check(now)
			if verdict.Dead != nil {
				cancel(verdict.Dead)
				return
			}
			if verdict.Quiet && s.recorder.Quiet(now, s.monitor.TurnQuiet) {
				s.changes.Notify()
			}
			check.Reset(verdict.Next)
		}
	}
}

// received counts n received bytes.
func (s *subscription) received(n int) {
	if s.monitor.IsQuiet() {
		s.recorder.Heard(time.Now()) // before the monitor ends the silence
	}
	s.monitor.Received(n)
}

// saveAttempt stores the record of the attempt. While the attempt lasts, the
// record ends at the present time and has no code: after a crash it tells until
// when the connection was open.
func (s *subscription) saveAttempt() {
	a := s.monitor.Record()
	if a.Ended.IsZero() {
		a.Ended = live.StoredTime(time.Now())
	}
	// Without the context of the run: the record must be stored after its end too.
	if err := s.store.PutAttempt(context.Background(), a); err != nil {
		s.log.Warn("the record of an attempt was not stored", "error", err)
	}
}
