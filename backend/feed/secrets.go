package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/zalando/go-keyring"

	"signalbox/backend/live"
)

// Secrets keep what must not be seen of a feed. Get of a feed without any
// returns the zero value.
type Secrets interface {
	Get(id int64) (live.Secrets, error)
	Set(id int64, s live.Secrets) error
	Delete(id int64) error
}

// ringTime is how long the system's keyring is waited for. It may ask the user
// for a password; nothing of ours is to stand still for that.
const ringTime = 5 * time.Second

// OpenSecrets returns the secrets of the journal with that epoch. They lie in
// the system's keyring where there is one that answers in time, else in
// dir/secrets.json, which only the user can read. Nothing is read yet.
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

// A vault keeps secrets in a ring and, where that fails, in a file.
type vault struct {
	epoch, path string

	mu     sync.Mutex
	ring   ring // nil where there is none, or once it did not answer
	probed bool // whether it was seen to work
}

const service = "signalbox"

func (v *vault) user(id int64) string { return fmt.Sprintf("feed/%s/%d", v.epoch, id) }

// Get returns the secrets of a feed.
func (v *vault) Get(id int64) (live.Secrets, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	// The file first: what lies there could not be put into the ring.
	file, err := v.load()
	if err != nil {
		return live.Secrets{}, err
	}
	if s, ok := file[v.user(id)]; ok {
		return s, nil
	}
	var text string
	err = v.ask(func(r ring) (err error) { text, err = r.Get(service, v.user(id)); return err })
	if errors.Is(err, keyring.ErrNotFound) || errors.Is(err, errNoRing) {
		return live.Secrets{}, nil
	}
	if err != nil {
		return live.Secrets{}, live.Errorf("keyring", "The system's keyring did not give the sign-in of this feed.").
			WithHint("Unlock the keyring and reconnect, or enter the sign-in again.").WithCause(err)
	}
	var s live.Secrets
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return live.Secrets{}, live.Errorf("keyring", "What the system's keyring holds for this feed cannot be read.").
			WithHint("Enter the sign-in again.")
	}
	return s, nil
}

// Set replaces the secrets of a feed.
func (v *vault) Set(id int64, s live.Secrets) error {
	if s.Token == "" && s.Password == "" && len(s.Headers) == 0 {
		return v.Delete(id)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if v.ask(func(r ring) error { return r.Set(service, v.user(id), string(text)) }) == nil {
		return v.change(func(m map[string]live.Secrets) { delete(m, v.user(id)) })
	}
	return v.change(func(m map[string]live.Secrets) { m[v.user(id)] = s })
}

// Delete forgets the secrets of a feed.
func (v *vault) Delete(id int64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	err := v.ask(func(r ring) error { return r.Delete(service, v.user(id)) })
	if err != nil && !errors.Is(err, keyring.ErrNotFound) && !errors.Is(err, errNoRing) {
		err = live.Errorf("keyring", "The system's keyring did not forget the sign-in of this feed.").WithCause(err)
	} else {
		err = nil
	}
	return errors.Join(err, v.change(func(m map[string]live.Secrets) { delete(m, v.user(id)) }))
}

var (
	errNoRing = errors.New("there is no keyring")
	errSlow   = errors.New("the keyring did not answer in time")
)

// ask asks the ring, and never again once it did not answer in time: the
// question still stands then, and a second would wait behind it.
func (v *vault) ask(question func(ring) error) error {
	if v.ring == nil {
		return errNoRing
	}
	r, probed, answer := v.ring, v.probed, make(chan error, 1) // for an answer that nobody waits for any more
	go func() {
		if !probed {
			// A session bus is no proof of a keyring: ask for what nobody has put there.
			if _, err := r.Get(service, "feed/"+v.epoch+"/probe"); err != nil && !errors.Is(err, keyring.ErrNotFound) {
				answer <- errNoRing
				return
			}
		}
		answer <- question(r)
	}()
	select {
	case err := <-answer:
		if errors.Is(err, errNoRing) {
			v.ring = nil
		}
		v.probed = true
		return err
	case <-time.After(ringTime):
		v.ring = nil
		return errSlow
	}
}

// load reads the file; one that is not there is empty.
func (v *vault) load() (map[string]live.Secrets, error) {
	m := make(map[string]live.Secrets)
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

// change rewrites the file, whole or not at all.
func (v *vault) change(f func(map[string]live.Secrets)) error {
	m, err := v.load()
	if err != nil {
		return err
	}
	before := len(m)
	f(m)
	if len(m) == 0 && before == 0 {
		return nil // no file where there are no secrets
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := replace(v.path, b); err != nil {
		return live.Errorf("secrets", "The sign-in of this feed cannot be saved.").
			WithHint("Check whether the data folder can be written to.").WithCause(err)
	}
	return nil
}

// replace writes a file that only the user can read.
func replace(path string, b []byte) error {
	// CreateTemp makes it 0600, from its first byte on.
	f, err := os.CreateTemp(filepath.Dir(path), ".secrets-"+strconv.Itoa(os.Getpid())+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// A systemRing is the keyring of the desktop.
type systemRing struct{}

func (systemRing) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemRing) Set(service, user, secret string) error   { return keyring.Set(service, user, secret) }
func (systemRing) Delete(service, user string) error        { return keyring.Delete(service, user) }
