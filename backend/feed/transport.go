package feed

import (
	"cmp"
	"context"
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

// A hostTransport makes the requests of one attempt: the first, and those that
// redirects lead to. Each host has a transport of its own, because the check of
// a certificate has to know the host, and crypto/tls does not tell it where it
// is an IP address. No transport is shared between attempts, so an attempt
// always means a new connection.
type hostTransport struct {
	feed *live.Feed
	dial dialer
	host string // that transport is for, with its scheme
	now  *http.Transport
}

// RoundTrip makes one request. Requests come one after the other.
func (h *hostTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if host := r.URL.Scheme + "://" + r.URL.Host; h.now == nil || h.host != host {
		t, err := newTransport(h.feed, h.dial, r)
		if err != nil {
			return nil, err
		}
		// Only the connection in use may survive the attempt.
		context.AfterFunc(r.Context(), t.CloseIdleConnections)
		h.host, h.now = host, t
	}
	return h.now.RoundTrip(r)
}

// newTransport returns a transport for requests to the host of r.
func newTransport(f *live.Feed, dial dialer, r *http.Request) (*http.Transport, error) {
	if dial == nil {
		d := &net.Dialer{
			Timeout: dialTimeout,
			// Finds out within two minutes that the other end is gone, even
			// where a stream is silent for days.
			KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 45 * time.Second, Interval: 15 * time.Second, Count: 4},
		}
		dial = d.DialContext
	}
	config, err := tlsConfig(f, r.URL.Hostname())
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
	if config != nil && config.VerifyConnection != nil && t.Proxy != nil {
		proxy, err := t.Proxy(r)
		if err == nil && proxy != nil && proxy.Scheme == "https" {
			t.DialTLSContext = dialProxy(dial, config.RootCAs)
		}
	}
	return t, nil
}

// dialProxy returns what opens the connection to a proxy that speaks TLS. A
// certificate accepted for the feed's server says nothing about its proxy.
func dialProxy(dial dialer, roots *x509.CertPool) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, dialTimeout+tlsTimeout)
		defer cancel()
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: roots})
		if err := secure.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		return secure, nil
	}
}

// TLSConfig returns what a feed asks of TLS: authorities and a certificate to
// accept besides those that the machine trusts. It returns nil where nothing
// special was asked for. It is good for the host of the feed's URL only.
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
			return verify(s, host, c.RootCAs, accepted)
		}
	}
	return c, nil
}

// verify accepts a certificate that can be verified and is made out to host, a
// name or an IP address; and the one certificate with the accepted SHA-256.
// crypto/tls leaves ServerName empty for an address; for a name it is host as
// it goes on the wire.
func verify(s tls.ConnectionState, host string, roots *x509.CertPool, accepted []byte) error {
	leaf := s.PeerCertificates[0]
	opt := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		opt.Intermediates.AddCert(c)
	}
	_, err := leaf.Verify(opt)
	if err == nil {
		// Not by opt.DNSName, which is not looked at where it is empty.
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
