package sqlite

import (
	"encoding/json"
	"time"
)

// clockSetting is the setting that holds the state of the clock for the next
// run.
const clockSetting = "clock"

// Now returns the time by which old messages and attempts are told.
func (db *DB) Now() time.Time { return db.clock.Now() }

// saveClock saves the state of the clock at the end, and whenever a doubt has
// begun or ended: a kill must not make a leap look like the time between two
// runs. Only within tx.
func (db *DB) saveClock(end bool) error {
	s := db.clock.State()
	if doubted := !s.Leapt.IsZero(); !end && doubted == db.doubted {
		return nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := db.write.exec(putSetting, clockSetting, string(text)); err != nil {
		return err
	}
	db.doubted = !s.Leapt.IsZero()
	return nil
}
