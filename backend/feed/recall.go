package feed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"signalbox/backend/live"
)

const (
	// A day of attempts, at one a minute and some more.
	recallAttempts = 5000
	// Enough messages to see whether ids are consecutive.
	recallMessages = 20
)

// mark is the name of the mark that holds a feed's Last-Event-ID.
func mark(id int64) string { return fmt.Sprintf("feed/%d", id) }

// recall reads what an earlier run of the program knew: once in a keeper's
// life, and before its first attempt.
func (k *keeper) recall(ctx context.Context) {
	k.mu.Lock()
	done := k.recalled
	k.recalled = true
	k.mu.Unlock()
	if done {
		return
	}
	if err := k.recallMessages(ctx); err != nil {
		k.log.Warn("the feed's last messages were not read", "error", err)
	}
	if err := k.recallAttempts(ctx); err != nil {
		k.log.Warn("the feed's attempts were not read", "error", err)
	}
}

// recallMessages finds out where the feed's ids stand.
func (k *keeper) recallMessages(ctx context.Context) error {
	m, err := k.journal.Mark(ctx, mark(k.id))
	if err != nil {
		return err
	}
	k.in.begin(m)
	page, err := k.journal.Read(ctx, live.Query{
		Filter: live.Filter{Sources: []int64{k.id}, EventsOnly: true}, Newest: true, Limit: recallMessages, Preview: 1,
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
	if crashed := &list[0]; crashed.Code == "" {
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
	k.now.Connection = max(k.now.Connection, before.Connection)
	return nil
}

// isDown reports whether the time after an attempt that ended so is the
// connection's fault, and not the user's.
func isDown(code string) bool {
	switch code {
	case "", endClosed.code, endPaused.code, endRemoved.code, endEdited.code, "no_content":
		return false
	}
	return true
}

func absenceCode(code string) string {
	switch code {
	case endPaused.code:
		return "paused"
	case endClosed.code:
		return "restarted"
	}
	return "disconnected"
}
