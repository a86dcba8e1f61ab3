//go:build unix

package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"signalbox/backend/node"
)

// TestMain makes this test binary the program, with and without a window, so
// that scripts run real processes.
func TestMain(m *testing.M) {
	program := func(window func(context.Context, node.Options) error) func() {
		return func() {
			os.Exit(Main(Program{
				Version: "1.2.3", Assets: page(), Window: window, Args: os.Args[1:],
				Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
				Now: storyClock(os.Getenv(clockVariable)),
			}))
		}
	}
	testscript.Main(m, map[string]func(){
		"signalbox": program(func(context.Context, node.Options) error {
			return errors.New("no story opens the window")
		}),
		"signalbox-server": program(nil),
	})
}

// TestStories runs testdata/script. Each script tests a promise to the user with
// real processes, real sockets and a real disk. README.md
// beside the scripts lists the commands.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		// All run at once, each for seconds, so one that hangs is noticed soon.
		Deadline: time.Now().Add(3 * time.Minute),
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"} {
				env.Setenv(name, filepath.Join(env.WorkDir, strings.ToLower(name)))
			}
			env.Setenv("TWO", "two\nlines")
			// No keyring here: secrets go to the file.
			env.Setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
			env.Setenv(clockVariable, filepath.Join(env.WorkDir, "clock"))
			s := newStory(env)
			env.Values[storyKey{}] = s
			env.Defer(s.end)
			return nil
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"listening": listening,
			"get":       get,

			"serve":    command((*story).serve),
			"signal":   command((*story).signal),
			"ended":    command((*story).ended),
			"quit":     command((*story).quit),
			"kill9":    command((*story).kill9),
			"api":      command((*story).api),
			"follow":   command((*story).follow),
			"wait-api": command((*story).waitAPI),

			"subscribe":     command((*story).subscribe),
			"hang-up":       command((*story).hangUp),
			"resume":        command((*story).resume),
			"stop-reading":  command((*story).stopReading),
			"go-on-reading": command((*story).goOnReading),

			"publish-many":  command((*story).publishMany),
			"finish":        command((*story).finish),
			"begin-publish": command((*story).beginPublish),
			"history":       command((*story).history),
			"each-once":     command((*story).eachOnce),

			"waitfor":   command((*story).waitFor),
			"clock":     command((*story).clock),
			"disk":      command((*story).disk),
			"fill-disk": command((*story).fillDisk),
			"remount":   command((*story).remount),
			"damage":    command((*story).damage),

			"keyring":        command((*story).startKeyring),
			"lock-keyring":   command((*story).lockKeyring),
			"unlock-keyring": command((*story).unlockKeyring),
			"listen-in":      command((*story).listenIn),
			"files":          command((*story).files),
		},
	})
}

// listening DIR waits until the Signalbox on that data folder answers, and
// sets $URL.
func listening(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listening DIR")
	}
	for range 200 {
		b, err := os.ReadFile(filepath.Join(ts.MkAbs(args[0]), node.AddressFile))
		if err == nil {
			url, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
			// Whether the certificate is the right one is not asked here.
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
			if res, err := client.Get(url + "/healthz"); err == nil {
				res.Body.Close()
				ts.Setenv("URL", url)
				return
			}
		}
		time.Sleep(50 * time.Millisecond) // another process: there is nothing to wait on
	}
	ts.Fatalf("no Signalbox listens on %s", args[0])
}

// get [-status N] URL prints a body.
func get(ts *testscript.TestScript, neg bool, args []string) {
	want := "200"
	if len(args) == 3 && args[0] == "-status" {
		want, args = args[1], args[2:]
	}
	if neg || len(args) != 1 {
		ts.Fatalf("usage: get [-status N] URL")
	}
	res, err := http.Get(args[0])
	ts.Check(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	if got := fmt.Sprint(res.StatusCode); got != want {
		ts.Fatalf("GET %s: status %s, want %s: %s", args[0], got, want, body)
	}
	fmt.Fprintf(ts.Stdout(), "%s\n", body)
}
