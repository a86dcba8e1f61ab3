package node

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"signalbox/backend/live"
)

// TestAHistoryOnAReadOnlyDiskCanBeRead starts where nothing can
// be written: what is there is shown and sent, publishers are told why not, and
// feeds wait.
func TestAHistoryOnAReadOnlyDiskCanBeRead(t *testing.T) {
	for _, c := range []struct {
		name, code  string
		spoil, heal func(t *testing.T, dir string)
	}{
		{"read-only", "read_only", func(t *testing.T, dir string) {
			if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
				t.Fatal(err)
			}
		}, func(t *testing.T, dir string) {
			if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, ""); err != nil {
				t.Fatal(err)
			}
		}},
		{"full", "disk_full", func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "signalbox.reserve")); err != nil {
				t.Fatal(err)
			}
			f, err := os.Create(filepath.Join(dir, "ballast"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for size := 1 << 20; size > 0; {
				if _, err := f.Write(make([]byte, size)); err != nil {
					size /= 2
				}
			}
		}, func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16m"); err != nil {
				t.Skipf("a small disk cannot be made here: %v", err)
			}
			defer syscall.Unmount(dir, syscall.MNT_DETACH)
			remote := run(t, Options{})
			r := run(t, Options{DataFolder: dir})
			for i := range 20 {
				if code, e := r.publish(fmt.Sprintf("<%d>", i)); code != http.StatusCreated {
					t.Fatal(code, e)
				}
			}
			if code := r.ask("POST", "/api/feeds", fmt.Sprintf(`{"name":"far","url":%q}`, remote.URL()+"/events/a"), nil); code != http.StatusCreated {
				t.Fatalf("a feed: %d", code)
			}
			// Until the feed is connected it gets nothing.
			r.arrives("far", "before", func() { remote.publish("before") })
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			c.spoil(t, dir)

			r = run(t, Options{DataFolder: dir})
			if s := r.trouble("signalbox_journal_fault"); !strings.Contains(s, "can be read") {
				t.Errorf("it says %q", s)
			}
			if code, e := r.publish("refused"); code != http.StatusServiceUnavailable || e.Code != c.code || e.Hint == "" {
				t.Errorf("a publish: %d %+v", code, e)
			}
			if code, e := remote.publish("from afar"); code != http.StatusCreated {
				t.Fatal(code, e)
			}
			var page struct{ Messages []struct{ Data string } }
			if code := r.ask("GET", "/sources/a/messages", "", &page); code != http.StatusOK || len(page.Messages) != 20 {
				t.Errorf("a page: %d, %d messages", code, len(page.Messages))
			}
			res, err := http.Get(r.URL() + "/events/a?after=0")
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var text []byte
			for b := make([]byte, 64<<10); !bytes.Contains(text, []byte("<19>")); {
				n, err := res.Body.Read(b)
				if err != nil {
					t.Fatalf("the stream ends: %v", err)
				}
				text = append(text, b[:n]...)
			}
			var got refusal
			if code := r.ask("PUT", "/api/settings", `{"theme":"light"}`, &got); code != http.StatusServiceUnavailable || got.Error.Code != c.code {
				t.Errorf("a setting: %d %+v", code, got.Error)
			}
			if err := r.stop(); err != nil && !errors.Is(err, &live.Error{Code: c.code}) {
				t.Errorf("the end: %v", err)
			}

			// The feed has waited: what came meanwhile is asked for again.
			c.heal(t, dir)
			r = run(t, Options{DataFolder: dir})
			r.arrives("far", "from afar", func() {})
			if code, e := r.publish("after"); code != http.StatusCreated {
				t.Error(code, e)
			}
			if err := r.stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// arrives does something again and again until a source's newest message has
// that data.
func (r *running) arrives(source, data string, meanwhile func()) {
	r.t.Helper()
	var page struct{ Messages []struct{ Data string } }
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		meanwhile()
		page.Messages = nil
		r.ask("GET", "/sources/"+source+"/messages?q=is:event", "", &page)
		if n := len(page.Messages); n > 0 && page.Messages[n-1].Data == data {
			return
		}
	}
	r.t.Fatalf("%s has %+v, not %q", source, page.Messages, data)
}
