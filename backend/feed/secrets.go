package feed

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zalando/go-keyring"

	"signalbox/backend/disk"
	"signalbox/backend/live"
)

// StoredSecrets are the secrets of a feed and the server that they were
// entered for. They are sent to no other, whatever the settings say: settings
// and secrets are stored one after the other, and a crash may come between.
type StoredSecrets struct {
	live.Secrets
	Origin string `json:"origin,omitempty"` // as of origin(); empty in what an earlier version stored
}

func (s *StoredSecrets) isZero() bool {
	return s.Token == "" && s.Password == "" && len(s.Headers) == 0
}

// Secrets keep what must not be seen of a feed.
type Secrets interface {
	// Get returns the secrets of a feed, or the zero value where it has none.
	// An Error says that they are not known: that is not the same.
	Get(id int64) (StoredSecrets, error)
	// Set replaces the secrets of a feed; the zero value deletes them. Either
	// nothing has changed when it fails, or undo brings back what was before.
	Set(id int64, s StoredSecrets) (undo func() error, err error)
	// Retry lets the next question reach a keyring that has refused one.
	Retry()
	// Answered returns a channel that is closed when a keyring answers that
	// somebody has waited for in vain.
	Answered() <-chan struct{}
}

const (
	// ringTime is how long an answer of the system's keyring is waited for. It
	// may be asking the user for a password.
	ringTime = 5 * time.Second
	// ringPause is how long a keyring that refused is left alone: each
	// question may open a dialog in front of the user.
	ringPause = 5 * time.Minute
)

// OpenSecrets returns the secrets of the journal with that epoch. They lie in
// the system's keyring, or where that does not take them in dir/secrets.json,
// which only the user can read. Nothing is read yet.
func OpenSecrets(epoch, dir string) Secrets {
	v := &vault{epoch: epoch, path: filepath.Join(dir, "secrets.json")}
	if ringThere() {
		v.ring = systemRing{}
	}
	return v
}

// ringThere reports whether it is worth asking. On Linux a missing session bus
// would make the library start one of its own.
func ringThere() bool {
	if runtime.GOOS != "linux" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	_, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid()))
	return err == nil
}

// A ring is the system's keyring.
type ring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// A vault keeps secrets in a ring and, where that does not take them, in a
// file. What lies in the file counts: it is there because the ring could not
// be changed.
//
// The ring is asked one question at a time, and a question that it does not
// answer in time stays open. Until the answer comes, further questions fail at
// once, and with the answer the ring is as good as before.
type vault struct {
	epoch, path string
	ring        ring          // nil where there is none
	patience    time.Duration // with the ring; 0 means ringTime

	file sync.Mutex // held while the file is changed

	mu             sync.Mutex
	open           *question       // that the ring has not answered
	refusal        error           // of the last question, nil where it was answered
	again          time.Time       // when the ring is asked again after a refusal
	answered       chan struct{}   // closed at a late answer; nil until somebody waits
	pendingDeletes map[string]bool // what the ring is to delete when it can be asked
}

// A question is one that the ring was asked.
type question struct {
	done chan struct{} // closed with the answer
	err  error
	late bool // somebody has waited for it in vain
}

const service = "signalbox"

func (v *vault) user(id int64) string { return fmt.Sprintf("feed/%s/%d", v.epoch, id) }

// Get returns the secrets of a feed.
func (v *vault) Get(id int64) (StoredSecrets, error) {
	var s StoredSecrets
	user := v.user(id)
	file, err := v.load()
	if err != nil {
		return s, err
	}
	if s, ok := file[user]; ok {
		return s, nil
	}
	v.mu.Lock()
	gone := v.ring == nil || v.pendingDeletes[user]
	v.mu.Unlock()
	if gone {
		return s, nil
	}
	var text string
	err = v.ask(func(r ring) (err error) { text, err = get(r, user); return err })
	switch {
	case errors.Is(err, errSlow):
		return s, live.Errorf("keyring", "The system's keyring has not answered yet, so the sign-in of this feed is not known.").
			WithHint("Unlock the keyring: the feed goes on by itself then.").WithCause(err)
	case err != nil:
		return s, live.Errorf("keyring", "The system's keyring did not give the sign-in of this feed.").
			WithHint("Unlock the keyring and press Reconnect, or enter the sign-in again.").WithCause(err)
	case text == "":
		return s, nil
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return StoredSecrets{}, live.Errorf("keyring", "What the system's keyring holds for this feed cannot be read.").
			WithHint("Enter the sign-in again.")
	}
	return s, nil
}

// Set replaces the secrets of a feed. Where the ring does not take them they
// go into the file.
func (v *vault) Set(id int64, s StoredSecrets) (undo func() error, err error) {
	user := v.user(id)
	file, err := v.load()
	if err != nil {
		return nil, err // before the ring is changed
	}
	inFile, wasInFile := file[user]
	text := ""
	if !s.isZero() {
		b, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		text = string(b)
	}
	pending := v.setPendingDelete(user, text == "")
	var inRing string
	var late atomic.Bool
	asked := v.ask(func(r ring) (err error) {
		old, err := get(r, user)
		if err != nil || late.Load() {
			return err // the file has it by now, or again what was before
		}
		inRing = old
		return set(r, user, text)
	})
	late.Store(asked != nil)
	switch {
	case asked == nil:
		v.setPendingDelete(user, false)
		err = v.change(user, nil)
	case text == "":
		err = v.change(user, nil) // and the ring forgets it when it answers
	default:
		err = v.change(user, &s)
	}
	undo = func() error {
		v.setPendingDelete(user, pending)
		if asked == nil && v.ask(func(r ring) error { return set(r, user, inRing) }) != nil {
			if !wasInFile && inRing != "" {
				if err := json.Unmarshal([]byte(inRing), &inFile); err != nil {
					return err
				}
				wasInFile = true
			}
			v.setPendingDelete(user, inRing == "")
		}
		if !wasInFile {
			return v.change(user, nil)
		}
		return v.change(user, &inFile)
	}
	if err != nil {
		return nil, errors.Join(err, undo())
	}
	return undo, nil
}

