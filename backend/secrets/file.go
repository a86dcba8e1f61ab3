package secrets

import (
	"encoding/json"
	"errors"
	"os"
	"sync"

	"signalbox/backend/disk"
	"signalbox/backend/live"
)

// A file stores the secrets that the keyring refused, as JSON by user.
type file struct {
	path string
	mu   sync.Mutex // held while the file is changed
}

// load reads the file. If it does not exist, load returns an empty map.
func (f *file) load() (map[string]Stored, error) {
	entries := make(map[string]Stored)
	b, err := os.ReadFile(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return entries, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &entries)
	}
	if err != nil {
		return nil, live.Errorf("secrets/file", "The file secrets.json in the data folder cannot be read.").
			WithHint("Move it away and enter the sign-ins of the feeds again.").WithCause(err)
	}
	return entries, nil
}

// put writes an entry, or deletes it if s is nil. After a crash there is the old
// file or the new one.
func (f *file) put(user string, s *Stored) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	entries, err := f.load()
	if err != nil {
		return err
	}
	_, exists := entries[user]
	switch {
	case s != nil:
		entries[user] = *s
	case exists:
		delete(entries, user)
	default:
		return nil // do not make a file without secrets
	}
	b, err := json.MarshalIndent(entries, "", "  ")
	if err != nil {
		return err
	}
	if err := disk.WriteFile(f.path, b, 0o600); err != nil {
		return live.Errorf("secrets/save", "The sign-in of this feed cannot be saved.").
			WithHint("Check whether the data folder can be written to.").WithCause(err)
	}
	return nil
}
