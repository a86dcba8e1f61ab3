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

const (
	selfCert = "tls-cert.pem"
	selfKey  = "tls-key.pem"
	// lookTime is how often the files are looked at: who renews a certificate
	// should not have to start Signalbox again.
	lookTime = time.Minute
)

// A certificate is what the server identifies itself with, as it lies in two
// files. It is read again when they change. A self-made one is renewed before it
// expires.
type certificate struct {
	cert, key string   // the files, in PEM
	self      bool     // made here, and kept in the data folder
	names     []string // that a self-made one must be valid for
	log       *slog.Logger
	changed   func() // called when another one is in use

	mu     sync.Mutex
	looked time.Time // when the files were last read
	text   []byte    // of both files
	shown  *tls.Certificate
}

// openCertificate returns the certificate that the settings ask for, or nil
// where they ask for none.
func openCertificate(data string, set setting.Values, log *slog.Logger) (*certificate, error) {
	c := &certificate{
		cert: set.Text(setting.TLSCert), key: set.Text(setting.TLSKey), self: set.On(setting.TLSSelf),
		names: certificateNames(set), log: log, changed: func() {},
	}
	switch named := c.cert != "" || c.key != ""; {
	case !c.self && !named:
		return nil, nil
	case c.self && named:
		return nil, live.Errorf("bad_tls", "A certificate was named, and a self-made one asked for.").WithField("tls-self").
			WithHint("Leave out --tls-self, or --tls-cert and --tls-key.")
	case c.self:
		c.cert, c.key = filepath.Join(data, selfCert), filepath.Join(data, selfKey)
	case c.cert == "":
		return nil, live.Errorf("bad_tls", "A key for TLS was named, but no certificate.").WithField("tls-cert").
			WithHint("Name its file with --tls-cert.")
	case c.key == "":
		return nil, live.Errorf("bad_tls", "A certificate was named, but not its key.").WithField("tls-key").
			WithHint("Name its file with --tls-key.")
	}
	return c, c.look(time.Now())
}

// config is what a server needs.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return c.current(time.Now()), nil
	}}
}

func (c *certificate) current(now time.Time) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.looked) >= lookTime {
		if err := c.look(now); err != nil {
			// The one that is shown is as good as it was.
			c.log.Warn("read the certificate again", "err", err)
		}
	}
	return c.shown
}

// sum returns the SHA-256 of the certificate in hex.
func (c *certificate) sum() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := sha256.Sum256(c.shown.Leaf.Raw)
	return hex.EncodeToString(sum[:])
}

// look reads the files where they have changed, and makes a self-made one
// where it is time to. It is called with the lock held, or by nobody else.
func (c *certificate) look(now time.Time) error {
	c.looked = now
	text, pair, err := c.read(now)
	if c.self && (err != nil || worn(pair.Leaf, c.names, now)) {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.log.Warn("the self-made certificate is made again", "err", err)
		}
		if err := makeCertificate(c.cert, c.key, c.names, now); err != nil {
			return err
		}
		text, pair, err = c.read(now)
	}
	if err != nil || bytes.Equal(text, c.text) {
		return err
	}
	first := c.shown == nil
	c.text, c.shown = text, pair
	if !first {
		go c.changed() // it asks for the sum, for which it needs the lock
	}
	return nil
}

// read reads both files and says what is wrong with them.
func (c *certificate) read(now time.Time) ([]byte, *tls.Certificate, error) {
	cert, err := os.ReadFile(c.cert)
	if err != nil {
		return nil, nil, badTLS("tls-cert", err, "The certificate %s cannot be read: %v.", c.cert, cause(err))
	}
	key, err := os.ReadFile(c.key)
	if err != nil {
		return nil, nil, badTLS("tls-key", err, "The key %s cannot be read: %v.", c.key, cause(err))
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		if strings.Contains(err.Error(), "does not match") {
			return nil, nil, badTLS("tls-key", err, "The key %s does not belong to the certificate %s.", c.key, c.cert)
		}
		if _, e := certificates(cert); e != nil {
			return nil, nil, badTLS("tls-cert", err, "There is no certificate in %s: %v.", c.cert, e)
		}
		return nil, nil, badTLS("tls-key", err, "There is no key that can be used in %s: %s.", c.key, strings.TrimPrefix(err.Error(), "tls: "))
	}
	switch leaf := pair.Leaf; {
	case now.After(leaf.NotAfter):
		return nil, nil, badTLS("tls-cert", nil, "The certificate %s ended on %s.", c.cert, leaf.NotAfter.Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return nil, nil, badTLS("tls-cert", nil, "The certificate %s is good only from %s on.", c.cert, leaf.NotBefore.Format(time.DateOnly))
	}
	return append(cert, key...), &pair, nil
}

func badTLS(field string, err error, format string, args ...any) error {
	e := live.Errorf("bad_tls", format, args...).WithField(field).
		WithHint("Name a certificate and its key in PEM with --tls-cert and --tls-key, or use --tls-self.")
	if err != nil {
		e.WithCause(err)
	}
	return e
}

// certificates returns those of a PEM text.
func certificates(text []byte) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("it holds no PEM block CERTIFICATE that can be read")
	}
	return pool, nil
}
