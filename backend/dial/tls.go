package dial

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net/url"

	"signalbox/backend/live"
)

// TLSConfig returns the TLS configuration of a feed, which accepts the feed's own
// certificate authorities and its one certificate as well as the authorities
// that the machine trusts. It returns nil if the feed has neither. Use the
// configuration only for the host of the feed's URL.
func TLSConfig(f *live.Feed) (*tls.Config, error) {
	u, err := url.Parse(f.URL)
	if err != nil {
		return nil, because("url", "The address cannot be read.")
	}
	return tlsConfig(f, u.Hostname())
}

func tlsConfig(f *live.Feed, host string) (*tls.Config, error) {
	if f.CA == "" && f.Certificate == "" {
		return nil, nil
	}
	c := &tls.Config{}
	if f.CA != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool() // trust the user's authorities alone
		}
		if !pool.AppendCertsFromPEM([]byte(f.CA)) {
			return nil, because("tls/extra_ca", "The extra certificate authorities cannot be read.")
		}
		c.RootCAs = pool
	}
	if f.Certificate != "" {
		accepted, err := hex.DecodeString(f.Certificate)
		if err != nil {
			return nil, because("tls/accepted", "The accepted certificate's SHA-256 cannot be read.")
		}
		// verify replaces Go's own check: it accepts one more certificate.
		c.InsecureSkipVerify = true
		c.VerifyConnection = func(s tls.ConnectionState) error {
			return verify(s, host, c.RootCAs, accepted)
		}
	}
	return c, nil
}

// verify accepts a certificate that leads to a trusted root and is issued for
// host, a name or an IP address. It also accepts the one certificate with the
// accepted SHA-256. crypto/tls leaves ServerName empty if the host is an IP
// address; otherwise ServerName is the host as sent to the server.
func verify(s tls.ConnectionState, host string, roots *x509.CertPool, accepted []byte) error {
	leaf := s.PeerCertificates[0]
	opt := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		opt.Intermediates.AddCert(c)
	}
	_, err := leaf.Verify(opt)
	if err == nil {
		// Not through opt.DNSName: Verify skips the check if that is empty.
		err = leaf.VerifyHostname(cmp.Or(s.ServerName, host))
	}
	if err == nil {
		return nil
	}
	if sum := sha256.Sum256(leaf.Raw); subtle.ConstantTimeCompare(sum[:], accepted) == 1 {
		return nil
	}
	return &tls.CertificateVerificationError{UnverifiedCertificates: s.PeerCertificates, Err: err}
}
