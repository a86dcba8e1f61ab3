package setting

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"signalbox/backend/live"
)

func TestEverySettingIsDescribedInFull(t *testing.T) {
	names := map[string]bool{}
	for _, s := range All() {
		if s.Name == "" || s.Help == "" || s.Label == "" || s.Group == "" || s.For == 0 {
			t.Errorf("%s lacks a word: %+v", s.Name, s)
		}
		if s.Kind != Switch && s.Placeholder == "" {
			t.Errorf("%s has no placeholder", s.Name)
		}
		for _, name := range []string{s.Name, s.Flag(), s.Env()} {
			if names[name] && name != s.Name {
				t.Errorf("%s is the name of two settings", name)
			}
			names[name] = true
		}
		if !strings.HasSuffix(s.Help, ".") || strings.Contains(s.Label, ".") {
			t.Errorf("%s: %q and %q", s.Name, s.Label, s.Help)
		}
		if s.Restart && !s.RunTime {
			t.Errorf("%s: only a change at run time can wait for a restart", s.Name)
		}
		if s.Default != "" {
			if err := s.Validate(s.Default); err != nil {
				t.Errorf("%s: its default is refused: %v", s.Name, err)
			}
		}
	}
}

// refusedTexts returns texts that a setting must refuse, wherever they come
// from.
func refusedTexts(s *Setting) []string {
	switch {
	case s.Kind == Number:
		texts := []string{"many", "1.5", "", strconv.FormatInt(s.Least-1, 10)}
		if s.Most != unbounded {
			texts = append(texts, strconv.FormatInt(s.Most+1, 10))
		}
		return texts
	case s.Kind == Switch:
		return []string{"perhaps", ""}
	case s.Choices != nil:
		return []string{"pink", ""}
	}
	return nil
}

func TestABadValueIsRefusedWithOneSentence(t *testing.T) {
	for _, s := range All() {
		for _, text := range refusedTexts(s) {
			value, err := s.Parse(text)
			if err == nil {
				err = s.Validate(value)
			}
			e, ok := errors.AsType[*live.Error](err)
			if !ok || e.Message != s.Refuse().Message || e.Field != s.Name || !strings.HasPrefix(e.Message, s.Label) {
				t.Errorf("%s=%q: %v", s.Name, text, err)
			}
		}
		if s.Kind == Number {
			for _, n := range []int64{s.Least, s.Most} {
				if err := s.Validate(n); err != nil {
					t.Errorf("%s=%d: %v", s.Name, n, err)
				}
			}
		}
	}
}

func TestAFolderOfTheAPIIsAnAbsolutePath(t *testing.T) {
	if err := Data.Validate("not/whole"); !errors.Is(err, &live.Error{Code: "bad_folder"}) {
		t.Error(err)
	}
	if err := Data.Validate(filepath.Join(t.TempDir(), "data")); err != nil {
		t.Error(err)
	}
}

func TestValuesComeBackFromTheirJSON(t *testing.T) {
	set := Values{Theme: "dark", KeepMessages: int64(7), CreateChannels: false, Token: "a-secret-of-mine-0001"}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseJSON(text)
	delete(set, Token) // it cannot be changed at run time, so it is not in the JSON
	if err != nil || !reflect.DeepEqual(got, set) {
		t.Errorf("%v of %s: %v", got, text, err)
	}
	if strings.Contains(string(text), "secret") {
		t.Errorf("the token is in %s", text)
	}
}

func TestTheObjectOfTheAPIHasEverySettingThatCanBeChangedAtRunTime(t *testing.T) {
	text, err := json.Marshal(Values{Heartbeat: int64(20)}.Object())
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseJSON(text)
	delete(got, Data) // "" by default, which is no folder
	for _, s := range All() {
		if s.RunTime && s != Data && !got.Set(s) {
			t.Errorf("%s is missing: %v", s.Name, err)
		}
	}
	if got.Number(Heartbeat) != 20 || got.Number(MaxEvent) != 16<<20 {
		t.Errorf("%s", text)
	}
}

func TestOneBadSettingDoesNotSpoilTheOthers(t *testing.T) {
	for text, field := range map[string]string{
		`{"theme":"dark","port":70000}`:             "port",
		`{"theme":"dark","keep":{"messages":-1}}`:   "keep.messages",
		`{"theme":"dark","keep":{"mesages":1}}`:     "keep.mesages",
		`{"theme":"dark","keep":7}`:                 "keep",
		`{"theme":"dark","heartbeat_s":"15"}`:       "heartbeat_s",
		`{"theme":"dark","create_channels":null}`:   "create_channels",
		`{"theme":"dark","max_event":1e99}`:         "max_event",
		`{"theme":"dark","token":"a-secret-of-it"}`: "token",
	} {
		got, err := ParseJSON([]byte(text))
		e, ok := errors.AsType[*live.Error](err)
		if !ok || e.Field != field || len(got) != 1 || got.Text(Theme) != "dark" {
			t.Errorf("%s: %v and %v", text, got, err)
		}
	}
	if _, err := ParseJSON([]byte(`[]`)); !errors.Is(err, &live.Error{Code: "bad_json"}) {
		t.Error(err)
	}
}

func TestATokenThatCanBeGuessedOrNotBeSentIsRefused(t *testing.T) {
	for token, code := range map[string]string{
		"secret": "short_token", "fifteen-letters": "short_token", "ääääääääääääää": "short_token",
		" sixteen-letters ": "bad_token", "sixteen\nletters-": "bad_token", strings.Repeat("\xff", 16): "bad_token",
	} {
		e, ok := errors.AsType[*live.Error](Token.Validate(token))
		if !ok || e.Code != code || e.Field != "token" || e.Hint == "" || strings.Contains(e.Error(), token) {
			t.Errorf("%q: %v", token, e)
		}
	}
	if err := Token.Validate("sixteen-letters."); err != nil {
		t.Error(err)
	}
}

func TestTheReferenceHasEverySettingWithItsDefault(t *testing.T) {
	text := Reference()
	for _, s := range All() {
		if line := fmt.Sprintf("\n#%s = %s\n", s.Flag(), s.TOML(s.Default)); !strings.Contains(text, line) {
			t.Errorf("the reference lacks %q", line)
		}
	}
	for line := range strings.Lines(text) {
		if len(line) > 80 {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
}
