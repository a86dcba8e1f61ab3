package sqlite_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

func TestAFullDiskKeepsTheHistoryAndAppendsGoOnWithFreeSpace(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("a small disk cannot be made here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	fullDisk(t, filepath.Join(dir, "data"), func(*journal.Journal) {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	})
}

func TestADiskThatIsFullAtTheStartIsReportedInASentence(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("a small disk cannot be made here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	refused(t, dir, "disk_full")
}

// disk makes a small disk of its own.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk cannot be made here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// ballast fills the rest of a disk to the last byte, as another program does.
func ballast(t *testing.T, dir string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "ballast")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	return path
}

// On a disk that is full to the last byte, and stays so, less history can be
// kept; publishes then go on by themselves.
func TestTrimmingFreesAFullDisk(t *testing.T) {
	for _, c := range []struct {
		name   string
		size   int
		stop   bool // in between
		others int  // bytes that another program takes meanwhile
	}{
		{"running", 1000, false, 0},
		{"stopped in between", 1000, true, 0},
		{"small messages, and hardly any space at the start", 150, true, 200 << 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			mount := disk(t, "64m")
			dir := filepath.Join(mount, "data")
			db := open(t, dir)
			j, source := channelOf(t, db)
			var kept int64
			for range 20_000 {
				if _, err := j.Append(t.Context(), live.Draft{Source: source, Data: strings.Repeat("x", c.size)}); err != nil {
					t.Fatal(err)
				}
			}
			ballast(t, mount)
			kept = 20_000 + int64(len(fill(t, j, source)))
			if until(t, j, true); j.Tally(source).Kept != kept {
				t.Errorf("%d kept of %d", j.Tally(source).Kept, kept)
			}
			ballast(t, mount) // occupies the space that the released reserve has freed
			for range 5 {
				if err := db.CheckWrite(t.Context()); !errors.Is(err, &live.Error{Code: "disk_full"}) {
					t.Fatalf("CheckWrite: %v", err)
				}
			}
			if c.stop {
				if err := j.Close(); err != nil {
					t.Errorf("the end: %v", err)
				}
				// It may not fit.
				_ = os.WriteFile(filepath.Join(mount, "others"), make([]byte, c.others), 0o600)
				db = open(t, dir)
				j, source = channelOf(t, db)
				if until(t, j, true); j.Last() != kept {
					t.Errorf("after a start the newest is %d of %d", j.Last(), kept)
				}
				if _, err := j.Append(t.Context(), live.Draft{Source: source, Data: "refused"}); !errors.Is(err, &live.Error{Code: "disk_full"}) {
					t.Errorf("a publish: %v", err)
				}
			}
			if err := db.Installation().PutSetting(t.Context(), "settings", "keep less"); err != nil {
				t.Errorf("a setting: %v", err)
			}
			n, err := j.Trim(t.Context(), live.Keep{Messages: kept / 2})
			if err != nil || n != kept-kept/2 {
				t.Fatalf("%d trimmed of %d: %v", n, kept, err)
			}
			until(t, j, false)
			for range 1000 {
				if _, err := j.Append(t.Context(), live.Draft{Source: source, Data: "after"}); err != nil {
					t.Fatalf("after it: %v", err)
				}
			}
		})
	}
}

