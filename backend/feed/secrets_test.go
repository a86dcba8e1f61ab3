package feed

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"signalbox/backend/live"
)

// A testRing is a keyring in memory that can refuse, or not answer.
type testRing struct {
	mu    sync.Mutex
	held  map[string]string
	fail  error
	hang  chan struct{} // while it is open, nothing is answered
	asked int
}

func newRing() *testRing { return &testRing{held: make(map[string]string)} }

// refuse makes the ring answer every question with err; nil ends that.
func (r *testRing) refuse(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

// lock makes the ring answer nothing until unlock is called.
func (r *testRing) lock() (unlock func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	hang := make(chan struct{})
	r.hang = hang
	return sync.OnceFunc(func() {
		r.mu.Lock()
		r.hang = nil
		r.mu.Unlock()
		close(hang)
	})
}

func (r *testRing) count() (held, asked int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.held), r.asked
}

// ready takes the lock when the ring answers.
func (r *testRing) ready() error {
	r.mu.Lock()
	r.asked++
	for r.hang != nil {
		hang := r.hang
		r.mu.Unlock()
		<-hang
		r.mu.Lock()
	}
	return r.fail
}

func (r *testRing) Get(_, user string) (string, error) {
	err := r.ready()
	defer r.mu.Unlock()
	if err != nil {
		return "", err
	}
	s, ok := r.held[user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return s, nil
}

func (r *testRing) Set(_, user, secret string) error {
	err := r.ready()
	defer r.mu.Unlock()
	if err == nil {
		r.held[user] = secret
	}
	return err
}

func (r *testRing) Delete(_, user string) error {
	err := r.ready()
	defer r.mu.Unlock()
	if err != nil {
		return err
	}
	if _, ok := r.held[user]; !ok {
		return keyring.ErrNotFound
	}
	delete(r.held, user)
	return nil
}

var someSecrets = StoredSecrets{
	live.Secrets{Token: "t0ken", Headers: map[string]string{"X-Key": "k3y"}}, "https://example.org",
}

func openVault(t *testing.T, r ring) *vault {
	return &vault{epoch: "k3f9", path: filepath.Join(t.TempDir(), "secrets.json"), ring: r}
}

// set sets the secrets of a feed.
func (v *vault) set(t *testing.T, id int64, s StoredSecrets) {
	t.Helper()
	if _, err := v.Set(id, s); err != nil {
		t.Fatal(err)
	}
}

// has holds that the vault has that token for a feed.
func (v *vault) has(t *testing.T, id int64, token string) {
	t.Helper()
	if s, err := v.Get(id); err != nil || s.Token != token {
		t.Errorf("feed %d has %+v, %v; want the token %q", id, s, err, token)
	}
}

func token(text string) StoredSecrets {
	return StoredSecrets{live.Secrets{Token: text}, "https://example.org"}
}

// keeps holds that a vault gives back what it was given.
func keeps(t *testing.T, v *vault) {
	t.Helper()
	if s, err := v.Get(1); err != nil || !reflect.DeepEqual(s, StoredSecrets{}) {
		t.Errorf("a feed without secrets: %v, %v", s, err)
	}
	v.set(t, 1, someSecrets)
	v.set(t, 2, token("other"))
	if s, err := v.Get(1); err != nil || !reflect.DeepEqual(s, someSecrets) {
		t.Errorf("%v, %v", s, err)
	}
	v.set(t, 1, StoredSecrets{})
	v.set(t, 1, StoredSecrets{})
	v.has(t, 1, "")
	v.has(t, 2, "other")
	v.set(t, 2, StoredSecrets{})
	v.has(t, 2, "")
}

func TestSecretsLieInTheKeyring(t *testing.T) {
	r := newRing()
	v := openVault(t, r)
	keeps(t, v)
	if len(r.held) != 0 {
		t.Errorf("%v", r.held)
	}
	if _, err := os.Stat(v.path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a file beside the keyring: %v", err)
	}
}

func TestWithoutAKeyringSecretsLieInAFileOfTheUser(t *testing.T) {
	v := openVault(t, nil)
	keeps(t, v)
	v.set(t, 1, someSecrets)
	info, err := os.Stat(v.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	list, err := os.ReadDir(filepath.Dir(v.path))
	if err != nil || len(list) != 1 {
		t.Errorf("something was left behind: %v, %v", list, err)
	}
	// A file that was open to all is replaced by one that is not.
	if err := os.Chmod(v.path, 0o644); err != nil {
		t.Fatal(err)
	}
	v.set(t, 2, someSecrets)
	if info, err := os.Stat(v.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAKeyringThatRefusesIsReplacedByTheFile(t *testing.T) {
	r := newRing()
	v := openVault(t, r)
	v.has(t, 9, "")
	r.refuse(errors.New("locked"))
	v.set(t, 1, someSecrets)
	v.has(t, 1, "t0ken")
	if _, err := v.Get(2); !errors.Is(err, &live.Error{Code: "keyring"}) {
		t.Errorf("what may lie in a locked keyring is not known: %v", err)
	}
	r.refuse(nil)
	v.Retry()
	v.set(t, 1, someSecrets)
	if held, _ := r.count(); held != 1 {
		t.Errorf("the keyring holds %d", held)
	}
	if file, err := v.load(); err != nil || len(file) != 0 {
		t.Errorf("it is still in the file: %v, %v", file, err)
	}
}

func TestASessionBusWithoutAKeyringIsNoHindrance(t *testing.T) {
	r := newRing()
	r.refuse(errors.New("no such service"))
	v := openVault(t, r)
	v.set(t, 1, someSecrets)
	v.has(t, 1, "t0ken")
	v.set(t, 1, StoredSecrets{})
	v.has(t, 1, "")
}

func TestARefusalIsNotAskedForAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing()
		v := openVault(t, r)
		v.set(t, 1, someSecrets)
		_, before := r.count()
		r.refuse(errors.New("the dialog was dismissed"))
		for range 10 {
			if _, err := v.Get(1); !errors.Is(err, &live.Error{Code: "keyring"}) {
				t.Error(err)
			}
		}
		if _, asked := r.count(); asked != before+1 {
			t.Errorf("a user who dismissed one dialog was shown %d", asked-before)
		}
		time.Sleep(ringPause)
		r.refuse(nil)
		v.has(t, 1, "t0ken")
	})
}

func TestAKeyringThatIsSlowOnceIsNotEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing()
		v := openVault(t, r)
		v.set(t, 1, someSecrets)
		unlock := r.lock()
		answered := v.Answered()
		begun := time.Now()
		for range 10 {
			if _, err := v.Get(1); !errors.Is(err, &live.Error{Code: "keyring"}) {
				t.Error(err)
			}
		}
		if took := time.Since(begun); took != ringTime {
			t.Errorf("ten questions were waited for for %s", took)
		}
		v.set(t, 2, token("new"))
		v.has(t, 2, "new")
		select {
		case <-answered:
			t.Error("it has not answered")
		default:
		}
		unlock()
		<-answered
		v.has(t, 1, "t0ken")
		v.has(t, 2, "new")
	})
}

