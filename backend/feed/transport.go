package feed

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"time"

	"signalbox/backend/live"
)

const (
	dialTimeout = 10 * time.Second
	tlsTimeout  = 10 * time.Second
	// headerTimeout is long: some frameworks send the header only together
	// with the first message.
	headerTimeout = 5 * time.Minute
)

// newTransport returns a transport for one attempt: it is never shared, so an
// attempt always means a new connection.
func newTransport(f *live.Feed, dial dialer) (*http.Transport, error) {
	if dial == nil {
		d := &net.Dialer{
			Timeout: dialTimeout,
			// Finds out within two minutes that the other end is gone, even
			// where a stream is silent for days.
			KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 45 * time.Second, Interval: 15 * time.Second, Count: 4},
		}
		dial = d.DialContext
	}
	config, err := TLSConfig(f)
	if err != nil {
		return nil, err
	}
	t := &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: 256 << 10,
		ReadBufferSize:         chunk,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // a compressing server holds events back; see Accept-Encoding
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 60 * time.Second, PingTimeout: 30 * time.Second},
	}
	switch f.Proxy {
	case "":
		t.Proxy = http.ProxyFromEnvironment
	case "direct":
	default:
		u, err := url.Parse(f.Proxy)
		if err != nil {
			return nil, because("proxy", "The address of the proxy cannot be read.")
		}
		t.Proxy = http.ProxyURL(u)
	}
	return t, nil
}

// TLSConfig returns what a feed asks of TLS: authorities and a certificate to
// accept besides those that the machine trusts. It returns nil where nothing
// special was asked for.
func TLSConfig(f *live.Feed) (*tls.Config, error) {
	if f.CA == "" && f.Certificate == "" {
		return nil, nil
	}
	c := &tls.Config{}
	if f.CA != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool() // then those of the user are all there are
		}
		if !pool.AppendCertsFromPEM([]byte(f.CA)) {
			return nil, because("tls", "The extra certificate authorities cannot be read.")
		}
		c.RootCAs = pool
	}
	if f.Certificate != "" {
		accepted, err := hex.DecodeString(f.Certificate)
		if err != nil {
			return nil, because("tls", "The accepted certificate's SHA-256 cannot be read.")
		}
		// Go's own check is switched off only to be made here, so that one
		// certificate more passes than those it would let through.
		c.InsecureSkipVerify = true
		c.VerifyConnection = func(s tls.ConnectionState) error {
			return verify(s, c.RootCAs, accepted)
		}
	}
	return c, nil
}

// verify accepts what can be verified, and the one certificate with that SHA-256.
func verify(s tls.ConnectionState, roots *x509.CertPool, accepted []byte) error {
	leaf := s.PeerCertificates[0]
	opt := x509.VerifyOptions{DNSName: s.ServerName, Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		opt.Intermediates.AddCert(c)
	}
	_, err := leaf.Verify(opt)
	if err == nil {
		return nil
	}
	if sum := sha256.Sum256(leaf.Raw); subtle.ConstantTimeCompare(sum[:], accepted) == 1 {
		return nil
	}
	return &tls.CertificateVerificationError{UnverifiedCertificates: s.PeerCertificates, Err: err}
}
