package build_test

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTheServerProgramIsStaticAndTheSameButForTheWindow(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("skipped: not Linux")
	}
	// GTK and WebKit are found with pkg-config and in no other way.
	program := compile(t, "server", "signalbox-server", "PKG_CONFIG=false")

	t.Run("it needs no library of the system", func(t *testing.T) {
		file, err := elf.Open(program)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		libraries, err := file.ImportedLibraries()
		if err != nil || len(libraries) > 0 {
			t.Errorf("it needs %q: %v", libraries, err)
		}
		for _, p := range file.Progs {
			if p.Type == elf.PT_INTERP {
				t.Error("it needs a dynamic linker")
			}
		}
	})

	t.Run("it contains nothing of Wails", func(t *testing.T) {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "..").CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, path := range strings.Fields(string(out)) {
			if strings.Contains(path, "wailsapp") || path == "signalbox/backend/desk" {
				t.Errorf("it contains %s", path)
			}
		}
	})

	t.Run("without a command it says how to serve", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), program)
		cmd.Env = bare(t)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "built without a window") || !strings.Contains(string(out), "signalbox serve") {
			t.Errorf("%v: %s", err, out)
		}
	})

	t.Run("it serves", func(t *testing.T) {
		cmd := exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--data", t.TempDir())
		cmd.Env = bare(t)
		s := serve(t, cmd, 20*time.Second)
		s.publishAndRead(t)
		if err := s.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := s.Wait(); err != nil || s.log.Len() > 0 {
			t.Errorf("it ended with %v\n%s", err, &s.log)
		}
	})

	t.Run("stories hold for it", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-run", "^TestStories$/^(resume|power-cut)$", "./backend/cli")
		cmd.Dir = ".."
		cmd.Env = append(os.Environ(), "SIGNALBOX_STORY_PROGRAM="+program)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "PASS: TestStories/resume") || !strings.Contains(string(out), "PASS: TestStories/power-cut") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// bare is an environment with nothing in it but a home of its own.
func bare(t *testing.T) []string {
	return []string{"HOME=" + t.TempDir(), "DBUS_SESSION_BUS_ADDRESS=disabled:"}
}

// TestTheSetUpStopsAtLanguagesThatAreTooOld runs setup.sh with a go or a node
// that says an old version.
func TestTheSetUpStopsAtLanguagesThatAreTooOld(t *testing.T) {
	need(t, "node", "Node.js")
	for _, c := range []struct {
		program, says string // what is put before the real ones in PATH
		want          string
	}{
		{"go", "go1.25.9", "Go 1.25.9 is too old. Signalbox needs Go 1.26"},
		{"go", "go1.19.8", "Go 1.19.8 is too old."},
		{"node", "v20.18.3", "Node.js 20.18.3 is too old. Signalbox needs Node.js 20.19"},
		{"node", "v8.17.0", "Node.js 8.17.0 is too old."},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.program), []byte("#!/bin/sh\necho "+c.says+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, purpose := range []string{"server", "window", "test"} {
			cmd := exec.CommandContext(t.Context(), "./setup.sh", purpose)
			cmd.Env = append(slices.Clone(os.Environ()), "PATH="+dir+":"+os.Getenv("PATH"))
			out, err := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() != 1 || !strings.HasPrefix(string(out), c.want) {
				t.Errorf("%s %s: %v %s", c.program, c.says, err, out)
			}
		}
	}
}
