//go:build unix

package cli

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"signalbox/backend/setting"
)

// A story is what runs beside one script: its servers, subscribers and
// publishers, by the names that the script gave them.
type story struct {
	*testscript.TestScript // of the command that runs
	neg                    bool

	kept        []string // names of the environment that a server inherits
	servers     map[string]*box
	subscribers map[string]*subscriber
	publishers  map[string]*publisher
	disks       map[string]*disk // by folder
	keyring     *keyring         // nil without
}

type storyKey struct{}

// patience is how long a command waits for what must happen.
const patience = 20 * time.Second

func newStory(env *testscript.Env) *story {
	s := &story{
		servers: map[string]*box{}, subscribers: map[string]*subscriber{},
		publishers: map[string]*publisher{}, disks: map[string]*disk{},
	}
	for _, v := range env.Vars {
		name, _, _ := strings.Cut(v, "=")
		s.kept = append(s.kept, name)
	}
	// A script may set any variable of the program later.
	s.kept = append(s.kept, "SIGNALBOX_CONFIG")
	for _, known := range setting.All() {
		s.kept = append(s.kept, known.Env())
	}
	return s
}

// end stops everything that the script has left running.
func (s *story) end() {
	for _, sub := range s.subscribers {
		sub.hangUp()
	}
	for _, b := range s.servers {
		b.cmd.Process.Kill()
		<-b.done
	}
	for _, p := range s.publishers {
		p.stop()
	}
	for _, d := range s.disks {
		d.remove()
	}
	if s.keyring != nil {
		s.keyring.end()
	}
}

// command makes a command of a script of a method.
func command(run func(*story, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		s := ts.Value(storyKey{}).(*story)
		s.TestScript, s.neg = ts, neg
		run(s, args)
	}
}

// flags parses the flags before a command's arguments, and fails unless there
// are at least as many of those as usage names.
func (s *story) flags(usage string, least int, args []string, define func(*flag.FlagSet)) []string {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	if define != nil {
		define(set)
	}
	if err := set.Parse(args); err != nil {
		s.Fatalf("%v; usage: %s", err, usage)
	}
	if set.NArg() < least {
		s.Fatalf("usage: %s", usage)
	}
	return set.Args()
}

// environment is what a server is started with.
func (s *story) environment() []string {
	var env []string
	for _, name := range s.kept {
		if v := s.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// eventually waits until f reports true. It fails with the state that f returned.
func (s *story) eventually(within time.Duration, f func() (done bool, state string)) {
	for end := time.Now().Add(within); ; time.Sleep(10 * time.Millisecond) { // another process: there is nothing to wait on
		done, state := f()
		if done {
			return
		}
		if time.Now().After(end) {
			s.Fatalf("not within %s: %s", within, state)
		}
	}
}

// waitfor [-count N] [-within DURATION] FILE PATTERN waits until so many lines
// of a file match a regular expression.
func (s *story) waitFor(args []string) {
	count, within := 1, patience
	args = s.flags("waitfor [-count N] [-within DURATION] FILE PATTERN", 2, args, func(f *flag.FlagSet) {
		f.IntVar(&count, "count", count, "")
		f.DurationVar(&within, "within", within, "")
	})
	pattern, err := regexp.Compile(args[1])
	s.Check(err)
	s.eventually(within, func() (bool, string) {
		text, err := os.ReadFile(s.MkAbs(args[0]))
		if err != nil {
			return false, err.Error()
		}
		found := 0
		for line := range bytes.Lines(text) {
			if pattern.Match(bytes.TrimSuffix(line, []byte("\n"))) {
				found++
			}
		}
		return found >= count, fmt.Sprintf("%d of %d lines like %s in %s:\n%s", found, count, args[1], args[0], last(string(text), 2000))
	})
}

// last returns the end of a long text.
func last(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return "…" + text[len(text)-n:]
}
