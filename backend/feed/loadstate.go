package feed

import (
	"context"
	"errors"
	"slices"
	"time"

	"signalbox/backend/dial"
	"signalbox/backend/disconnect"
	"signalbox/backend/ingest"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

const (
	loadAttempts = 1000 // as many as the store keeps of one feed
	loadMessages = 20   // enough to see whether ids are consecutive
)

// loadStateRetrying loads the state and tries again where that fails: a feed
// that does not know its place would ask for everything anew, or for nothing. It
// reports false where ctx ended first.
func (s *subscription) loadStateRetrying(ctx context.Context) bool {
	for {
		err := s.loadState(ctx)
		if err == nil {
			return true
		}
		text := live.Textf("store/place", "The place in this feed's stream cannot be read.")
		if e, ok := errors.AsType[*live.Error](err); ok {
			text = text.Then(disconnect.FromError(e).AsText())
		}
		why := disconnect.Because(text)
		s.log.Warn("the place in the feed's stream was not read", "error", err)
		s.monitor.WaitUntil(time.Now().Add(dial.DefaultReconnectionTime), why)
		select {
		case <-time.After(dial.DefaultReconnectionTime):
		case <-ctx.Done():
			s.monitor.SetState(live.Stopped, disconnect.Cause(ctx))
			return false
		}
	}
}

// loadState reads what an earlier run of the program stored: once, before the
// first attempt.
func (s *subscription) loadState(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	if s.loaded {
		return nil
	}
	if err := s.loadPlace(ctx); err != nil {
		return err
	}
	s.loaded = true
	if err := s.loadLastDay(ctx); err != nil {
		s.log.Warn("the feed's attempts were not read", "error", err) // the uptime begins now
	}
	s.recorder.SetConnection(s.monitor.Record().Connection)
	return nil
}

// loadPlace reads the place in the feed's stream: the mark and the newest ids.
func (s *subscription) loadPlace(ctx context.Context) error {
	mark, err := s.journal.Mark(ctx, ingest.MarkName(s.id))
	if err != nil {
		return err
	}
	page, err := s.journal.Read(ctx, live.Query{
		Filter: live.Filter{Sources: []int64{s.id}, Kinds: []live.Kind{live.Event}}, Newest: true, Limit: loadMessages,
		Preview: wire.MaxID, // whole ids, and no more of the data than comes with them
	})
	if err != nil {
		return err
	}
	s.recorder.Restore(mark, page.Messages)
	for _, m := range page.Messages {
		s.monitor.RestoreMessage(m.Received, m.Connection)
	}
	return nil
}

// loadLastDay reads the attempts of the last 24 hours, and finds out how the last
// connection ended.
func (s *subscription) loadLastDay(ctx context.Context) error {
	list, err := s.store.Attempts(ctx, s.id, time.Now().Add(-24*time.Hour), loadAttempts)
	if err != nil {
		return err
	}
	if len(list) == 0 { // the last one may be older than a day
		if list, err = s.store.Attempts(ctx, s.id, time.Time{}, 1); err != nil || len(list) == 0 {
			return err
		}
	}
	var firstLoss time.Time
	var losses int64
	if crashed := &list[0]; crashed.Code == "" {
		if firstLoss, losses, err = s.unrecordedLosses(ctx, list); err != nil {
			return err
		}
		crashed.Code, crashed.Reason = disconnect.Shutdown.Code, "Signalbox ended without closing the connection."
		if err := s.store.PutAttempt(ctx, *crashed); err != nil {
			return err
		}
	}
	slices.Reverse(list)
	s.monitor.RestoreAttempts(list)
	for _, a := range slices.Backward(list) {
		if !a.Opened.IsZero() {
			s.recorder.RestoreOutage(a.Code, a.Ended)
			break
		}
	}
	s.recorder.RestoreUnrecorded(firstLoss, losses)
	return nil
}

// unrecordedLosses returns when the first and how many losses there were that are
// not in the journal, because a summary was collecting them when the program
// crashed. The attempts are in order, newest first.
func (s *subscription) unrecordedLosses(ctx context.Context, list []live.Attempt) (first time.Time, losses int64, err error) {
	since := list[0].Ended.Add(-ingest.MaxSummaryPeriod - ingest.MaxCollectedOutage)
	if len(list) < 2 || list[1].Ended.Before(since) {
		return first, 0, nil
	}
	page, err := s.journal.Read(ctx, live.Query{
		Filter: live.Filter{Sources: []int64{s.id}, Kinds: []live.Kind{live.GapKind, live.NoteKind}}, Newest: true, Limit: 1,
	})
	if err != nil {
		return first, 0, err
	}
	if m := page.Messages; len(m) > 0 && m[0].Received.After(since) {
		since = m[0].Received // the journal has all losses up to here
	}
	first, losses = disconnect.Losses(list[1:], since)
	return first, losses, nil
}
