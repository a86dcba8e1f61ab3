package secrets

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/secrets/secretstest"
)

var someSecrets = Stored{
	live.Secrets{Token: "t0ken", Headers: map[string]string{"X-Key": "k3y"}}, "https://example.org",
}

func openStore(t *testing.T, k Keyring) *Store {
	return New("k3f9", t.TempDir(), k, 0)
}

// set sets the secrets of a feed.
func (s *Store) set(t *testing.T, id int64, to Stored) {
	t.Helper()
	if _, err := s.Set(id, to); err != nil {
		t.Fatal(err)
	}
}

// has checks that the store has that token for a feed.
func (s *Store) has(t *testing.T, id int64, token string) {
	t.Helper()
	if got, err := s.Get(id); err != nil || got.Token != token {
		t.Errorf("feed %d has %+v, %v; want the token %q", id, got, err, token)
	}
}

func token(text string) Stored {
	return Stored{live.Secrets{Token: text}, "https://example.org"}
}

// keeps checks that a store returns the secrets that it stored.
func keeps(t *testing.T, s *Store) {
	t.Helper()
	if s, err := s.Get(1); err != nil || !reflect.DeepEqual(s, Stored{}) {
		t.Errorf("a feed without secrets: %v, %v", s, err)
	}
	s.set(t, 1, someSecrets)
	s.set(t, 2, token("other"))
	if s, err := s.Get(1); err != nil || !reflect.DeepEqual(s, someSecrets) {
		t.Errorf("%v, %v", s, err)
	}
	s.set(t, 1, Stored{})
	s.set(t, 1, Stored{})
	s.has(t, 1, "")
	s.has(t, 2, "other")
	s.set(t, 2, Stored{})
	s.has(t, 2, "")
}

func TestSecretsAreStoredInTheKeyring(t *testing.T) {
	r := secretstest.New()
	s := openStore(t, r)
	keeps(t, s)
	if held, _ := r.Count(); held != 0 {
		t.Errorf("%d entries are left", held)
	}
	if _, err := os.Stat(s.file.path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a file beside the keyring: %v", err)
	}
}

func TestWithoutAKeyringSecretsAreStoredInAPrivateFile(t *testing.T) {
	s := openStore(t, nil)
	keeps(t, s)
	s.set(t, 1, someSecrets)
	info, err := os.Stat(s.file.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	list, err := os.ReadDir(filepath.Dir(s.file.path))
	if err != nil || len(list) != 1 {
		t.Errorf("something was left behind: %v, %v", list, err)
	}
	// A file that all users could read is replaced by a private one.
	if err := os.Chmod(s.file.path, 0o644); err != nil {
		t.Fatal(err)
	}
	s.set(t, 2, someSecrets)
	if info, err := os.Stat(s.file.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAKeyringThatRefusesIsReplacedByTheFile(t *testing.T) {
	r := secretstest.New()
	s := openStore(t, r)
	s.has(t, 9, "")
	r.Refuse(errors.New("locked"))
	s.set(t, 1, someSecrets)
	s.has(t, 1, "t0ken")
	if _, err := s.Get(2); !errors.Is(err, &live.Error{Code: "keyring"}) {
		t.Errorf("what may lie in a locked keyring is not known: %v", err)
	}
	r.Refuse(nil)
	s.AskAgain()
	s.set(t, 1, someSecrets)
	if held, _ := r.Count(); held != 1 {
		t.Errorf("the keyring holds %d", held)
	}
	if file, err := s.file.load(); err != nil || len(file) != 0 {
		t.Errorf("it is still in the file: %v, %v", file, err)
	}
}

func TestASessionBusWithoutAKeyringIsNoHindrance(t *testing.T) {
	r := secretstest.New()
	r.Refuse(errors.New("no such service"))
	s := openStore(t, r)
	s.set(t, 1, someSecrets)
	s.has(t, 1, "t0ken")
	s.set(t, 1, Stored{})
	s.has(t, 1, "")
}

func TestARefusingKeyringIsNotAskedAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := secretstest.New()
		s := openStore(t, r)
		s.set(t, 1, someSecrets)
		_, before := r.Count()
		r.Refuse(errors.New("the dialog was dismissed"))
		for range 10 {
			if _, err := s.Get(1); !errors.Is(err, &live.Error{Code: "keyring"}) {
				t.Error(err)
			}
		}
		if _, asked := r.Count(); asked != before+1 {
			t.Errorf("a user who dismissed one dialog was shown %d", asked-before)
		}
		time.Sleep(RefusalPause)
		r.Refuse(nil)
		s.has(t, 1, "t0ken")
	})
}

func TestASlowKeyringIsNotAnEmptyOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := secretstest.New()
		s := openStore(t, r)
		s.set(t, 1, someSecrets)
		unlock := r.Lock()
		answered := s.Answered()
		begun := time.Now()
		for range 10 {
			if _, err := s.Get(1); !errors.Is(err, &live.Error{Code: "keyring"}) {
				t.Error(err)
			}
		}
		if took := time.Since(begun); took != keyringTimeout {
			t.Errorf("ten questions were waited for for %v", took)
		}
		s.set(t, 2, token("new"))
		s.has(t, 2, "new")
		select {
		case <-answered:
			t.Error("it has not answered")
		default:
		}
		unlock()
		<-answered
		s.has(t, 1, "t0ken")
		s.has(t, 2, "new")
	})
}

func TestALockedKeyringDeletesEntriesOnceItAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := secretstest.New()
		s := openStore(t, r)
		s.set(t, 1, token("one"))
		s.set(t, 2, token("two"))
		unlock := r.Lock()
		s.set(t, 1, Stored{})
		s.set(t, 2, Stored{})
		s.has(t, 1, "")
		s.set(t, 2, token("new"))
		unlock()
		synctest.Wait()
		s.has(t, 9, "") // the keyring works
		synctest.Wait()
		if held, _ := r.Count(); held != 1 {
			t.Errorf("the keyring holds the secrets of %d feeds, want those of one", held)
		}
		s.has(t, 1, "")
		s.has(t, 2, "new")
	})
}

func TestAChangeOfSecretsCanBeUndone(t *testing.T) {
	locked := errors.New("locked")
	for name, c := range map[string]struct{ before, during, after error }{
		"in the keyring":                {},
		"from the keyring to the file":  {nil, locked, locked},
		"from the file to the keyring":  {locked, nil, nil},
		"in the file":                   {locked, locked, locked},
		"when the keyring then refuses": {nil, nil, locked},
	} {
		for _, next := range []Stored{token("new"), {}} {
			for _, old := range []Stored{token("old"), {}} {
				r := secretstest.New()
				s := openStore(t, r)
				r.Refuse(c.before)
				s.set(t, 1, old)
				r.Refuse(c.during)
				s.AskAgain()
				undo, err := s.Set(1, next)
				if err != nil {
					t.Fatal(err)
				}
				r.Refuse(c.after)
				s.AskAgain()
				if err := undo(); err != nil {
					t.Fatal(err)
				}
				r.Refuse(nil)
				s.AskAgain()
				if s, err := s.Get(1); err != nil || s.Token != old.Token {
					t.Errorf("%v: from %q to %q and back: %q, %v", name, old.Token, next.Token, s.Token, err)
				}
			}
		}
	}
}

func TestABrokenSecretsFileIsReportedAndNotChanged(t *testing.T) {
	s := openStore(t, nil)
	if err := os.WriteFile(s.file.path, []byte("{ t0ken"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(1)
	if !errors.Is(err, &live.Error{Code: "secrets"}) || strings.Contains(err.Error(), "t0ken") {
		t.Error(err)
	}
	if _, err := s.Set(1, someSecrets); !errors.Is(err, &live.Error{Code: "secrets"}) {
		t.Error(err)
	}
	if b, err := os.ReadFile(s.file.path); err != nil || string(b) != "{ t0ken" {
		t.Errorf("%q, %v", b, err)
	}
}
