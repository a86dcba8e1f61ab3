package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// An instance is a Signalbox that is killed and restarted, always with the same
// address and data folder.
type instance struct {
	name     string
	binary   string
	dir      string
	addr     string
	url      string
	ledger   *ledger
	outcomes *outcomes
	log      *os.File
	client   *http.Client // for everything but streams
	streams  *http.Client // one connection for each request

	generation atomic.Int32 // number of starts
	up         atomic.Bool
	epoch      atomic.Pointer[string]
	peak       atomic.Int64 // peak memory over all generations, in KiB

	trimmed atomic.Bool // whether it ever had a limit

	// Used by chaos only.
	first           int64           // the oldest number at the last check
	limit           int             // on messages; 0 for none
	trimming        bool            // whether it may have trimmed since the last check
	trimmedChannels map[string]bool // channels that ever had a limit

	mu    sync.Mutex
	cmd   *exec.Cmd
	token string
}

func newInstance(name string, opt options, dir string) (*instance, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(opt.dir, name+".log"))
	if err != nil {
		return nil, err
	}
	return &instance{
		name: name, binary: opt.binary, dir: filepath.Join(dir, name), addr: addr, url: "http://" + addr,
		ledger: newLedger(), outcomes: newOutcomes(), log: log, trimmedChannels: make(map[string]bool),
		client:  &http.Client{Timeout: responseTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
		streams: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}, nil
}

// ports counts the ports given to instances.
var ports atomic.Int32

// freeAddress returns an address for an instance. Its port lies outside the range
// for outgoing connections, so it is free again at each restart.
func freeAddress() (string, error) {
	for range 100 {
		port := 21000 + os.Getpid()%1000*10 + int(ports.Add(1)-1)
		addr := "127.0.0.1:" + strconv.Itoa(port)
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", errors.New("no port is free from 21000 to 31000")
}

// command returns the command that starts the instance.
func (i *instance) command() *exec.Cmd {
	cmd := exec.Command(i.binary, "serve", "--data", i.dir, "--addr", i.addr)
	// No keyring, and no proxy between the instances.
	cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS=disabled:", "NO_PROXY=*", "no_proxy=*")
	cmd.Stderr = i.log
	cmd.SysProcAttr = ownGroup()
	return cmd
}

// startAndKill starts the instance and kills it after d, usually before it listens.
func (i *instance) startAndKill(d time.Duration) error {
	cmd := i.command()
	if err := cmd.Start(); err != nil {
		return err
	}
	time.Sleep(d)
	if err := cmd.Process.Kill(); err != nil {
		return fmt.Errorf("%s exited during its start: %w", i.name, err)
	}
	_ = cmd.Wait() // it was killed
	i.generation.Add(1)
	return nil
}

// start starts the instance and returns once it listens.
func (i *instance) start() error {
	cmd := i.command()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	i.mu.Lock()
	i.cmd = cmd
	i.mu.Unlock()
	ready := time.AfterFunc(startTimeout, func() { cmd.Process.Kill() })
	defer ready.Stop()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, token, ok := strings.Cut(lines.Text(), "/?token="); ok {
			i.mu.Lock()
			i.token = token
			i.mu.Unlock()
			i.generation.Add(1)
			i.up.Store(true)
			go io.Copy(io.Discard, out)
			return nil
		}
	}
	err = cmd.Wait()
	return fmt.Errorf("%s did not start within %v: %v; see %s", i.name, startTimeout, err, i.log.Name())
}

// kill kills the instance.
func (i *instance) kill() error {
	i.measureMemory()
	i.up.Store(false)
	cmd := i.process()
	if err := cmd.Process.Kill(); err != nil {
		return fmt.Errorf("%s exited by itself: %w", i.name, err)
	}
	err := cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && !status.Signaled() {
		return fmt.Errorf("%s exited by itself: %v", i.name, err)
	}
	i.client.CloseIdleConnections()
	return i.checkLog()
}

// end stops the instance with SIGTERM and returns how long that took.
func (i *instance) end() (time.Duration, error) {
	i.measureMemory()
	i.up.Store(false)
	cmd, begun := i.process(), time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, fmt.Errorf("%s exited by itself: %w", i.name, err)
	}
	late := time.AfterFunc(stopTimeout, func() { cmd.Process.Kill() })
	defer late.Stop()
	err := cmd.Wait()
	took := time.Since(begun)
	i.client.CloseIdleConnections()
	if took >= stopTimeout {
		return took, fmt.Errorf("%s did not stop within %v", i.name, stopTimeout)
	}
	if err != nil {
		return took, fmt.Errorf("%s stopped with an error: %w", i.name, err)
	}
	return took, i.checkLog()
}

func (i *instance) process() *exec.Cmd {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.cmd
}

// checkLog returns an error if the log has a data race or a panic.
func (i *instance) checkLog() error {
	b, err := os.ReadFile(i.log.Name())
	if err != nil {
		return err
	}
	for _, bad := range []string{"DATA RACE", "panic:", "fatal error:"} {
		if at := bytes.Index(b, []byte(bad)); at >= 0 {
			return fmt.Errorf("%s logged: %s", i.name, b[at:min(len(b), at+2000)])
		}
	}
	return nil
}

// measureMemory records the peak memory of this generation.
func (i *instance) measureMemory() {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", i.process().Process.Pid))
	if err != nil {
		return // not on this system
	}
	_, rest, _ := bytes.Cut(b, []byte("VmHWM:"))
	var kib int64
	if _, err := fmt.Sscan(string(rest[:min(len(rest), 30)]), &kib); err == nil {
		i.peak.Store(max(i.peak.Load(), kib))
	}
}

// ask sends a request to the console's API and decodes the response.
func (i *instance) ask(ctx context.Context, method, path string, body, into any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, i.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	i.mu.Lock()
	req.Header.Set("Authorization", "Bearer "+i.token)
	i.mu.Unlock()
	req.Header.Set("Content-Type", "application/json")
	res, err := i.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, res.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// number returns the number of a position, or 0 if the position belongs to
// another instance. An instance's epoch never changes.
func (i *instance) number(position string) int64 {
	epoch, digits, ok := strings.Cut(position, ".")
	if !ok || epoch != *i.epoch.Load() {
		return 0
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// healthy reports whether /healthz reports no fault.
func (i *instance) healthy(ctx context.Context) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, "GET", i.url+"/healthz", nil)
	if err != nil {
		return false, err
	}
	res, err := i.client.Do(req)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return false, err
	case res.StatusCode == http.StatusOK:
		return true, nil
	case res.StatusCode == http.StatusServiceUnavailable:
		return false, nil
	}
	return false, fmt.Errorf("/healthz: %s: %s", res.Status, body)
}

// checkEpoch checks that the epoch has not changed.
func (i *instance) checkEpoch(ctx context.Context) error {
	var state struct{ Epoch string }
	if err := i.ask(ctx, "GET", "/api/state", nil, &state); err != nil {
		return err
	}
	if old := i.epoch.Load(); old != nil && *old != state.Epoch {
		return fmt.Errorf("promise 1: the epoch of %s changed from %s to %s: its history is lost", i.name, *old, state.Epoch)
	}
	i.epoch.Store(&state.Epoch)
	return nil
}
