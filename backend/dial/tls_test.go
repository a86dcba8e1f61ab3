package dial

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// An authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// sign returns a server's certificate for names and addresses.
func (a *authority) sign(t *testing.T, names []string, ips ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: names, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, ip := range ips {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(ip))
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// secure serves one event behind a certificate.
func secure(t *testing.T, cert tls.Certificate, h http.HandlerFunc) string {
	t.Helper()
	if h == nil {
		h = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "data: a\n\n")
		}
	}
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.Config.ErrorLog = quietLogger()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func TestAPinnedCertificateDoesNotSwitchOffTheCheckOfAnAddress(t *testing.T) {
	a := newAuthority(t)
	elsewhere := secure(t, a.sign(t, []string{"other.example"}, "192.0.2.1"), nil)
	here := secure(t, a.sign(t, nil, "127.0.0.1"), nil)
	pin := strings.Repeat("ab", 32) // of a third certificate
	for _, c := range []struct {
		name, url, pin, reason string
	}{
		{"a certificate of another address", elsewhere, pin, "made out to other.example, 192.0.2.1"},
		{"the same without a pin", elsewhere, "", "made out to other.example, 192.0.2.1"},
		{"a certificate of this address", here, pin, ""},
		{"the same without a pin", here, "", ""},
		{"a certificate of this address, asked for by name", strings.Replace(here, "127.0.0.1", "localhost", 1), pin, "made out to 127.0.0.1"},
	} {
		got := try(t, live.Feed{URL: c.url, CA: a.pem, Certificate: c.pin}, nil)
		switch {
		case c.reason == "" && len(got.events) != 1:
			t.Errorf("%s: %+v", c.name, got.why)
		case c.reason != "" && (len(got.events) != 0 || got.why.Code != "tls" || !strings.Contains(got.why.Message, c.reason) || got.why.Certificate == ""):
			t.Errorf("%s: %d events, %+v", c.name, len(got.events), got.why)
		}
	}
}

func TestThePinnedCertificateIsAcceptedForThatCertificateOnly(t *testing.T) {
	a := newAuthority(t)
	cert := a.sign(t, []string{"other.example"}, "192.0.2.1")
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := try(t, live.Feed{URL: secure(t, cert, nil), Certificate: fingerprint(leaf)}, nil); len(got.events) != 1 {
		t.Errorf("the pinned certificate was refused: %+v", got.why)
	}
}

func TestARedirectIsCheckedAgainstItsOwnHost(t *testing.T) {
	a := newAuthority(t)
	byName := secure(t, a.sign(t, []string{"localhost"}), nil)
	u, err := url.Parse(byName)
	if err != nil {
		t.Fatal(err)
	}
	for host, ok := range map[string]bool{"localhost": true, "127.0.0.1": false} {
		first := secure(t, a.sign(t, nil, "127.0.0.1"), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://"+host+":"+u.Port()+"/", http.StatusFound)
		})
		got := try(t, live.Feed{URL: first, CA: a.pem, Certificate: strings.Repeat("ab", 32)}, nil)
		if (len(got.events) == 1) != ok {
			t.Errorf("to %s: %+v", host, got.why)
		}
	}
}

func TestAnHTTPSProxyIsCheckedAgainstItsOwnAddress(t *testing.T) {
	a := newAuthority(t)
	target := secure(t, a.sign(t, nil, "127.0.0.1"), nil)
	tunnel := func(w http.ResponseWriter, r *http.Request) {
		there, err := net.Dial("tcp", strings.TrimPrefix(target, "https://"))
		if err != nil {
			t.Error(err)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprint(here, "HTTP/1.1 200 OK\r\n\r\n")
		copyBoth(here, there)
	}
	// Only the target's certificate has the feed's address, and only the proxy's
	// certificate has the proxy's.
	mine := secure(t, a.sign(t, nil, "127.0.0.1"), tunnel)
	wrong := secure(t, a.sign(t, nil, "127.0.0.2"), tunnel)
	for _, c := range []struct {
		name, proxy, url string
		ok               bool
	}{
		{"both as they should be", mine, target, true},
		{"the feed under another address", mine, strings.Replace(target, "127.0.0.1", "127.0.0.2", 1), false},
		{"a proxy with the certificate of the feed's address", wrong, strings.Replace(target, "127.0.0.1", "127.0.0.2", 1), false},
	} {
		got := try(t, live.Feed{URL: c.url, Proxy: c.proxy, CA: a.pem, Certificate: strings.Repeat("ab", 32)}, nil)
		if (len(got.events) == 1) != c.ok {
			t.Errorf("%s: %d events, %+v", c.name, len(got.events), got.why)
		}
	}
}
