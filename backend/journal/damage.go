package journal

import (
	"signalbox/backend/live"
)

// damaged moves the cursor behind what cannot be read, and returns the gap that
// it leaves.
func (c *Cursor) damaged(d *live.Damage) Batch {
	c.j.watchDamage()
	c.place.Store(d.Through)
	g := d.Gap(c.j.epoch)
	if !c.filter.IsZero() {
		g.Missing = nil // what they were nobody can say
	}
	if d.Missing != nil && *d.Missing == 0 {
		return Batch{Through: d.Through}
	}
	return Batch{Gap: &g, Through: d.Through}
}

// watchDamage says what the store has found to be damaged, once.
func (j *Journal) watchDamage() {
	err := j.store.Damaged()
	if err == nil {
		return
	}
	text := sentence(err)
	if old := j.stats.damage.Swap(&text); old != nil && *old == text {
		return
	}
	j.opt.Log.Error("the history is damaged", "err", err)
	j.bell.ring()
}
