package node

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/setting"
)

// selfSigned opens the self-signed certificate in a data folder.
func selfSigned(t *testing.T, dir string, names ...string) *certificate {
	t.Helper()
	return open(t, dir, setting.Values{setting.TLSSelf: true, setting.Hosts: names})
}

func open(t *testing.T, dir string, set setting.Values) *certificate {
	t.Helper()
	c, err := openCertificate(dir, set, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestASelfSignedCertificateIsValidForThisMachineOnly(t *testing.T) {
	dir := t.TempDir()
	leaf := selfSigned(t, dir, "box.example", "192.0.2.7").inUse.Leaf
	for _, name := range append(ownNames(), "box.example", "192.0.2.7", "localhost", "127.0.0.1", "::1") {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if leaf.VerifyHostname("other.example") == nil {
		t.Error("it is good for another name")
	}
	if leaf.IsCA || leaf.PublicKeyAlgorithm != x509.ECDSA || leaf.NotAfter.Sub(leaf.NotBefore) > 398*24*time.Hour {
		t.Errorf("authority %v, %v, until %v", leaf.IsCA, leaf.PublicKeyAlgorithm, leaf.NotAfter)
	}
	if info, err := os.Stat(filepath.Join(dir, selfKey)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info.Mode(), err)
	}
}

func TestASelfSignedCertificateIsKeptUntilItMustBeRenewed(t *testing.T) {
	dir := t.TempDir()
	first := selfSigned(t, dir)
	if again := selfSigned(t, dir); again.sum() != first.sum() {
		t.Error("the next start made another one")
	}
	if other := selfSigned(t, dir, "box.example"); other.sum() == first.sum() {
		t.Error("it is not good for the name that was asked for")
	}
	// A half that is missing, or of another pair, does not keep it from starting.
	c := selfSigned(t, dir)
	if err := os.WriteFile(filepath.Join(dir, selfKey), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if mended := selfSigned(t, dir); mended.sum() == c.sum() {
		t.Error("a certificate without its key was kept")
	}
}

func TestASelfSignedCertificateIsRenewedWhileItIsInUse(t *testing.T) {
	c := selfSigned(t, t.TempDir())
	changed := make(chan string)
	c.changed = func() { changed <- c.sum() }
	first, now := c.inUse, time.Now()
	if c.current(now.Add(validity-renewBefore-48*time.Hour)) != first {
		t.Fatal("it was renewed while it was good")
	}
	second := c.current(now.Add(validity - renewBefore + 48*time.Hour))
	if second == first || !second.Leaf.NotAfter.After(first.Leaf.NotAfter) {
		t.Error("it was not renewed before its end")
	}
	if sum := <-changed; sum != c.sum() {
		t.Errorf("changed was called with %s", sum)
	}
}

func TestARenewedCertificateIsUsedWithoutARestartAndABrokenOneIsNot(t *testing.T) {
	made, dir := t.TempDir(), t.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	set := setting.Values{setting.TLSCert: cert, setting.TLSKey: key}
	put := func() {
		t.Helper()
		if err := makeCertificate(cert, key, nil, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	put()
	c := open(t, made, set)
	first := c.inUse
	put()
	if c.current(time.Now()) != first {
		t.Error("the files are read at every handshake")
	}
	second := c.current(time.Now().Add(2 * reloadInterval))
	if second == first {
		t.Error("the renewed pair is not shown")
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if c.current(time.Now().Add(4*reloadInterval)) != second {
		t.Error("a broken pair took the good one away")
	}
}

func TestACertificateThatExpiredOrIsNotYetValidIsRefused(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	set := setting.Values{setting.TLSCert: cert, setting.TLSKey: key}
	for text, now := range map[string]time.Time{
		"expired on 2020-":         time.Date(2019, 6, 1, 0, 0, 0, 0, time.UTC),
		"is valid only from 2100-": time.Date(2100, 6, 1, 0, 0, 0, 0, time.UTC),
	} {
		if err := makeCertificate(cert, key, nil, now); err != nil {
			t.Fatal(err)
		}
		_, err := openCertificate(dir, set, slog.New(slog.DiscardHandler))
		if e, ok := errors.AsType[*live.Error](err); !ok || e.Code != "bad_tls" || !strings.Contains(e.Message, text) || e.Hint == "" {
			t.Errorf("%v", err)
		}
	}
}

func TestWithTLSEveryAddressHasHTTPS(t *testing.T) {
	n := run(t, Options{Settings: setting.Values{setting.TLSSelf: true}})
	sum, file := n.Certificate()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		t.Fatal("the file holds no certificate")
	}
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), "GET", n.URL()+"/api/state", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+n.token)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var state struct{ Server struct{ URL string } }
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	if resp.Proto != "HTTP/2.0" || state.Server.URL != n.URL() || !strings.HasPrefix(n.URL(), "https://") || !strings.HasPrefix(n.DashboardURL(), "https://") {
		t.Errorf("%s %+v %s %s", resp.Proto, state, n.URL(), n.DashboardURL())
	}
	written, err := os.ReadFile(filepath.Join(n.data, AddressFile))
	if err != nil || string(written) != n.URL()+"\n"+sum+"\n" {
		t.Errorf("%q %v", written, err)
	}
	// The samples follow the server itself.
	if _, err := (sampleFeeds{n.Node}).Create(t.Context(), "self", "/events/x", 1); err != nil {
		t.Fatal(err)
	}
	for {
		changed, _ := n.feeds.Changed()
		if s, ok := n.feeds.Get("self"); ok && s.Health.State == live.Open {
			break
		}
		select {
		case <-changed:
		case <-time.After(10 * time.Second):
			s, _ := n.feeds.Get("self")
			t.Fatalf("%+v", s.Health)
		}
	}
	if n.ExposureWarning() != "" {
		t.Error(n.ExposureWarning())
	}
}
