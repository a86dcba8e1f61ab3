package database

import "encoding/json"

// PutSetting is the statement that saves a setting.
const PutSetting = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

// clockSetting is the setting with the state of the clock for the next run.
const clockSetting = "clock"

// SaveClockJump saves the state of the clock if a jump has begun or ended since
// the last save. Without that, a kill would make the jump look like the time
// between two runs. Call it only within a transaction.
func (f *File) SaveClockJump() error {
	if jumped := !f.Clock.State().Leapt.IsZero(); jumped == f.jumpSaved {
		return nil
	}
	return f.saveClock()
}

// saveClock saves the state of the clock. Call it only within a transaction.
func (f *File) saveClock() error {
	s := f.Clock.State()
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := f.Writer.Exec(PutSetting, clockSetting, string(text)); err != nil {
		return err
	}
	f.jumpSaved = !s.Leapt.IsZero()
	return nil
}
