package feed

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/zalando/go-keyring"

	"signalbox/backend/live"
)

// A testRing is a keyring in memory.
type testRing struct {
	held map[string]string
	fail error
	hang chan struct{}
}

func (r *testRing) ready() error {
	if r.hang != nil {
		<-r.hang
	}
	return r.fail
}

func (r *testRing) Get(_, user string) (string, error) {
	if err := r.ready(); err != nil {
		return "", err
	}
	s, ok := r.held[user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return s, nil
}

func (r *testRing) Set(_, user, secret string) error {
	if err := r.ready(); err != nil {
		return err
	}
	r.held[user] = secret
	return nil
}

func (r *testRing) Delete(_, user string) error {
	if err := r.ready(); err != nil {
		return err
	}
	if _, ok := r.held[user]; !ok {
		return keyring.ErrNotFound
	}
	delete(r.held, user)
	return nil
}

var someSecrets = live.Secrets{Token: "t0ken", Headers: map[string]string{"X-Key": "k3y"}}

func openVault(t *testing.T, r ring) *vault {
	return &vault{epoch: "k3f9", path: filepath.Join(t.TempDir(), "secrets.json"), ring: r}
}

// keeps holds that a vault gives back what it was given.
func keeps(t *testing.T, v *vault) {
	t.Helper()
	if s, err := v.Get(1); err != nil || !reflect.DeepEqual(s, live.Secrets{}) {
		t.Errorf("a feed without secrets: %v, %v", s, err)
	}
	if err := v.Set(1, someSecrets); err != nil {
		t.Fatal(err)
	}
	if err := v.Set(2, live.Secrets{Password: "other"}); err != nil {
		t.Fatal(err)
	}
	if s, err := v.Get(1); err != nil || !reflect.DeepEqual(s, someSecrets) {
		t.Errorf("%v, %v", s, err)
	}
	if err := v.Delete(1); err != nil {
		t.Error(err)
	}
	if err := v.Delete(1); err != nil {
		t.Errorf("deleted twice: %v", err)
	}
	if s, err := v.Get(1); err != nil || s.Token != "" {
		t.Errorf("deleted: %v, %v", s, err)
	}
	if s, err := v.Get(2); err != nil || s.Password != "other" {
		t.Errorf("another feed's: %v, %v", s, err)
	}
	if err := v.Set(2, live.Secrets{}); err != nil {
		t.Error(err)
	}
	if s, err := v.Get(2); err != nil || s.Password != "" {
		t.Errorf("emptied: %v, %v", s, err)
	}
}

func TestSecretsLieInTheKeyring(t *testing.T) {
	r := &testRing{held: make(map[string]string)}
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
	if err := v.Set(1, someSecrets); err != nil {
		t.Fatal(err)
	}
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
	if err := v.Set(2, someSecrets); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(v.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAKeyringThatRefusesIsReplacedByTheFile(t *testing.T) {
	r := &testRing{held: make(map[string]string)}
	v := openVault(t, r)
	if _, err := v.Get(9); err != nil {
		t.Fatal(err)
	}
	r.fail = errors.New("locked")
	if err := v.Set(1, someSecrets); err != nil {
		t.Fatal(err)
	}
	if s, err := v.Get(1); err != nil || s.Token != "t0ken" {
		t.Errorf("%v, %v", s, err)
	}
	if _, err := v.Get(2); !errors.Is(err, &live.Error{Code: "keyring"}) {
		t.Errorf("what may lie in a locked keyring is not known: %v", err)
	}
	r.fail = nil
	if err := v.Set(1, someSecrets); err != nil || len(r.held) != 1 {
		t.Errorf("%v, %v", r.held, err)
	}
	if file, err := v.load(); err != nil || len(file) != 0 {
		t.Errorf("it is still in the file: %v, %v", file, err)
	}
}

func TestASessionBusWithoutAKeyringIsNone(t *testing.T) {
	keeps(t, openVault(t, &testRing{fail: errors.New("no such service")}))
}

func TestAKeyringThatDoesNotAnswerHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &testRing{held: make(map[string]string), hang: make(chan struct{})}
		v := openVault(t, r)
		if _, err := v.Get(1); !errors.Is(err, &live.Error{Code: "keyring"}) {
			t.Error(err)
		}
		if err := v.Set(1, someSecrets); err != nil {
			t.Fatal(err)
		}
		if s, err := v.Get(1); err != nil || s.Token != "t0ken" {
			t.Errorf("%v, %v", s, err)
		}
		close(r.hang)
	})
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
	if err := v.Set(1, someSecrets); !errors.Is(err, &live.Error{Code: "secrets"}) {
		t.Error(err)
	}
	if b, err := os.ReadFile(v.path); err != nil || string(b) != "{ t0ken" {
		t.Errorf("%q, %v", b, err)
	}
}
