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
	loadAttempts = 1000 // the store keeps no more of one feed
	loadMessages = 20   // enough to detect consecutive ids
)

// awaitState calls loadState until it succeeds: without its last event ID, a feed
// would receive old messages again, or miss new ones. It reports false if ctx
// ends first.
func (s *subscription) awaitState(ctx context.Context) bool {
	for {
		err := s.loadState(ctx)
		if err == nil {
			return true
		}
		text := live.Textf("store/place", "The last event ID of this feed cannot be read.")
		if e, ok := errors.AsType[*live.Error](err); ok {
			text = text.Then(disconnect.FromError(e).AsText())
		}
		why := disconnect.Because(text)
		s.log.Warn("the feed's last event ID was not read", "error", err)
		s.monitor.WaitUntil(time.Now().Add(dial.DefaultReconnectionTime), why)
		select {
		case <-time.After(dial.DefaultReconnectionTime):
		case <-ctx.Done():
			s.monitor.SetState(live.Stopped, disconnect.Cause(ctx))
			return false
		}
	}
}

// loadState restores the state from an earlier run of the program. It does so
// once, before the first attempt.
func (s *subscription) loadState(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	if s.loaded {
		return nil
	}
	if err := s.loadLastEventID(ctx); err != nil {
		return err
	}
	s.loaded = true
	if err := s.loadLastDay(ctx); err != nil {
		s.log.Warn("the feed's attempts were not read", "error", err) // not fatal: the uptime begins now
	}
	s.recorder.SetConnection(s.monitor.Record().Connection)
	return nil
}

// loadLastEventID reads the mark with the last event ID, and the newest messages,
// whose ids may be a sequence.
func (s *subscription) loadLastEventID(ctx context.Context) error {
	mark, err := s.journal.Mark(ctx, ingest.MarkName(s.id))
	if err != nil {
		return err
	}
	page, err := s.journal.Read(ctx, live.Query{
		Filter: live.Filter{Sources: []int64{s.id}, Kinds: []live.Kind{live.Event}}, Newest: true, Limit: loadMessages,
		Preview: wire.MaxID, // enough for whole ids
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

// loadLastDay reads the attempts of the last 24 hours, and restores the uptime and
// the outage since the last connection.
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

// unrecordedLosses counts the losses that are not in the journal, because a
// summary was collecting them when the program crashed. It also returns the time
// of the first. The attempts are in order, newest first.
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
		since = m[0].Received // the journal has all losses before
	}
	first, losses = disconnect.Losses(list[1:], since)
	return first, losses, nil
}