// readsOnly checks that a history can be read and not written.
func readsOnly(t *testing.T, dir, code string, want []string) {
	t.Helper()
	before := contents(t, dir)
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Error(err)
		return
	}
	j, err := journal.Open(t.Context(), db, journal.Options{})
	if err != nil {
		db.Close()
		t.Error(err)
		return
	}
	s, ok := j.Source("a")
	if !ok {
		t.Error("the source is not there")
	}
	if f := fmt.Sprint(j.Stats().Fault); !strings.Contains(f, "can be read") || !strings.Contains(f, "estart Signalbox") {
		t.Errorf("the fault says %q", f)
	}
	_, err = j.Append(t.Context(), live.Draft{Source: s.ID, Data: "refused"})
	if e, ok := errors.AsType[*live.Error](err); !ok || e.Code != code || e.Hint == "" {
		t.Errorf("a publish: %v", err)
	}
	if _, err := j.AddSource(t.Context(), live.Source{Name: "new", Kind: live.ChannelSource}); !errors.Is(err, &live.Error{Code: code}) {
		t.Errorf("a new channel: %v", err)
	}
	if _, err := j.Trim(t.Context(), live.Keep{Messages: 1}); !errors.Is(err, &live.Error{Code: code}) {
		t.Errorf("trimming: %v", err)
	}
	holds(t, j, want)
	// Several pages at the same time.
	errs := make(chan error)
	for range 8 {
		go func() {
			p, err := j.Read(t.Context(), live.Query{Newest: true, Limit: 10, Filter: live.Filter{Sources: []int64{s.ID}}})
			if err == nil && (len(p.Messages) == 0 || p.Messages[len(p.Messages)-1].Data != want[len(want)-1]) {
				err = fmt.Errorf("a page of %d messages", len(p.Messages))
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Errorf("the end: %v", err)
	}
	if after := contents(t, dir); !reflect.DeepEqual(after, before) {
		t.Errorf("something was written: %v, before %v", slices.Collect(maps.Keys(after)), slices.Collect(maps.Keys(before)))
	}
}

// contents returns the database and its log.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, name := range []string{"signalbox.db", "signalbox.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
		all[name] = string(b)
	}
	return all
}

// history makes a history in dir, which ends with a stop or a kill.
func history(t *testing.T, dir string, killed bool) (want []string) {
	t.Helper()
	made := t.TempDir()
	j, source := channel(t, made)
	for i := range 300 {
		want = append(want, fmt.Sprint(i))
		if _, err := j.Append(t.Context(), live.Draft{Source: source, Data: want[i]}); err != nil {
			t.Fatal(err)
		}
	}
	if !killed {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range contents(t, made) {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return want
}

func TestAHistoryThatCannotBeWrittenCanBeRead(t *testing.T) {
	for _, killed := range []bool{false, true} {
		name := map[bool]string{false: "after a stop", true: "after a kill"}[killed]
		t.Run("read-only disk "+name, func(t *testing.T) {
			dir := disk(t, "16m")
			want := history(t, dir, killed)
			if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
				t.Fatal(err)
			}
			readsOnly(t, dir, "read_only", want)
		})
		t.Run("full disk "+name, func(t *testing.T) {
			dir := disk(t, "16m")
			want := history(t, dir, killed)
			path := ballast(t, dir)
			readsOnly(t, dir, "disk_full", want)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			j, source := channel(t, dir)
			if _, err := j.Append(t.Context(), live.Draft{Source: source, Data: "after"}); err != nil {
				t.Errorf("with space again: %v", err)
			}
			holds(t, j, append(want, "after"))
		})
		t.Run("read-only files "+name, func(t *testing.T) {
			if os.Geteuid() == 0 {
				t.Skip("permissions mean nothing to root")
			}
			dir := t.TempDir()
			want := history(t, dir, killed)
			for _, entry := range []string{"signalbox.db", "signalbox.db-wal"} {
				os.Chmod(filepath.Join(dir, entry), 0o444)
			}
			if err := os.Chmod(dir, 0o555); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(dir, 0o700)
			readsOnly(t, dir, "read_only", want)
		})
	}
}

func TestAFolderThatCannotBeWrittenIsReportedInASentence(t *testing.T) {
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	asNobody(t, func() {
		refused(t, closed, "read_only")
		refused(t, filepath.Join(closed, "new"), "read_only")
	})
}

// asNobody runs fn without root's right to write everything.
func asNobody(t *testing.T, fn func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		fn()
		return
	}
	// Permissions mean nothing to root, so this thread goes on as nobody; it is
	// thrown away afterwards.
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Error(err)
			return
		}
		fn()
	}()
	<-done
}
