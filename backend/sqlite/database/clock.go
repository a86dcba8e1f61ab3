package database

import "encoding/json"

// PutSetting is the statement that saves a setting.
const PutSetting = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

// clockSetting is the setting that holds the state of the clock for the next
// run.
const clockSetting = "clock"

// SaveClockDoubt saves the state of the clock if a doubt has begun or ended
// since it was last saved. Otherwise, after a kill, a leap would look like the
// time between two runs. Only within a transaction.
func (f *File) SaveClockDoubt() error {
	if doubted := !f.Clock.State().Leapt.IsZero(); doubted == f.doubted {
		return nil
	}
	return f.saveClock()
}

// saveClock saves the state of the clock. Only within a transaction.
func (f *File) saveClock() error {
	s := f.Clock.State()
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := f.Writer.Exec(PutSetting, clockSetting, string(text)); err != nil {
		return err
	}
	f.doubted = !s.Leapt.IsZero()
	return nil
}
