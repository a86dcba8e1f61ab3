package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"signalbox/speed/load"
)

// A process is a running server.
type process struct {
	cmd   *exec.Cmd
	at    load.Target
	token string // of Signalbox's console
}

var address = regexp.MustCompile(`https?://(127\.0\.0\.1:\d+)(?:/\?token=(\S+))?`)

// unindexed is the kind of a Signalbox without the index for searches.
const unindexed = "unindexed"

// options say how a server is started.
type options struct {
	data string // data folder; empty for a new one
	tls  bool
}

// start starts a server on a free port and waits until it listens.
func (b *bench) start(kind string, opt options) (*process, error) {
	cmd, err := b.command(kind, opt)
	if err != nil {
		return nil, err
	}
	// Earlier writes must not reach the disk during the measurement.
	syscall.Sync()
	p := &process{cmd: cmd}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		m := address.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		if p.at.Addr, err = netip.ParseAddrPort(m[1]); err != nil {
			break
		}
		if p.token = m[2]; p.token != "" || !b.ours(kind) {
			go func() {
				for lines.Scan() {
				}
			}()
			if opt.tls {
				// The certificate was created for this run.
				p.at.TLS = &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"}
			}
			return p, nil
		}
	}
	p.stop()
	return nil, errors.Join(err, fmt.Errorf("%s printed no address", kind))
}

// programs returns the programs of Signalbox by kind.
func (b *bench) programs() map[string]string {
	return map[string]string{"signalbox": b.signalbox, "before": b.before, unindexed: b.signalbox}
}

func (b *bench) ours(kind string) bool { return b.programs()[kind] != "" }

func (b *bench) command(kind string, opt options) (*exec.Cmd, error) {
	if opt.data == "" {
		var err error
		if opt.data, err = os.MkdirTemp(b.temp, "data"); err != nil {
			return nil, err
		}
	}
	var args []string
	if program := b.programs()[kind]; program != "" {
		args = []string{program, "serve", "--addr", "127.0.0.1:0", "--data", opt.data}
		if kind == unindexed {
			args = append(args, "--index=false")
		}
		if opt.tls {
			args = append(args, "--tls-cert", b.file("cert.pem"), "--tls-key", b.file("key.pem"))
		}
	} else {
		own, err := os.Executable()
		if err != nil {
			return nil, err
		}
		args = []string{own, "-serve", kind, "-data", opt.data}
		if opt.tls {
			args = append(args, "-cert", b.file("cert.pem"), "-key", b.file("key.pem"))
		}
		if b.profiles != "" {
			args = append(args, "-profile", b.profile(kind))
		}
	}
	cmd := exec.Command(args[0], args[1:]...)
	// Without the settings of the user.
	cmd.Env = append(os.Environ(), "SIGNALBOX_CONFIG="+b.file("empty.toml"), "SIGNALBOX_PROFILE="+b.profile(kind))
	return cmd, nil
}

func (b *bench) profile(kind string) string { return filepath.Join(b.profiles, kind+".pprof") }

func (b *bench) file(name string) string { return filepath.Join(b.temp, name) }

// prepare creates the files that servers need: a configuration and a certificate.
func (b *bench) prepare() error {
	if err := os.WriteFile(b.file("empty.toml"), nil, 0o600); err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(b.file("cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600),
		os.WriteFile(b.file("key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600),
	)
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(15*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	_ = p.cmd.Wait()
}

// memory returns the resident memory of the process in bytes.
func (p *process) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(size), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmRSS")
}

// rate measures how fast a counter grows and how much CPU that takes. loops report
// how busy the loops of the load generator are.
func (b *bench) rate(p *process, count func() int64, loops ...func() float64) (sample, error) {
	server, err := load.CPU(p.cmd.Process.Pid)
	if err != nil {
		return sample{}, err
	}
	own, err := load.CPU(os.Getpid())
	if err != nil {
		return sample{}, err
	}
	for _, busy := range loops {
		busy()
	}
	begun, before := time.Now(), count()
	time.Sleep(b.length)
	events, took := float64(count()-before), time.Since(begun)
	s := sample{value: events / took.Seconds()}
	for _, busy := range loops {
		s.busiest = max(s.busiest, busy())
	}
	serverNow, err := load.CPU(p.cmd.Process.Pid)
	if err != nil {
		return sample{}, err
	}
	ownNow, err := load.CPU(os.Getpid())
	if err != nil {
		return sample{}, err
	}
	server, own = serverNow-server, ownNow-own
	s.cpu = float64(server.Microseconds()) / events
	s.load = own.Seconds() / (own + server).Seconds()
	return s, nil
}

// call sends a request with the token. The body is JSON if it begins with a brace.
func (p *process) call(method, path string, body []byte) ([]byte, error) {
	r, err := http.NewRequest(method, "http://"+p.at.Addr.String()+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+p.token)
	if len(body) > 0 && body[0] == '{' {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Header.Set("Content-Type", "text/plain")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s %s", method, path, answer.Status, text)
	}
	return text, err
}
