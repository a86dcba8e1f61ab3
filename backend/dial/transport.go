package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

const (
	dialTimeout = 10 * time.Second
	tlsTimeout  = 10 * time.Second
	// headerTimeout is long: some frameworks send the header only together
	// with the first message.
	headerTimeout = 5 * time.Minute
)

// A hostTransport sends the requests of one Connection: the first request, then
// one for each redirect. Each host has its own transport, because verify needs
// the host, which crypto/tls does not pass on if it is an IP address.
type hostTransport struct {
	feed    *live.Feed
	dial    DialFunc
	host    string // scheme and host of current
	current *http.Transport
}

func (h *hostTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if host := r.URL.Scheme + "://" + r.URL.Host; h.current == nil || h.host != host {
		t, err := newTransport(h.feed, h.dial, r)
		if err != nil {
			return nil, err
		}
		// An unused connection must not outlive the Connection.
		context.AfterFunc(r.Context(), t.CloseIdleConnections)
		h.host, h.current = host, t
	}
	return h.current.RoundTrip(r)
}

// newTransport returns a transport for requests to the host of r.
func newTransport(f *live.Feed, dial DialFunc, r *http.Request) (*http.Transport, error) {
	if dial == nil {
		d := &net.Dialer{
			Timeout: dialTimeout,
			// Detects within two minutes that the other end is gone, even if the
			// stream is silent for days.
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
		ReadBufferSize:         eventstream.ReadSize,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // a server that compresses delays events
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 60 * time.Second, PingTimeout: 30 * time.Second},
	}
	switch f.Proxy {
	case "":
		t.Proxy = http.ProxyFromEnvironment
	case "direct":
	default:
		u, err := url.Parse(f.Proxy)
		if err != nil {
			return nil, because("proxy/address", "The address of the proxy cannot be read.")
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

// dialProxy returns a function that connects to a proxy over TLS. It does not
// accept the certificate that the user accepted for the feed's server.
func dialProxy(dial DialFunc, roots *x509.CertPool) DialFunc {
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
