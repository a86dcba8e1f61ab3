package database

import (
	"sync"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// A Damage records the damage found since the start. The zero value is ready to
// use. Its methods may be called from any goroutine.
type Damage struct {
	mu         sync.Mutex
	ranges     []live.Damage // of messages; at most two, which do not touch
	index      bool          // whether an index is damaged
	trimFailed bool          // whether the damage prevents deleting old messages
	err        *live.Error
}

// Err returns a live.Error that describes the damage, or nil.
func (d *Damage) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		return nil
	}
	return d.err
}

// AddMessages records a range of messages that cannot be read. It keeps at most
// two ranges: the error says "several places" for two or more.
func (d *Damage) AddMessages(epoch string, m live.Damage) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.ranges {
		// A reader of one source finds only a part of the range.
		if s := &d.ranges[i]; m.After <= s.Through && m.Through >= s.After {
			s.After, s.Through = min(s.After, m.After), max(s.Through, m.Through)
			d.describe(epoch, m.Err)
			return
		}
	}
	if len(d.ranges) < 2 {
		d.ranges = append(d.ranges, m)
		d.describe(epoch, m.Err)
	}
}

// AddIndex records that an index cannot be read, although the messages can.
func (d *Damage) AddIndex(epoch string, cause error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.index = true
	d.describe(epoch, cause)
}

// AddTrimming records that trimming could not delete damaged messages.
func (d *Damage) AddTrimming(epoch string, cause error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trimFailed = true
	d.describe(epoch, cause)
}

// describe sets the error. It is called with the lock held.
func (d *Damage) describe(epoch string, cause error) {
	var text live.Text
	switch {
	case len(d.ranges) == 1:
		g := d.ranges[0].Gap(epoch)
		text = live.Text{Code: g.Code, Params: g.Params, English: g.Reason}
		if g.Text != "" {
			text.Code = g.Text
		}
	case len(d.ranges) > 1:
		text = live.Textf("damaged/several", "The history is damaged: messages in several places cannot be read.")
	case d.index:
		text = live.Textf("damaged/index", "The history is damaged: one of its indexes cannot be read, so that finding messages takes longer.")
	default:
		text = live.Textf("damaged/history", "The history is damaged.")
	}
	if d.trimFailed {
		text = text.Then(live.Textf("damaged/trim", "Old messages can no longer be deleted."))
	}
	text.Hint = conn.DamageHint
	d.err = text.AsError().WithCause(cause)
	d.err.Code = "bad_database"
}
