package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A server is a process under load.
type server struct {
	cmd   *exec.Cmd
	addr  string // host:port
	token string // of Signalbox's console
	dir   string // its data; empty for the others
}

var address = regexp.MustCompile(`http://(127\.0\.0\.1:\d+)(?:/\?token=(\S+))?`)

// start starts a server on a free port: Signalbox with a data folder, of
// which an empty one is made where none is given.
func (b *bench) start(kind, data string) (*server, error) {
	s := &server{}
	// What others have written goes to the disk first, and not meanwhile.
	syscall.Sync()
	program := map[string]string{"signalbox": b.signalbox, "before": b.before}[kind]
	if program != "" {
		if s.dir = data; data == "" {
			var err error
			if s.dir, err = os.MkdirTemp(b.temp, "data"); err != nil {
				return nil, err
			}
		}
		s.cmd = exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--data", s.dir)
		s.cmd.Env = append(os.Environ(), "SIGNALBOX_CONFIG="+b.config())
	} else {
		own, err := os.Executable()
		if err != nil {
			return nil, err
		}
		s.cmd = exec.Command(own, "-serve", kind)
	}
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		m := address.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		s.addr, s.token = m[1], m[2]
		if program == "" || s.token != "" {
			go func() {
				for lines.Scan() {
				}
			}()
			return s, nil
		}
	}
	s.stop()
	return nil, fmt.Errorf("%s said no address", kind)
}

func (b *bench) config() string { return filepath.Join(b.temp, "empty.toml") }

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(15*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	_ = s.cmd.Wait()
}

// memory returns what the process holds, in bytes.
func (s *server) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmRSS")
}
