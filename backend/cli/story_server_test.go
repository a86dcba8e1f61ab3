//go:build unix

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// programVariable names the program that stories serve with in place of this
// test binary, such as the one that is shipped.
const programVariable = "SIGNALBOX_STORY_PROGRAM"

// A box is a running `signalbox serve`.
type box struct {
	cmd        *exec.Cmd
	done       chan struct{} // closed when it has ended
	url, token string
}

// serve NAME DIR [FLAG…] starts `signalbox serve` on a data folder and waits
// until it is ready. It sets $NAME to its address and $NAME_token; what it
// prints goes to NAME.out and NAME.err. A box that is started again gets the
// port that it had, so that its subscribers find it.
func (s *story) serve(args []string) {
	if s.neg || len(args) < 2 {
		s.Fatalf("usage: serve NAME DIR [FLAG…]")
	}
	name, dir, flags := args[0], s.MkAbs(args[1]), args[2:]
	if b, ok := s.servers[name]; ok {
		select {
		case <-b.done:
		default:
			s.Fatalf("%s is running", name)
		}
	}
	program := os.Getenv(programVariable)
	if program == "" {
		var err error
		program, err = exec.LookPath("signalbox")
		s.Check(err)
	}
	argv := append([]string{program, "serve", "--data", dir, "--addr", s.address(name)}, flags...)
	for folder, d := range s.disks {
		if dir == folder || strings.HasPrefix(dir, folder+"/") {
			argv = append(d.enter(s.MkAbs(".")), argv...)
		}
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = s.MkAbs("."), s.environment()
	out, err := os.Create(s.MkAbs(name + ".out"))
	s.Check(err)
	defer out.Close()
	log, err := os.Create(s.MkAbs(name + ".err"))
	s.Check(err)
	defer log.Close()
	cmd.Stdout, cmd.Stderr = out, log
	s.Check(cmd.Start())
	b := &box{cmd: cmd, done: make(chan struct{})}
	go func() { defer close(b.done); cmd.Wait() }()
	s.servers[name] = b
	s.eventually(patience, func() (bool, string) {
		text := s.ReadFile(name + ".out")
		_, rest, ok := strings.Cut(text, "Dashboard: ")
		line, _, whole := strings.Cut(rest, "\n")
		if ok && whole {
			b.url, b.token, _ = strings.Cut(line, "/?token=")
			return true, ""
		}
		select {
		case <-b.done:
			s.Fatalf("%s ended: %v\n%s%s", name, cmd.ProcessState, text, s.ReadFile(name+".err"))
		default:
		}
		return false, name + " is not ready:\n" + text
	})
	s.Setenv(name, b.url)
	s.Setenv(name+"_token", b.token)
}

// address returns the address of a box: the one of before, or one with a free port.
func (s *story) address(name string) string {
	if b, ok := s.servers[name]; ok {
		if u, err := url.Parse(b.url); err == nil && u.Host != "" {
			if _, port, err := net.SplitHostPort(u.Host); err == nil {
				return "127.0.0.1:" + port
			}
		}
	}
	return "127.0.0.1:0"
}

func (s *story) box(name string) *box {
	b, ok := s.servers[name]
	if !ok {
		s.Fatalf("there is no box %s", name)
	}
	return b
}

var signals = map[string]syscall.Signal{
	"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL, "STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT,
}

// signal SIGNAL NAME sends INT, TERM, KILL, STOP or CONT.
func (s *story) signal(args []string) {
	if s.neg || len(args) != 2 || signals[args[0]] == 0 {
		s.Fatalf("usage: signal INT|TERM|KILL|STOP|CONT NAME")
	}
	s.Check(s.box(args[1]).cmd.Process.Signal(signals[args[0]]))
}

// ended [-code N] [-within DURATION] NAME waits until a box has ended.
func (s *story) ended(args []string) {
	code, within := 0, patience
	args = s.flags("ended [-code N] [-within DURATION] NAME", 1, args, func(f *flag.FlagSet) {
		f.IntVar(&code, "code", code, "")
		f.DurationVar(&within, "within", within, "")
	})
	b := s.box(args[0])
	select {
	case <-b.done:
	case <-time.After(within):
		s.Fatalf("%s has not ended within %s", args[0], within)
	}
	if got := b.cmd.ProcessState.ExitCode(); got != code {
		s.Fatalf("%s ended with %v, want exit code %d\n%s", args[0], b.cmd.ProcessState, code, s.ReadFile(args[0]+".err"))
	}
}

// quit [-within DURATION] NAME ends a box as a service manager does: SIGTERM,
// and it must end well. (testscript has a stop of its own, which ends the
// script.)
func (s *story) quit(args []string) {
	within := patience
	args = s.flags("quit [-within DURATION] NAME", 1, args, func(f *flag.FlagSet) { f.DurationVar(&within, "within", within, "") })
	s.signal([]string{"TERM", args[0]})
	s.ended([]string{"-within", within.String(), args[0]})
}

// kill9 NAME ends a box at once, as a power cut does.
func (s *story) kill9(args []string) {
	args = s.flags("kill9 NAME", 1, args, nil)
	s.signal([]string{"KILL", args[0]})
	<-s.box(args[0]).done
}

// api [-status N] NAME METHOD PATH [BODY] asks a box with its
// token and prints the answer.
func (s *story) api(args []string) {
	status := 0
	args = s.flags("api [-status N] NAME METHOD PATH [BODY]", 3, args, func(f *flag.FlagSet) { f.IntVar(&status, "status", 0, "") })
	body := ""
	if len(args) > 3 {
		body = args[3]
	}
	got, answer, err := s.ask(s.box(args[0]), args[1], args[2], body)
	s.Check(err)
	if status == 0 && got/100 != 2 || status != 0 && got != status {
		s.Fatalf("%s %s: status %d: %s", args[1], args[2], got, answer)
	}
	fmt.Fprintf(s.Stdout(), "%s\n", bytes.TrimSpace(answer))
}

// wait-api [-within DURATION] NAME PATH PATTERN asks a box until the answer
// matches a regular expression.
func (s *story) waitAPI(args []string) {
	within := patience
	args = s.flags("wait-api [-within DURATION] NAME PATH PATTERN", 3, args, func(f *flag.FlagSet) { f.DurationVar(&within, "within", within, "") })
	pattern, err := regexp.Compile(args[2])
	s.Check(err)
	s.eventually(within, func() (bool, string) {
		status, answer, err := s.ask(s.box(args[0]), http.MethodGet, args[1], "")
		if err != nil {
			return false, err.Error()
		}
		return status == http.StatusOK && pattern.Match(answer), fmt.Sprintf("%d: %s", status, last(string(answer), 2000))
	})
}

func (s *story) ask(b *box, method, path, body string) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, b.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+b.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// follow NAME FEED URL adds a feed to a box.
func (s *story) follow(args []string) {
	args = s.flags("follow NAME FEED URL", 3, args, nil)
	body, err := json.Marshal(map[string]string{"name": args[1], "url": args[2], "method": "GET", "proxy": "direct"})
	s.Check(err)
	s.api([]string{"-status", "201", args[0], "POST", "/api/feeds", string(body)})
}
