package secrets

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/zalando/go-keyring"

	"signalbox/backend/broadcast"
)

// A Keyring stores texts by service and user. Get and Delete return
// keyring.ErrNotFound of zalando/go-keyring if there is no such entry.
type Keyring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// A systemKeyring is the keyring of the desktop.
type systemKeyring struct{}

func (systemKeyring) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemKeyring) Set(service, user, secret string) error {
	return keyring.Set(service, user, secret)
}
func (systemKeyring) Delete(service, user string) error { return keyring.Delete(service, user) }

// hasSystemKeyring reports whether there may be a keyring. On Linux without a
// session bus, zalando/go-keyring would start a bus of its own.
func hasSystemKeyring() bool {
	if runtime.GOOS != "linux" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	_, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid()))
	return err == nil
}

const (
	service = "signalbox"
	// keyringTimeout is how long the keyring has to answer. It may be asking the
	// user for a password.
	keyringTimeout = 5 * time.Second
	// RefusalPause is how long a keyring is not asked after a refusal: each question
	// may open a dialog.
	RefusalPause = 5 * time.Minute
)

// getEntry returns an entry, or "" if it does not exist.
func getEntry(k Keyring, user string) (string, error) {
	text, err := k.Get(service, user)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", nil
	}
	return text, err
}

// setEntry writes an entry; "" deletes it.
func setEntry(k Keyring, user, text string) error {
	if text != "" {
		return k.Set(service, user, text)
	}
	if err := k.Delete(service, user); !errors.Is(err, keyring.ErrNotFound) {
		return err
	}
	return nil
}

var (
	errNoKeyring = errors.New("there is no keyring")
	errTimeout   = errors.New("the keyring did not answer in time")
)

// A serialKeyring asks a keyring one question at a time. A question that is not
// answered in time stays open. Until the keyring answers it, further questions
// fail at once.
type serialKeyring struct {
	keyring   Keyring
	timeout   time.Duration
	recovered func()              // called after each answer without an error
	late      broadcast.Broadcast // notified of each answer after the timeout

	mu      sync.Mutex
	open    *question // the unanswered question, or nil
	refusal error     // the last answer, if it was an error
	askAt   time.Time // when the keyring may be asked again after a refusal
}

// A question is one call of the keyring.
type question struct {
	done     chan struct{} // closed with the answer
	err      error
	timedOut bool // a caller has returned errTimeout
}

func newSerialKeyring(k Keyring, timeout time.Duration) *serialKeyring {
	return &serialKeyring{keyring: k, timeout: cmp.Or(timeout, keyringTimeout), recovered: func() {}}
}

// ask runs call when no other question is open. It returns errTimeout if the
// keyring does not answer in time, and the keyring's own error if it refuses or
// has refused within RefusalPause.
func (s *serialKeyring) ask(call func(Keyring) error) error {
	timeout := time.NewTimer(s.timeout)
	defer timeout.Stop()
	for {
		s.mu.Lock()
		q, mine := s.open, false
		switch {
		case s.refusal != nil && time.Now().Before(s.askAt):
			defer s.mu.Unlock()
			return s.refusal
		case q == nil:
			q, mine = &question{done: make(chan struct{})}, true
			s.open = q
			go func() { s.answer(q, call(s.keyring)) }()
		case q.timedOut:
			s.mu.Unlock()
			return errTimeout
		}
		s.mu.Unlock()
		select {
		case <-q.done:
			if mine {
				return q.err
			}
		case <-timeout.C:
			s.mu.Lock()
			q.timedOut = true
			s.mu.Unlock()
			return errTimeout
		}
	}
}

// answer stores the answer to the open question.
func (s *serialKeyring) answer(q *question, err error) {
	s.mu.Lock()
	q.err, s.open, s.refusal = err, nil, err
	s.askAt = time.Now().Add(RefusalPause)
	close(q.done)
	late := q.timedOut
	s.mu.Unlock()
	if late {
		s.late.Notify()
	}
	if err == nil {
		s.recovered()
	}
}

// askAgain ends the pause after a refusal.
func (s *serialKeyring) askAgain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = nil
}