// get reads from the ring; what it does not have is "".
func get(r ring, user string) (string, error) {
	text, err := r.Get(service, user)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", nil
	}
	return text, err
}

// set writes to the ring; "" deletes.
func set(r ring, user, text string) error {
	if text != "" {
		return r.Set(service, user, text)
	}
	if err := r.Delete(service, user); !errors.Is(err, keyring.ErrNotFound) {
		return err
	}
	return nil
}

var (
	errNoRing = errors.New("there is no keyring")
	errSlow   = errors.New("the keyring did not answer in time")
)

// ask asks the ring. It returns errNoRing where there is none, errSlow where
// the answer does not come in time, and the ring's own error where it refuses.
func (v *vault) ask(what func(ring) error) error {
	limit := time.NewTimer(cmp.Or(v.patience, ringTime))
	defer limit.Stop()
	for {
		v.mu.Lock()
		q, mine := v.open, false
		switch {
		case v.ring == nil:
			v.mu.Unlock()
			return errNoRing
		case v.refusal != nil && time.Now().Before(v.again):
			defer v.mu.Unlock()
			return v.refusal
		case q == nil:
			q, mine = &question{done: make(chan struct{})}, true
			v.open = q
			go func() { v.answer(q, what(v.ring)) }()
		case q.late:
			v.mu.Unlock()
			return errSlow
		}
		v.mu.Unlock()
		select {
		case <-q.done:
			if mine {
				return q.err
			}
		case <-limit.C:
			v.mu.Lock()
			q.late = true
			v.mu.Unlock()
			return errSlow
		}
	}
}

// answer takes the ring's answer to a question.
func (v *vault) answer(q *question, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	q.err, v.open, v.refusal = err, nil, err
	v.again = time.Now().Add(ringPause)
	close(q.done)
	if q.late && v.answered != nil {
		close(v.answered)
		v.answered = nil
	}
	if err == nil && len(v.pendingDeletes) > 0 {
		go v.runPendingDeletes()
	}
}

// setPendingDelete says whether the ring is to delete what it holds of a feed as
// soon as it can be asked, and returns what was said before.
func (v *vault) setPendingDelete(user string, pending bool) (before bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	before = v.pendingDeletes[user]
	if v.pendingDeletes == nil {
		v.pendingDeletes = make(map[string]bool)
	}
	delete(v.pendingDeletes, user)
	if pending && v.ring != nil {
		v.pendingDeletes[user] = true
	}
	return before
}

// runPendingDeletes deletes from the ring what could not be deleted while it did
// not answer. What is pending when the program ends stays in the ring.
func (v *vault) runPendingDeletes() {
	v.mu.Lock()
	users := make([]string, 0, len(v.pendingDeletes))
	for user := range v.pendingDeletes {
		users = append(users, user)
	}
	v.mu.Unlock()
	for _, user := range users {
		err := v.ask(func(r ring) error {
			v.mu.Lock()
			pending := v.pendingDeletes[user]
			delete(v.pendingDeletes, user)
			v.mu.Unlock()
			if !pending {
				return nil // it was set anew meanwhile
			}
			err := set(r, user, "")
			if err != nil {
				v.setPendingDelete(user, true)
			}
			return err
		})
		if err != nil {
			return
		}
	}
}

// Retry lets the next question reach a ring that refused.
func (v *vault) Retry() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refusal = nil
}

// Answered returns a channel that is closed at the next late answer.
func (v *vault) Answered() <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.answered == nil {
		v.answered = make(chan struct{})
	}
	return v.answered
}

// load reads the file; one that is not there is empty.
func (v *vault) load() (map[string]StoredSecrets, error) {
	m := make(map[string]StoredSecrets)
	b, err := os.ReadFile(v.path)
	if errors.Is(err, os.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return nil, live.Errorf("secrets", "The file secrets.json in the data folder cannot be read.").
			WithHint("Move it away and enter the sign-ins of the feeds again.").WithCause(err)
	}
	return m, nil
}

// change puts secrets into the file, or takes them out where s is nil: whole
// or not at all.
func (v *vault) change(user string, s *StoredSecrets) error {
	v.file.Lock()
	defer v.file.Unlock()
	m, err := v.load()
	if err != nil {
		return err
	}
	_, held := m[user]
	switch {
	case s != nil:
		m[user] = *s
	case held:
		delete(m, user)
	default:
		return nil // no file where there are no secrets
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := disk.WriteFile(v.path, b, 0o600); err != nil {
		return live.Errorf("secrets", "The sign-in of this feed cannot be saved.").
			WithHint("Check whether the data folder can be written to.").WithCause(err)
	}
	return nil
}

// A systemRing is the keyring of the desktop.
type systemRing struct{}

func (systemRing) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemRing) Set(service, user, secret string) error   { return keyring.Set(service, user, secret) }
func (systemRing) Delete(service, user string) error        { return keyring.Delete(service, user) }
