package node

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/setting"
)

// The files of a self-signed certificate, in the data folder.
const (
	selfCert = "tls-cert.pem"
	selfKey  = "tls-key.pem"
)

// reloadInterval is how often the files are read again, so that a renewed
// certificate is used without a restart.
const reloadInterval = time.Minute

// A certificate is the server's TLS certificate with its key, in two files. It is
// read again when they change. A self-signed one is renewed before it expires.
type certificate struct {
	cert, key string   // the files, in PEM
	self      bool     // self-signed, in the data folder
	names     []string // a self-signed one must be valid for them
	log       *slog.Logger
	changed   func() // called when the certificate in use has changed

	mu     sync.Mutex
	loaded time.Time // when the files were last read
	text   []byte    // the content of both files
	inUse  *tls.Certificate
}

// openCertificate returns the certificate of the settings, or nil if they do not
// ask for TLS.
func openCertificate(data string, set setting.Values, log *slog.Logger) (*certificate, error) {
	c := &certificate{
		cert: set.Text(setting.TLSCert), key: set.Text(setting.TLSKey), self: set.On(setting.TLSSelf),
		names: certificateNames(set), log: log, changed: func() {},
	}
	switch named := c.cert != "" || c.key != ""; {
	case !c.self && !named:
		return nil, nil
	case c.self && named:
		return nil, live.Errorf("bad_tls/both", "--tls-self and a certificate of your own exclude each other.").WithField("tls-self").
			WithHint("Leave out --tls-self, or --tls-cert and --tls-key.")
	case c.self:
		c.cert, c.key = filepath.Join(data, selfCert), filepath.Join(data, selfKey)
	case c.cert == "":
		return nil, live.Errorf("bad_tls/no_certificate", "A key for TLS was named, but no certificate.").WithField("tls-cert").
			WithHint("Name its file with --tls-cert.")
	case c.key == "":
		return nil, live.Errorf("bad_tls/no_key", "A certificate was named, but not its key.").WithField("tls-key").
			WithHint("Name its file with --tls-key.")
	}
	return c, c.load(time.Now())
}

// config returns the configuration of a server that uses the certificate.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return c.current(time.Now()), nil
	}}
}

// current returns the certificate in use. It reads the files again first, if they
// were last read reloadInterval ago.
func (c *certificate) current(now time.Time) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.loaded) >= reloadInterval {
		if err := c.load(now); err != nil {
			// The certificate in use is still valid.
			c.log.Warn("read the certificate again", "err", err)
		}
	}
	return c.inUse
}

// sum returns the SHA-256 of the certificate, in hex.
func (c *certificate) sum() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := sha256.Sum256(c.inUse.Leaf.Raw)
	return hex.EncodeToString(sum[:])
}

// load reads the files. It makes the self-signed certificate if that does not
// exist or must be renewed. Call it with the lock held, or before the certificate
// is shared.
func (c *certificate) load(now time.Time) error {
	c.loaded = now
	text, pair, err := c.read(now)
	if c.self && (err != nil || mustRenew(pair.Leaf, c.names, now)) {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.log.Warn("make the self-signed certificate again", "err", err)
		}
		if err := makeCertificate(c.cert, c.key, c.names, now); err != nil {
			return err
		}
		text, pair, err = c.read(now)
	}
	if err != nil || bytes.Equal(text, c.text) {
		return err
	}
	first := c.inUse == nil
	c.text, c.inUse = text, pair
	if !first {
		go c.changed() // it calls sum, which needs the lock
	}
	return nil
}

// read reads both files. Its errors name the wrong one.
func (c *certificate) read(now time.Time) ([]byte, *tls.Certificate, error) {
	cert, err := os.ReadFile(c.cert)
	if err != nil {
		return nil, nil, badTLS("tls-cert", err, "bad_tls/read_certificate", "The certificate {file} cannot be read: {reason}.", "file", c.cert, "reason", err)
	}
	key, err := os.ReadFile(c.key)
	if err != nil {
		return nil, nil, badTLS("tls-key", err, "bad_tls/read_key", "The key {file} cannot be read: {reason}.", "file", c.key, "reason", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		if strings.Contains(err.Error(), "does not match") {
			return nil, nil, badTLS("tls-key", err, "bad_tls/mismatch", "The key {key} does not belong to the certificate {certificate}.", "key", c.key, "certificate", c.cert)
		}
		if !x509.NewCertPool().AppendCertsFromPEM(cert) {
			return nil, nil, badTLS("tls-cert", err, "bad_tls/certificate", "There is no certificate in {file}: it holds no PEM block CERTIFICATE that can be read.", "file", c.cert)
		}
		return nil, nil, badTLS("tls-key", err, "bad_tls/key", "There is no key that can be used in {file}: {reason}.", "file", c.key, "reason", err)
	}
	switch leaf := pair.Leaf; {
	case now.After(leaf.NotAfter):
		return nil, nil, badTLS("tls-cert", nil, "bad_tls/expired", "The certificate {file} expired on {end_date}.", "file", c.cert, "end_date", leaf.NotAfter)
	case now.Before(leaf.NotBefore):
		return nil, nil, badTLS("tls-cert", nil, "bad_tls/early", "The certificate {file} is valid only from {begin_date} on.", "file", c.cert, "begin_date", leaf.NotBefore)
	}
	return append(cert, key...), &pair, nil
}

// badTLS returns the error of a wrong file, with a hint.
func badTLS(field string, err error, code, format string, args ...any) error {
	e := live.Errorf(code, format, args...).WithField(field).
		WithHint("Name a certificate and its key in PEM with --tls-cert and --tls-key, or use --tls-self.")
	if err != nil {
		e.WithCause(err)
	}
	return e
}

// Certificate returns the SHA-256 of the certificate, in hex, and its file. Both
// are "" without TLS.
func (n *Node) Certificate() (sum, file string) {
	if n.cert == nil {
		return "", ""
	}
	return n.cert.sum(), n.cert.cert
}
