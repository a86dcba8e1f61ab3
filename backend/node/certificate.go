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
)

// TLS says with what certificate TLS is spoken. The zero value means without.
type TLS struct {
	Cert, Key string // files in PEM
	Self      bool   // one that is made here, and kept in the data folder
}

const (
	selfCert = "tls-cert.pem"
	selfKey  = "tls-key.pem"
	// lookTime is how often the files are looked at: who renews a certificate
	// should not have to start Signalbox again.
	lookTime = time.Minute
)

// A certificate is what the server shows of itself, as it lies in two files.
// It is read again when they change; a self-made one is renewed before it ends.
type certificate struct {
	TLS
	names   []string // that a self-made one must be good for
	log     *slog.Logger
	changed func() // told when another one is shown

	mu     sync.Mutex
	looked time.Time
	text   []byte // of both files
	shown  *tls.Certificate
}

// openCertificate returns nil where no TLS was asked for.
func openCertificate(opt TLS, data string, names []string, log *slog.Logger) (*certificate, error) {
	switch {
	case opt == TLS{}:
		return nil, nil
	case opt.Self && (opt.Cert != "" || opt.Key != ""):
		return nil, live.Errorf("bad_tls", "A certificate was named, and a self-made one asked for.").WithField("tls-self").
			WithHint("Leave out --tls-self, or --tls-cert and --tls-key.")
	case opt.Self:
		opt.Cert, opt.Key = filepath.Join(data, selfCert), filepath.Join(data, selfKey)
	case opt.Cert == "":
		return nil, live.Errorf("bad_tls", "A key for TLS was named, but no certificate.").WithField("tls-cert").
			WithHint("Name its file with --tls-cert.")
	case opt.Key == "":
		return nil, live.Errorf("bad_tls", "A certificate was named, but not its key.").WithField("tls-key").
			WithHint("Name its file with --tls-key.")
	}
	c := &certificate{TLS: opt, names: names, log: log, changed: func() {}}
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
	if c.Self && (err != nil || worn(pair.Leaf, c.names, now)) {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.log.Warn("the self-made certificate is made again", "err", err)
		}
		if err := makeCertificate(c.Cert, c.Key, c.names, now); err != nil {
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
	cert, err := os.ReadFile(c.Cert)
	if err != nil {
		return nil, nil, badTLS("tls-cert", err, "The certificate %s cannot be read: %v.", c.Cert, cause(err))
	}
	key, err := os.ReadFile(c.Key)
	if err != nil {
		return nil, nil, badTLS("tls-key", err, "The key %s cannot be read: %v.", c.Key, cause(err))
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		if strings.Contains(err.Error(), "does not match") {
			return nil, nil, badTLS("tls-key", err, "The key %s does not belong to the certificate %s.", c.Key, c.Cert)
		}
		if _, e := certificates(cert); e != nil {
			return nil, nil, badTLS("tls-cert", err, "There is no certificate in %s: %v.", c.Cert, e)
		}
		return nil, nil, badTLS("tls-key", err, "There is no key that can be used in %s: %s.", c.Key, strings.TrimPrefix(err.Error(), "tls: "))
	}
	switch leaf := pair.Leaf; {
	case now.After(leaf.NotAfter):
		return nil, nil, badTLS("tls-cert", nil, "The certificate %s ended on %s.", c.Cert, leaf.NotAfter.Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return nil, nil, badTLS("tls-cert", nil, "The certificate %s is good only from %s on.", c.Cert, leaf.NotBefore.Format(time.DateOnly))
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
