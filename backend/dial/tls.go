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

// TLSConfig returns the TLS settings of a feed: the authorities and the one
// certificate that are accepted beside those that the machine trusts. It
// returns nil where the feed has neither. It is good for the host of the feed's
// URL only.
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
		// Go's own check is switched off and made by verify, which accepts one
		// certificate more.
		c.InsecureSkipVerify = true
		c.VerifyConnection = func(s tls.ConnectionState) error {
			return verify(s, host, c.RootCAs, accepted)
		}
	}
	return c, nil
}

// verify accepts a certificate that leads to a trusted root and names host, a
// name or an IP address, and the one certificate with the accepted SHA-256.
// crypto/tls leaves ServerName empty where the host is an IP address; otherwise
// ServerName is the host as it is sent.
func verify(s tls.ConnectionState, host string, roots *x509.CertPool, accepted []byte) error {
	leaf := s.PeerCertificates[0]
	opt := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		opt.Intermediates.AddCert(c)
	}
	_, err := leaf.Verify(opt)
	if err == nil {
		// Not through opt.DNSName: an empty one is not checked.
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
