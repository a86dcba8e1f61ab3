package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/live"
)

// Stored are the secrets of a feed and the server for which they were entered.
// They must be sent to no other server, whatever the address in the settings:
// settings and secrets are not stored in one transaction, and a crash may happen
// between the two.
type Stored struct {
	live.Secrets
	Origin string `json:"origin,omitempty"` // as from Origin; empty if stored by an earlier version
}

// IsZero reports whether there is no secret.
func (s *Stored) IsZero() bool {
	return s.Token == "" && s.Password == "" && len(s.Headers) == 0
}

// A Store stores secrets in a keyring or, if the keyring refuses, in a file. An
// entry in the file takes precedence: it is there because the keyring could not
// be changed. The methods of a Store may be called from any goroutine. Get and
// Set may block until the keyring's timeout.
type Store struct {
	epoch   string
	keyring *serialKeyring // nil if there is none
	file    file

	mu             sync.Mutex
	pendingDeletes map[string]bool // entries to delete when the keyring answers again
}

// Open returns the Store for the journal with that epoch, in the system's keyring
// and dir/secrets.json. It reads neither.
func Open(epoch, dir string) *Store {
	if !hasSystemKeyring() {
		return New(epoch, dir, nil, 0)
	}
	return New(epoch, dir, systemKeyring{}, 0)
}

// New returns the Store for the journal with that epoch, in a keyring, which may
// be nil, and dir/secrets.json. timeout is how long the keyring has to answer; 0
// means 5 s.
func New(epoch, dir string, keyring Keyring, timeout time.Duration) *Store {
	s := &Store{epoch: epoch, file: file{path: filepath.Join(dir, "secrets.json")}, pendingDeletes: make(map[string]bool)}
	if keyring != nil {
		s.keyring = newSerialKeyring(keyring, timeout)
		s.keyring.recovered = func() {
			if s.hasPendingDeletes() {
				go s.runPendingDeletes()
			}
		}
	}
	return s
}

// user returns the name of a feed's entry in the keyring and in the file.
func (s *Store) user(id int64) string { return fmt.Sprintf("feed/%s/%d", s.epoch, id) }

// Get returns the secrets of a feed, or the zero value if it has none. It returns
// an Error if they are not known.
func (s *Store) Get(id int64) (Stored, error) {
	var stored Stored
	user := s.user(id)
	entries, err := s.file.load()
	if err != nil {
		return stored, err
	}
	if stored, ok := entries[user]; ok {
		return stored, nil
	}
	if s.keyring == nil || s.isPendingDelete(user) {
		return stored, nil
	}
	var text string
	err = s.keyring.ask(func(k Keyring) (err error) { text, err = getEntry(k, user); return err })
	switch {
	case errors.Is(err, errTimeout):
		return stored, live.Errorf("keyring/slow", "The system's keyring has not answered yet, so the sign-in of this feed is not known.").
			WithHint("Unlock the keyring: the feed then connects by itself.").WithCause(err)
	case err != nil:
		return stored, live.Errorf("keyring/refused", "The system's keyring refused to return the sign-in of this feed.").
			WithHint("Unlock the keyring and press Reconnect, or enter the sign-in again.").WithCause(err)
	case text == "":
		return stored, nil
	}
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return Stored{}, live.Errorf("keyring/entry", "The entry of this feed in the system's keyring cannot be read.").
			WithHint("Enter the sign-in again.")
	}
	return stored, nil
}

// Set replaces the secrets of a feed; the zero value deletes them. If it returns
// an error, nothing has changed. Otherwise undo restores the earlier secrets.
func (s *Store) Set(id int64, to Stored) (undo func() error, err error) {
	user := s.user(id)
	entries, err := s.file.load()
	if err != nil {
		return nil, err // before the keyring is changed
	}
	inFile, wasInFile := entries[user]
	text := ""
	if !to.IsZero() {
		b, err := json.Marshal(to)
		if err != nil {
			return nil, err
		}
		text = string(b)
	}
	wasPending := s.setPendingDelete(user, text == "")
	var inKeyring string
	var late atomic.Bool
	asked := s.ask(func(k Keyring) (err error) {
		old, err := getEntry(k, user)
		if err != nil || late.Load() {
			return err // Set has returned, and the file has the new secrets, or after undo the old ones
		}
		inKeyring = old
		return setEntry(k, user, text)
	})
	late.Store(asked != nil)
	switch {
	case asked == nil:
		s.setPendingDelete(user, false)
		err = s.file.put(user, nil)
	case text == "":
		err = s.file.put(user, nil) // runPendingDeletes deletes the keyring's entry
	default:
		err = s.file.put(user, &to)
	}
	undo = func() error {
		s.setPendingDelete(user, wasPending)
		if asked == nil && s.ask(func(k Keyring) error { return setEntry(k, user, inKeyring) }) != nil {
			if !wasInFile && inKeyring != "" {
				if err := json.Unmarshal([]byte(inKeyring), &inFile); err != nil {
					return err
				}
				wasInFile = true
			}
			s.setPendingDelete(user, inKeyring == "")
		}
		if !wasInFile {
			return s.file.put(user, nil)
		}
		return s.file.put(user, &inFile)
	}
	if err != nil {
		return nil, errors.Join(err, undo())
	}
	return undo, nil
}

// AskAgain ends the pause after a refusal: the keyring is asked again.
func (s *Store) AskAgain() {
	if s.keyring != nil {
		s.keyring.askAgain()
	}
}

// Answered returns a channel that is closed when the keyring answers a question
// after the timeout.
func (s *Store) Answered() <-chan struct{} {
	if s.keyring == nil {
		return nil
	}
	answered, _ := s.keyring.late.Wait()
	return answered
}

func (s *Store) ask(call func(Keyring) error) error {
	if s.keyring == nil {
		return errNoKeyring
	}
	return s.keyring.ask(call)
}

func (s *Store) isPendingDelete(user string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pendingDeletes[user]
}

func (s *Store) hasPendingDeletes() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pendingDeletes) > 0
}

// setPendingDelete sets whether to delete an entry when the keyring answers again.
// It returns the earlier value.
func (s *Store) setPendingDelete(user string, pending bool) (before bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before = s.pendingDeletes[user]
	delete(s.pendingDeletes, user)
	if pending && s.keyring != nil {
		s.pendingDeletes[user] = true
	}
	return before
}

// runPendingDeletes deletes the entries that could not be deleted while the
// keyring did not answer. Entries still pending when the program ends stay in the
// keyring.
func (s *Store) runPendingDeletes() {
	s.mu.Lock()
	users := make([]string, 0, len(s.pendingDeletes))
	for user := range s.pendingDeletes {
		users = append(users, user)
	}
	s.mu.Unlock()
	for _, user := range users {
		err := s.ask(func(k Keyring) error {
			if !s.setPendingDelete(user, false) {
				return nil // the entry was set again meanwhile
			}
			err := setEntry(k, user, "")
			if err != nil {
				s.setPendingDelete(user, true)
			}
			return err
		})
		if err != nil {
			return
		}
	}
}
