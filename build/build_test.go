// Package build_test builds the program as it is shipped and tries the result,
// where the other tests try its packages. build/test.sh runs it in stages of
// its own. A test whose tools are not installed says so after "skipped:".
package build_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// compile runs compile.sh and returns the path of the program.
func compile(t *testing.T, which, name string, env ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), name)
	cmd := exec.CommandContext(t.Context(), "./compile.sh", which, program)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// need skips the test where a tool is not installed.
func need(t *testing.T, tool, name string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skip("skipped: no " + name)
	}
}

// A server is `signalbox serve` with a data folder of its own.
type server struct {
	*exec.Cmd
	log   bytes.Buffer // standard error; read it after the end
	url   string
	token string
}

// serve starts cmd, which must be `signalbox serve`, and returns when it prints
// its address. It is killed with the test at the latest.
func serve(t *testing.T, cmd *exec.Cmd, within time.Duration) *server {
	t.Helper()
	s := &server{Cmd: cmd}
	cmd.Stderr = &s.log
	cmd.WaitDelay = 10 * time.Second // wine leaves processes that hold the pipes
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	late := time.AfterFunc(within, func() { cmd.Process.Kill() })
	defer late.Stop()
	var text strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&text, lines.Text())
		if _, address, ok := strings.Cut(lines.Text(), "Dashboard: "); ok {
			s.url, s.token, _ = strings.Cut(strings.TrimSpace(address), "/?token=")
			go io.Copy(io.Discard, out)
			return s
		}
	}
	cmd.Wait()
	t.Fatalf("it does not listen within %v: %v\n%s%s", within, cmd.ProcessState, &text, &s.log)
	return nil
}

// ask sends a request and returns the answer, which must have that status.
func (s *server) ask(t *testing.T, status int, method, path, body string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != status {
		t.Fatalf("%s %s: %s %s %v", method, path, res.Status, answer, err)
	}
	return string(answer)
}

// publishAndRead publishes a message, reads it from the history and from a
// stream, and asks for the health.
func (s *server) publishAndRead(t *testing.T) {
	t.Helper()
	const data = "hello from one program to another"
	s.ask(t, http.StatusCreated, "POST", "/channels/greetings/messages", data)
	var page struct{ Messages []struct{ Data string } }
	if err := json.Unmarshal([]byte(s.ask(t, http.StatusOK, "GET", "/sources/greetings/messages", "")), &page); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, m := range page.Messages {
		found = found || m.Data == data
	}
	if !found {
		t.Errorf("the history is %+v", page)
	}
	s.ask(t, http.StatusOK, "GET", "/healthz", "")

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", s.url+"/events/greetings?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if lines.Text() == "data: "+data {
			return
		}
	}
	t.Error("the stream ended without the message")
}
