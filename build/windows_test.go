package build_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const mingw = "x86_64-w64-mingw32-gcc"

func TestForWindowsTheProgramCompilesWithItsWindow(t *testing.T) {
	need(t, mingw, "mingw-w64")
	compile(t, "windows-window", "signalbox.exe")
}

func TestForWindowsTheServerProgramServesUnderWine(t *testing.T) {
	need(t, mingw, "mingw-w64")
	program := compile(t, "windows-server", "signalbox-server.exe")
	need(t, "wine", "wine")
	w := startWine(t)
	const within = time.Minute // its first start is slow

	// Another program has the port that it listens at where it is told nothing,
	// and so it takes the next one.
	taken, err := net.Listen("tcp", "127.0.0.1:4480")
	if err == nil {
		defer taken.Close()
	}
	s := serve(t, w.command(program, "serve", "--data", "data"), within)
	if strings.HasSuffix(s.url, ":4480") {
		t.Errorf("it listens at %s, which was taken", s.url)
	}
	s.publishAndRead(t)

	// The command line finds the server by the data folder.
	if out, err := w.command(program, "publish", "--data", "data", "greetings", "from the command line").CombinedOutput(); err != nil {
		t.Errorf("publish: %v: %s", err, out)
	}
	if history := s.ask(t, http.StatusOK, "GET", "/sources/greetings/messages", ""); !strings.Contains(history, "from the command line") {
		t.Errorf("the history is %s", history)
	}

	// A port that it is told to take.
	addr := strings.TrimPrefix(s.url, "http://")
	out, err := w.command(program, "serve", "--data", "other", "--addr", addr).CombinedOutput()
	if err == nil || !strings.Contains(string(out), addr+" is taken by another program.") {
		t.Errorf("%v: %s", err, out)
	}

	// A folder that is in use.
	out, err = w.command(program, "serve", "--data", "data", "--addr", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "Another Signalbox has this history open") {
		t.Errorf("%v: %s", err, out)
	}

	// After a kill the history is there.
	w.kill(t)
	s.Wait()
	s = serve(t, w.command(program, "serve", "--data", "data", "--addr", "127.0.0.1:0"), within)
	if history := s.ask(t, http.StatusOK, "GET", "/sources/greetings/messages", ""); !strings.Contains(history, "from the command line") {
		t.Errorf("after a kill the history is %s", history)
	}
	s.publishAndRead(t)
}

// A wine is a Windows of its own, with the processes that run in it.
type wine struct {
	prefix, dir string
}

// startWine makes one that has what Go needs.
func startWine(t *testing.T) *wine {
	t.Helper()
	w := &wine{prefix: filepath.Join(t.TempDir(), "prefix"), dir: t.TempDir()}
	if out, err := w.command("wineboot", "--init").CombinedOutput(); err != nil {
		t.Fatalf("wineboot: %v\n%s", err, out)
	}
	t.Cleanup(func() { w.kill(t) })
	library := filepath.Join(w.prefix, "drive_c", "windows", "system32", "bcryptprimitives.dll")
	if _, err := os.Stat(library); err == nil {
		return w
	}
	cmd := exec.CommandContext(t.Context(), mingw, "-shared", "-O2", "-o", library, "testdata/bcryptprimitives.c", "-ladvapi32")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return w
}

func (w *wine) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command("wine", append([]string{program}, args...)...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "WINEPREFIX="+w.prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", "DISPLAY=")
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// kill ends everything that runs in it, at once.
func (w *wine) kill(t *testing.T) {
	t.Helper()
	for _, flag := range []string{"-k", "-w"} { // end them, and wait for that
		cmd := exec.Command("wineserver", flag)
		cmd.Env = append(os.Environ(), "WINEPREFIX="+w.prefix)
		_ = cmd.Run() // where nothing runs, -k ends with an error
	}
}
