package dial

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
)

// explain says in words why a request failed or a stream broke off, at a step
// of the request to host.
func explain(err error, host string, at step) *disconnect.Reason {
	if e, ok := errors.AsType[*disconnect.Reason](err); ok {
		return e
	}
	// The text of a url.Error begins with the address, whose query may hold a
	// secret. The library's client wraps the error of ours in another one.
	for e, ok := errors.AsType[*url.Error](err); ok; e, ok = errors.AsType[*url.Error](err) {
		err = e.Err
	}
	if e := explainTLS(err, host); e != nil {
		return e
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "proxyconnect" || strings.HasPrefix(e.Op, "socks")) {
		inner := explainNet(e.Err, "the proxy", stepConnect)
		return disconnect.Because("proxy", "The proxy cannot be used: %s", lowerFirst(inner.Message)).
			WithHint("Check the proxy in the settings of this feed, or HTTP_PROXY and HTTPS_PROXY in the environment.")
	}
	return explainNet(err, host, at)
}

// explainNet explains every error that is not about TLS.
func explainNet(err error, host string, at step) *disconnect.Reason {
	switch e, dns := errors.AsType[*net.DNSError](err); {
	case dns && e.IsNotFound:
		return disconnect.Because("dns", "The name %s was not found.", e.Name).
			WithHint("Check the spelling of the address, and whether this machine is online.")
	case dns && e.IsTimeout:
		return disconnect.Because("dns", "The name server did not answer when asked for %s.", e.Name).
			WithHint("Check whether this machine is online.")
	case dns:
		return disconnect.Because("dns", "The name %s could not be looked up.", e.Name).
			WithHint("Check whether this machine is online, and its name server.")
	case isBadPort(err):
		return disconnect.Because("url", "There is no such port at %s: a port is a number from 1 to 65535.", host).WithHint("Check the address.")
	case isErrno(err, syscall.ECONNREFUSED, 10061):
		return disconnect.Because("refused", "Connection refused by %s.", host).
			WithHint("No program listens at this port. Check the address, and whether the server is running.")
	case isErrno(err, syscall.EHOSTUNREACH, 10065), isErrno(err, syscall.ENETUNREACH, 10051):
		return disconnect.Because("unreachable", "%s cannot be reached.", upperFirst(host)).
			WithHint("Check whether this machine is online, and whether a VPN is needed.")
	case isErrno(err, syscall.ECONNRESET, 10054), isErrno(err, syscall.EPIPE, 10053), isErrno(err, syscall.ECONNABORTED, 10053):
		return disconnect.Because("reset", "The connection was reset by %s.", host)
	case isErrno(err, syscall.ETIMEDOUT, 10060):
		return disconnect.Because("timeout", "%s no longer answers.", upperFirst(host)).
			WithHint("The network on the way may be broken, or the server gone.")
	case strings.Contains(err.Error(), "http2: client connection lost"): // a ping was not answered
		return explainTimeout(host, stepOpen)
	case strings.Contains(err.Error(), "stream error: "), strings.Contains(err.Error(), "http2: server sent GOAWAY"):
		return disconnect.Because("reset", "The stream was ended by %s.", host)
	case isTimeout(err):
		return explainTimeout(host, at)
	case errors.Is(err, http.ErrSchemeMismatch):
		return disconnect.Because("tls", "%s speaks plain HTTP at this port.", upperFirst(host)).WithHint("Use http:// instead of https://.")
	case errors.Is(err, io.ErrUnexpectedEOF) && at == stepOpen:
		return disconnect.Because("cut", "The stream broke off.")
	case errors.Is(err, io.EOF) && at == stepOpen:
		return disconnect.Because("closed", "The server closed the stream.")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "server closed idle connection"):
		return disconnect.Because("closed", "%s closed the connection without a response.", upperFirst(host))
	case strings.Contains(err.Error(), "failed to parse Location header"):
		return disconnect.Because("redirects", "The server redirects to an address that cannot be read.").WithHint("The problem is at the server.")
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`): // a TLS alert
		return disconnect.Because("tls", "%s speaks TLS at this port.", upperFirst(host)).WithHint("Use https:// instead of http://.")
	case isFraming(err):
		return disconnect.Because("protocol", "The response of %s is not valid HTTP.", host).
			WithHint("The problem is at the server, or at a proxy before it.")
	case strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "malformed MIME"),
		strings.Contains(err.Error(), "readLoopPeekFailLocked"): // it sent bytes before the request
		return disconnect.Because("protocol", "The response of %s is not HTTP.", host).
			WithHint("Check the port: another kind of server may be listening there.")
	case strings.Contains(err.Error(), "server response headers exceeded"):
		return disconnect.Because("protocol", "The header of the response of %s is too large.", host)
	}
	return disconnect.Because("network", "The connection failed: %s.", strings.TrimSuffix(err.Error(), "."))
}

// adviseScheme adds the hint that the other scheme may be the right one, where
// the server said nothing at all: one that expects TLS closes the connection of
// a plain request, and one without TLS does not answer the handshake.
func adviseScheme(e *disconnect.Reason, scheme string, at step) *disconnect.Reason {
	silent := e.Code == "closed" || e.Code == "reset" || at == stepTLS && e.Code == "timeout"
	switch {
	case !silent || e.Hint != "":
	case scheme == "http" && at == stepResponse:
		e.WithHint("If the server speaks TLS at this port, use https:// instead of http://.")
	case scheme == "https" && at == stepTLS:
		e.WithHint("If the server does not speak TLS at this port, use http:// instead of https://.")
	}
	return e
}

func isBadPort(err error) bool {
	e, ok := errors.AsType[*net.AddrError](err)
	return ok && e.Err == "invalid port"
}

// isFraming reports whether the response breaks HTTP's rules on where a body
// ends. net/http has no types for these errors.
func isFraming(err error) bool {
	for _, text := range []string{
		"chunk length", "chunked encoding", "chunked line", "chunked body", "header line too long", // the chunks
		"Content-Length", "transfer encoding", "Transfer-Encoding", // the header
		"reading trailer", "trailer key",
	} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// explainTimeout says what was waited for in vain.
func explainTimeout(host string, at step) *disconnect.Reason {
	switch at {
	case stepDNS:
		return disconnect.Because("dns", "The name server did not answer in time.").WithHint("Check whether this machine is online.")
	case stepConnect:
		return disconnect.Because("timeout", "No response from %s within %s.", host, live.EnglishDuration(dialTimeout)).
			WithHint("The server may be down, or a firewall drops the connection.")
	case stepTLS:
		return disconnect.Because("timeout", "%s did not finish the TLS handshake within %s.", upperFirst(host), live.EnglishDuration(tlsTimeout))
	case stepOpen:
		return disconnect.Because("timeout", "%s no longer answers.", upperFirst(host))
	}
	return disconnect.Because("timeout", "%s accepted the request but did not answer within %s.", upperFirst(host), live.EnglishDuration(headerTimeout)).
		WithHint("Some servers answer only together with the first message.")
}

// explainTLS explains errors of TLS. It returns nil for any other error.
func explainTLS(err error, host string) *disconnect.Reason {
	certificate := ""
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(e.UnverifiedCertificates) > 0 {
		certificate = fingerprint(e.UnverifiedCertificates[0])
	}
	const accept = "If you know this server, accept its certificate, or add its authority in the settings of this feed."
	untrusted := func(format string, args ...any) *disconnect.Reason {
		e := disconnect.Because("tls", format, args...)
		e.Certificate = certificate
		return e
	}
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		if c := e.Cert; c != nil && c.Issuer.String() == c.Subject.String() {
			return untrusted("The certificate of %s is self-signed.", host).WithHint(accept)
		}
		return untrusted("The certificate of %s comes from an unknown authority.", host).WithHint(accept)
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return untrusted("The certificate of %s is made out to %s.", host, certificateNames(e.Certificate)).
			WithHint("Check the address, or accept this certificate if you know the server.")
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if e.Reason == x509.Expired && e.Cert != nil && time.Now().Before(e.Cert.NotBefore) {
			return untrusted("The certificate of %s is not valid yet.", host).WithHint("Check the clock of this machine.")
		}
		if e.Reason == x509.Expired {
			return untrusted("The certificate of %s has expired.", host).
				WithHint("The server's owner must renew it. Check the clock of this machine too.")
		}
		return untrusted("The certificate of %s is not valid.", host).WithHint(accept)
	}
	if certificate != "" {
		return untrusted("The certificate of %s cannot be verified.", host).WithHint(accept)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return disconnect.Because("tls", "%s does not speak TLS at this port.", upperFirst(host)).WithHint("Use http:// instead of https://, or check the port.")
	}
	if e, ok := errors.AsType[tls.AlertError](err); ok {
		return disconnect.Because("tls", "%s ended the TLS handshake: %s.", upperFirst(host), strings.TrimPrefix(e.Error(), "tls: "))
	}
	if text := err.Error(); strings.Contains(text, "tls: ") {
		_, text, _ = strings.Cut(text, "tls: ")
		return disconnect.Because("tls", "The TLS handshake with %s failed: %s.", host, text)
	}
	return nil
}

// certificateNames lists the names and addresses that a certificate is made out
// to: five at most, to fit on a line.
func certificateNames(c *x509.Certificate) string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	switch {
	case len(names) == 0:
		return "another name"
	case len(names) > 5:
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", len(names)-5)
	}
	return strings.Join(names, ", ")
}

// fingerprint returns the SHA-256 of a certificate, in hex.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// isErrno recognises a system error by its Unix name or its Windows number. Go
// does not map the one to the other.
func isErrno(err error, unix syscall.Errno, windows syscall.Errno) bool {
	return errors.Is(err, unix) || errors.Is(err, windows)
}

func isTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// upperFirst writes a host at the beginning of a sentence. Only "the proxy" and
// "the server" change.
func upperFirst(host string) string {
	if rest, ok := strings.CutPrefix(host, "the "); ok {
		return "The " + rest
	}
	return host
}

// lowerFirst writes a sentence after a colon. Names keep their case.
func lowerFirst(s string) string {
	if first, rest, _ := strings.Cut(s, " "); first == "The" || first == "There" || first == "An" || first == "No" || first == "Connection" {
		return strings.ToLower(first) + " " + rest
	}
	return s
}
