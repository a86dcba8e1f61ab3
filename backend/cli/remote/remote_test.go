package remote

import (
	"os"
	"path/filepath"
	"testing"

	"signalbox/backend/cli/flags"
	"signalbox/backend/node"
	"signalbox/backend/setting"
)

func TestAStoredTokenIsSentToTheOwnServerOnly(t *testing.T) {
	for _, c := range []struct {
		server, address string
		sent            bool
	}{
		{"http://127.0.0.1:4480", "http://127.0.0.1:4480/events/a?after=0", true},
		{"http://127.0.0.1:4480/", "HTTP://127.0.0.1:4480", true},
		{"https://box.example", "https://BOX.example:443/events", true},
		{"http://127.0.0.1:4480", "https://127.0.0.1:4480/events/a", false},
		{"http://127.0.0.1:4480", "http://127.0.0.1:4481/events/a", false},
		{"http://127.0.0.1:4480", "http://127.0.0.1/events/a", false},
		{"http://127.0.0.1:4480", "http://localhost:4480/events/a", false}, // may be ::1
		{"http://127.0.0.1:4480", "http://127.0.0.1:4480@example.org/events/a", false},
		{"http://127.0.0.1:4480", "http://example.org/?http://127.0.0.1:4480", false},
		{"http://127.0.0.1:4480", "http://127.0.0.1:4480.example.org/", false},
		{"https://box.example", "https://box.example.evil.example/events", false},
		{"https://box.example", "https://example/events", false},
		{"https://box.example", "https://evil.example#@box.example/events", false},
	} {
		f := Flags{Set: flags.Set{
			Values: setting.Values{setting.URL: c.server, setting.Token: "a-secret-of-mine-0001"},
			Typed:  map[*setting.Setting]bool{},
		}}
		if got := f.TokenFor(c.address) != ""; got != c.sent {
			t.Errorf("%s of %s: sent %v", c.address, c.server, got)
		}
		f.Typed[setting.Token] = true
		if f.TokenFor(c.address) == "" {
			t.Errorf("%s: a token on the command line is not sent", c.address)
		}
	}
}

func TestAnEmptyAddressFileIsNone(t *testing.T) {
	dir := t.TempDir()
	f := Flags{Set: flags.Set{Values: setting.Values{setting.Data: dir}}}
	want := f.URL() // without the file
	if err := os.WriteFile(filepath.Join(dir, node.AddressFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := f.URL(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