func TestWhatALockedKeyringShouldForgetIsForgottenLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing()
		v := openVault(t, r)
		v.set(t, 1, token("one"))
		v.set(t, 2, token("two"))
		unlock := r.lock()
		v.set(t, 1, StoredSecrets{})
		v.set(t, 2, StoredSecrets{})
		v.has(t, 1, "")
		v.set(t, 2, token("new"))
		unlock()
		synctest.Wait()
		v.has(t, 9, "") // the keyring works
		synctest.Wait()
		if held, _ := r.count(); held != 1 {
			t.Errorf("the keyring holds the secrets of %d feeds, want those of one", held)
		}
		v.has(t, 1, "")
		v.has(t, 2, "new")
	})
}

func TestAChangeOfSecretsCanBeTakenBack(t *testing.T) {
	locked := errors.New("locked")
	for name, c := range map[string]struct{ before, during, after error }{
		"in the keyring":                {},
		"from the keyring to the file":  {nil, locked, locked},
		"from the file to the keyring":  {locked, nil, nil},
		"in the file":                   {locked, locked, locked},
		"when the keyring then refuses": {nil, nil, locked},
	} {
		for _, next := range []StoredSecrets{token("new"), {}} {
			for _, old := range []StoredSecrets{token("old"), {}} {
				r := newRing()
				v := openVault(t, r)
				r.refuse(c.before)
				v.set(t, 1, old)
				r.refuse(c.during)
				v.Retry()
				undo, err := v.Set(1, next)
				if err != nil {
					t.Fatal(err)
				}
				r.refuse(c.after)
				v.Retry()
				if err := undo(); err != nil {
					t.Fatal(err)
				}
				r.refuse(nil)
				v.Retry()
				if s, err := v.Get(1); err != nil || s.Token != old.Token {
					t.Errorf("%s: from %q to %q and back: %q, %v", name, old.Token, next.Token, s.Token, err)
				}
			}
		}
	}
}

func TestABrokenSecretsFileIsSaidAndLeftAlone(t *testing.T) {
	v := openVault(t, nil)
	if err := os.WriteFile(v.path, []byte("{ t0ken"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := v.Get(1)
	if !errors.Is(err, &live.Error{Code: "secrets"}) || strings.Contains(err.Error(), "t0ken") {
		t.Error(err)
	}
	if _, err := v.Set(1, someSecrets); !errors.Is(err, &live.Error{Code: "secrets"}) {
		t.Error(err)
	}
	if b, err := os.ReadFile(v.path); err != nil || string(b) != "{ t0ken" {
		t.Errorf("%q, %v", b, err)
	}
}
