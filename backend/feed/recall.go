package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

const (
	// As many as the store keeps of one feed.
	recallAttempts = 1000
	// Enough messages to see whether ids are consecutive.
	recallMessages = 20
)

// mark is the name of the mark that holds a feed's Last-Event-ID.
func mark(id int64) string { return fmt.Sprintf("feed/%d", id) }

// recalling recalls until that works: a feed that forgot its place would ask
// for everything anew, or for nothing. It reports false where ctx ended first.
func (k *keeper) recalling(ctx context.Context) bool {
	for {
		err := k.recall(ctx)
		if err == nil {
			return true
		}
		end := because("store", "It cannot be read where this feed was.")
		if e, ok := errors.AsType[*live.Error](err); ok {
			end.reason, end.hint = end.reason+" "+e.Message, e.Hint
		}
		k.log.Warn("the feed's place was not read", "error", err)
		k.waitUntil(time.Now().Add(defaultRetry), end)
		select {
		case <-time.After(defaultRetry):
		case <-ctx.Done():
			k.set(live.Stopped, cause(ctx))
			return false
		}
	}
}

// recall reads what an earlier run of the program knew: once in a keeper's
// life, and before its first attempt.
func (k *keeper) recall(ctx context.Context) error {
	k.remember.Lock()
	defer k.remember.Unlock()
	if k.recalled {
		return nil
	}
	if err := k.recallMessages(ctx); err != nil {
		return err
	}
	k.recalled = true
	if err := k.recallAttempts(ctx); err != nil {
		k.log.Warn("the feed's attempts were not read", "error", err) // the day begins anew
	}
	return nil
}

// recallMessages finds out where the feed's ids stand.
func (k *keeper) recallMessages(ctx context.Context) error {
	m, err := k.journal.Mark(ctx, mark(k.id))
	if err != nil {
		return err
	}
	k.in.begin(m)
	page, err := k.journal.Read(ctx, live.Query{
		Filter: live.Filter{Sources: []int64{k.id}, Kinds: []live.Kind{live.Event}}, Newest: true, Limit: recallMessages,
		Preview: wire.MaxID, // of the data nothing is needed, of the ids all
	})
	if err != nil {
		return err
	}
	k.telling.Lock()
	defer k.telling.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, m := range page.Messages {
		if m.ID != "" {
			k.absence.ids.add(m.ID)
		}
		k.lastMessage, k.lastByte = m.Received, m.Received
		k.now.Connection = max(k.now.Connection, m.Connection)
	}
	return nil
}

// recallAttempts finds out how the last day went, and how the last connection ended.
func (k *keeper) recallAttempts(ctx context.Context) error {
	list, err := k.store.Attempts(ctx, k.id, time.Now().Add(-24*time.Hour), recallAttempts)
	if err != nil {
		return err
	}
	if len(list) == 0 { // the last one may be older than a day
		if list, err = k.store.Attempts(ctx, k.id, time.Time{}, 1); err != nil || len(list) == 0 {
			return err
		}
	}
	untold, losses := time.Time{}, int64(0)
	if crashed := &list[0]; crashed.Code == "" {
		if untold, losses, err = k.untold(ctx, list); err != nil {
			return err
		}
		crashed.Code, crashed.Reason = endClosed.code, "Signalbox ended without closing the connection."
		if err := k.store.PutAttempt(ctx, *crashed); err != nil {
			return err
		}
	}
	slices.Reverse(list)
	k.telling.Lock()
	defer k.telling.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	var before live.Attempt
	for _, a := range list {
		if isDown(before.Code) {
			k.day.add(down, before.Ended, later(before.Ended, a.Started))
		}
		if !a.Opened.IsZero() {
			k.day.add(up, a.Opened, a.Ended)
			k.connects.add(a.Opened.Sub(a.Started))
			if k.wasOpen {
				k.day.returned(a.Opened)
			}
			k.wasOpen = true
			k.absence.code, k.absence.from = absenceCode(a.Code), a.Ended
		} else if isDown(before.Code) || a.Code != "" && isDown(a.Code) {
			k.day.add(down, a.Started, a.Ended)
		}
		before = a
	}
	if losses > 0 && k.absence.code == "restarted" {
		k.absence.from, k.absence.before = untold, losses
	}
	k.now.Connection = max(k.now.Connection, before.Connection)
	return nil
}

// untold returns when the first of those losses was, and how many there were,
// that a crash may have kept from being told because a fold gathered them. The
// attempts are in order, newest first.
func (k *keeper) untold(ctx context.Context, list []live.Attempt) (first time.Time, losses int64, err error) {
	since := list[0].Ended.Add(-foldMost - foldOutage) // no fold gathers for longer
	if len(list) < 2 || list[1].Ended.Before(since) {
		return first, 0, nil
	}
	page, err := k.journal.Read(ctx, live.Query{
		Filter: live.Filter{Sources: []int64{k.id}, Kinds: []live.Kind{live.GapKind, live.NoteKind}}, Newest: true, Limit: 1,
	})
	if err != nil {
		return first, 0, err
	}
	for _, m := range page.Messages {
		since = later(since, m.Received)
	}
	for _, a := range list[1:] {
		if !a.Ended.After(since) {
			break
		}
		if !a.Opened.IsZero() && isDown(a.Code) {
			first, losses = a.Ended, losses+1
		}
	}
	return first, losses, nil
}

// isDown reports whether the time after an attempt that ended so is the
// connection's fault, and not the user's.
func isDown(code string) bool {
	switch code {
	case "", endClosed.code, endPaused.code, endRemoved.code, endReconnect.code, "edited", "no_content":
		return false
	}
	return true
}

func absenceCode(code string) string {
	switch code {
	case endPaused.code, endRemoved.code, endReconnect.code, "edited":
		return code
	case endClosed.code:
		return "restarted"
	}
	return "disconnected"
}
