package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// starts is how often the program is started; the figures are the median.
const starts = 15

// measureServer starts `signalbox serve` on one data folder again and again,
// and prints as one line of JSON the size of the program, how long it takes
// until /healthz is answered, and how much of it is in memory a second later,
// shared pages included.
func measureServer(program string) error {
	info, err := os.Stat(program)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "signalbox-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var up []time.Duration
	var resident []int64
	for range starts {
		took, bytes, err := startOnce(program, dir)
		if err != nil {
			return err
		}
		up, resident = append(up, took), append(resident, bytes)
	}
	first := up[0] // on an empty folder
	slices.Sort(up)
	slices.Sort(resident)
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"size_mb":     float64(info.Size()) / 1e6,
		"first_ms":    milliseconds(first),
		"start_ms":    milliseconds(up[starts/2]),
		"slowest_ms":  milliseconds(up[starts-1]),
		"resident_mb": float64(resident[starts/2]) / 1e6,
	})
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// startOnce starts the program, asks it once, weighs it and ends it.
func startOnce(program, dir string) (up time.Duration, resident int64, err error) {
	cmd := exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--data", dir)
	// Not the settings and the keyring of whoever measures.
	cmd.Env = append(os.Environ(), "SIGNALBOX_CONFIG="+os.DevNull, "DBUS_SESSION_BUS_ADDRESS=disabled:")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		if e := errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()); err == nil {
			err = e
		}
	}()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		return 0, 0, fmt.Errorf("%s printed no address: %w", program, lines.Err())
	}
	_, url, _ := strings.Cut(lines.Text(), " listens on ")
	res, err := http.Get(url + "/healthz")
	if err != nil {
		return 0, 0, err
	}
	up = time.Since(began)
	if err := res.Body.Close(); err != nil {
		return 0, 0, err
	}
	if res.StatusCode != http.StatusOK {
		return 0, 0, fmt.Errorf("/healthz: %s", res.Status)
	}
	time.Sleep(time.Second)
	resident, err = residentMemory(cmd.Process.Pid)
	return up, resident, err
}

// residentMemory returns what a process has in memory, in bytes.
func residentMemory(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(string(rest)), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("/proc says no VmRSS")
}
