package secretstest

import (
	"sync"

	"github.com/zalando/go-keyring"
)

// A Keyring is a keyring in memory that can refuse, or not answer.
type Keyring struct {
	mu    sync.Mutex
	held  map[string]string
	fail  error
	hang  chan struct{} // while it is open, nothing is answered
	asked int
}

// New returns an empty keyring.
func New() *Keyring { return &Keyring{held: make(map[string]string)} }

// Refuse makes the keyring answer every question with err; nil ends that.
func (k *Keyring) Refuse(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fail = err
}

// Lock makes the keyring answer nothing until unlock is called.
func (k *Keyring) Lock() (unlock func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	hang := make(chan struct{})
	k.hang = hang
	return sync.OnceFunc(func() {
		k.mu.Lock()
		k.hang = nil
		k.mu.Unlock()
		close(hang)
	})
}

// Count returns how many entries there are, and how many questions were asked.
func (k *Keyring) Count() (held, asked int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.held), k.asked
}

// ready takes the lock when the keyring may answer.
func (k *Keyring) ready() error {
	k.mu.Lock()
	k.asked++
	for k.hang != nil {
		hang := k.hang
		k.mu.Unlock()
		<-hang
		k.mu.Lock()
	}
	return k.fail
}

// Get returns an entry.
func (k *Keyring) Get(_, user string) (string, error) {
	err := k.ready()
	defer k.mu.Unlock()
	if err != nil {
		return "", err
	}
	s, ok := k.held[user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return s, nil
}

// Set writes an entry.
func (k *Keyring) Set(_, user, secret string) error {
	err := k.ready()
	defer k.mu.Unlock()
	if err == nil {
		k.held[user] = secret
	}
	return err
}

// Delete deletes an entry.
func (k *Keyring) Delete(_, user string) error {
	err := k.ready()
	defer k.mu.Unlock()
	if err != nil {
		return err
	}
	if _, ok := k.held[user]; !ok {
		return keyring.ErrNotFound
	}
	delete(k.held, user)
	return nil
}
