package sqlite

import (
	"context"
	"fmt"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/trim"
)

// Trim deletes the messages that a cut selects, in one short transaction, and
// returns some free space to the disk. If nothing is left to delete, Sources is
// empty.
//
// Trim does not sync the transaction. The sync of the next append covers it,
// because both are in one log. After a power cut before that, the deleted
// messages exist again and are trimmed again.
func (db *DB) Trim(_ context.Context, cut live.Trim) (live.Trimmed, error) {
	if cut.Limit <= 0 {
		cut.Limit = trim.MaxMessages
	}
	var t live.Trimmed
	var shrunk bool
	run := func() error {
		return db.file.Writer.TxUnsynced(func() (err error) {
			if err := db.file.SaveClockJump(); err != nil {
				return err
			}
			if t.Sources, t.First, err = db.trimmer.Trim(cut, db.file.Clock.Now()); err != nil {
				return err
			}
			if !db.file.IsFull() { // else CheckWrite shrinks the file, in smaller steps
				shrunk, t.More, err = db.trimmer.Shrink()
			}
			return err
		})
	}
	err := db.file.WithReserve(run)
	for conn.IsFull(err) && cut.Limit > 1 {
		// The changed pages must fit into the space of the log. Deleting many
		// messages frees more pages than their tombstones need, but each deletion
		// may change another page of an index.
		cut.Limit = max(1, cut.Limit/4)
		err = db.file.WithReserve(run)
	}
	if err != nil {
		if conn.IsCorrupt(err) {
			db.file.Damage.AddTrimming(db.file.Epoch, err)
		}
		return live.Trimmed{}, conn.UserError(fmt.Errorf("trim the history: %w", err))
	}
	if len(t.Sources) > 0 {
		db.file.SetTrimmed()
		db.index.Trimmed(t.First)
	}
	if shrunk && !t.More {
		// The file becomes shorter when the log is copied into it. If that fails,
		// SQLite does it later.
		_ = db.file.Writer.CheckpointPassive()
	}
	return t, nil
}
