package feed

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
)

// explain says in words why a request failed or a stream broke off. host is
// the server's name; step is what was being done, as in trace.step.
func explain(err error, host, step string) *ending {
	if e, ok := errors.AsType[*ending](err); ok {
		return e
	}
	// Its text begins with the address, whose query may hold a secret. There
	// is one of the library's client around one of ours.
	for e, ok := errors.AsType[*url.Error](err); ok; e, ok = errors.AsType[*url.Error](err) {
		err = e.Err
	}
	if e := explainTLS(err, host); e != nil {
		return e
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "proxyconnect" || strings.HasPrefix(e.Op, "socks")) {
		inner := explainNet(e.Err, "the proxy", "connect")
		return because("proxy", "The proxy cannot be used: %s", lowerFirst(inner.reason)).
			advise("Check the proxy in the settings of this feed, or HTTP_PROXY and HTTPS_PROXY in the environment.")
	}
	return explainNet(err, host, step)
}

func explainNet(err error, host, step string) *ending {
	switch e, dns := errors.AsType[*net.DNSError](err); {
	case dns && e.IsNotFound:
		return because("dns", "The name %s was not found.", e.Name).
			advise("Check the spelling of the address, and whether this machine is online.")
	case dns && e.IsTimeout:
		return because("dns", "The name server did not answer when asked for %s.", e.Name).
			advise("Check whether this machine is online.")
	case dns:
		return because("dns", "The name %s could not be looked up.", e.Name).
			advise("Check whether this machine is online, and its name server.")
	case isBadPort(err):
		return because("url", "There is no such port at %s: a port is a number from 1 to 65535.", host).advise("Check the address.")
	case isErrno(err, syscall.ECONNREFUSED, 10061):
		return because("refused", "Connection refused by %s.", host).
			advise("No program listens at this port. Check the address, and whether the server is running.")
	case isErrno(err, syscall.EHOSTUNREACH, 10065), isErrno(err, syscall.ENETUNREACH, 10051):
		return because("unreachable", "%s cannot be reached.", upperFirst(host)).
			advise("Check whether this machine is online, and whether a VPN is needed.")
	case isErrno(err, syscall.ECONNRESET, 10054), isErrno(err, syscall.EPIPE, 10053), isErrno(err, syscall.ECONNABORTED, 10053):
		return because("reset", "The connection was reset by %s.", host)
	case isErrno(err, syscall.ETIMEDOUT, 10060):
		return because("timeout", "%s no longer answers.", upperFirst(host)).
			advise("The network between may be broken, or the server gone.")
	case strings.Contains(err.Error(), "http2: client connection lost"): // no answer to a ping
		return explainTimeout(host, "open")
	case strings.Contains(err.Error(), "stream error: "), strings.Contains(err.Error(), "http2: server sent GOAWAY"):
		return because("reset", "The stream was ended by %s.", host)
	case isTimeout(err):
		return explainTimeout(host, step)
	case errors.Is(err, http.ErrSchemeMismatch):
		return because("tls", "%s speaks plain HTTP at this port.", upperFirst(host)).advise("Use http:// instead of https://.")
	case errors.Is(err, io.ErrUnexpectedEOF) && step == "open":
		return because("cut", "The stream broke off.")
	case errors.Is(err, io.EOF) && step == "open":
		return because("closed", "The server closed the stream.")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "server closed idle connection"):
		return because("closed", "%s closed the connection without an answer.", upperFirst(host))
	case strings.Contains(err.Error(), "failed to parse Location header"):
		return because("redirects", "The server redirects to an address that cannot be read.").advise("The trouble is at the server.")
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`): // an alert of TLS
		return because("tls", "%s speaks TLS at this port.", upperFirst(host)).advise("Use https:// instead of http://.")
	case isFraming(err):
		return because("protocol", "What %s sends is not valid HTTP.", host).
			advise("The trouble is at the server, or at a proxy before it.")
	case strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "malformed MIME"),
		strings.Contains(err.Error(), "readLoopPeekFailLocked"): // it spoke before it was asked
		return because("protocol", "What %s answers is not HTTP.", host).
			advise("Check the port: another kind of server may be listening there.")
	case strings.Contains(err.Error(), "server response headers exceeded"):
		return because("protocol", "The header of the answer of %s is too large.", host)
	}
	return because("network", "The connection failed: %s.", strings.TrimSuffix(err.Error(), "."))
}

// adviseScheme adds to an ending, before any answer came, that the other scheme
// may be the right one: a server that wants TLS closes a plain request without
// a word, and the other way round.
func adviseScheme(e *ending, scheme, step string) *ending {
	silent := e.code == "closed" || e.code == "reset" || step == "tls" && e.code == "timeout"
	switch {
	case !silent || e.hint != "":
	case scheme == "http" && step == "answer":
		e.advise("If the server speaks TLS at this port, use https:// instead of http://.")
	case scheme == "https" && step == "tls":
		e.advise("If the server does not speak TLS at this port, use http:// instead of https://.")
	}
	return e
}

func isBadPort(err error) bool {
	e, ok := errors.AsType[*net.AddrError](err)
	return ok && e.Err == "invalid port"
}

// isFraming reports whether what came breaks HTTP's rules on where a body ends.
// The errors of net/http for that have no types.
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

func explainTimeout(host, step string) *ending {
	switch step {
	case "dns":
		return because("dns", "The name server did not answer in time.").advise("Check whether this machine is online.")
	case "connect":
		return because("timeout", "No answer from %s within %s.", host, words(dialTimeout)).
			advise("The server may be down, or a firewall drops the connection.")
	case "tls":
		return because("timeout", "%s did not finish the TLS handshake within %s.", upperFirst(host), words(tlsTimeout))
	case "open":
		return because("timeout", "%s no longer answers.", upperFirst(host))
	}
	return because("timeout", "%s took the request but did not answer within %s.", upperFirst(host), words(headerTimeout)).
		advise("Some servers answer only when the first message comes.")
}

// explainTLS returns nil where err is not about TLS.
func explainTLS(err error, host string) *ending {
	certificate := ""
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(e.UnverifiedCertificates) > 0 {
		certificate = fingerprint(e.UnverifiedCertificates[0])
	}
	const accept = "If you know this server, accept its certificate, or add its authority in the settings of this feed."
	untrusted := func(format string, args ...any) *ending {
		e := because("tls", format, args...)
		e.certificate = certificate
		return e
	}
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		if c := e.Cert; c != nil && c.Issuer.String() == c.Subject.String() {
			return untrusted("The certificate of %s is self-signed.", host).advise(accept)
		}
		return untrusted("The certificate of %s comes from an unknown authority.", host).advise(accept)
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return untrusted("The certificate of %s is made out to %s.", host, madeOutTo(e.Certificate)).
			advise("Check the address, or accept this certificate if you know the server.")
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if e.Reason == x509.Expired && e.Cert != nil && time.Now().Before(e.Cert.NotBefore) {
			return untrusted("The certificate of %s is not valid yet.", host).advise("Check the clock of this machine.")
		}
		if e.Reason == x509.Expired {
			return untrusted("The certificate of %s has expired.", host).
				advise("The server's owner must renew it. Check the clock of this machine too.")
		}
		return untrusted("The certificate of %s is not valid.", host).advise(accept)
	}
	if certificate != "" {
		return untrusted("The certificate of %s cannot be verified.", host).advise(accept)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return because("tls", "%s does not speak TLS at this port.", upperFirst(host)).advise("Use http:// instead of https://, or check the port.")
	}
	if e, ok := errors.AsType[tls.AlertError](err); ok {
		return because("tls", "%s ended the TLS handshake: %s.", upperFirst(host), strings.TrimPrefix(e.Error(), "tls: "))
	}
	if text := err.Error(); strings.Contains(text, "tls: ") {
		_, text, _ = strings.Cut(text, "tls: ")
		return because("tls", "The TLS handshake with %s failed: %s.", host, text)
	}
	return nil
}

// madeOutTo lists the names and addresses of a certificate, as many as a line
// has room for.
func madeOutTo(c *x509.Certificate) string {
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

// isErrno knows a system's error by its Unix name or its Windows number,
// which Go does not map onto it.
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

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	if s == "the proxy" {
		return "The proxy"
	}
	return s
}

func lowerFirst(s string) string {
	if first, rest, _ := strings.Cut(s, " "); first == "The" || first == "There" || first == "An" || first == "No" || first == "Connection" || first == "What" {
		return strings.ToLower(first) + " " + rest
	}
	return s
}

// words writes a duration for a person.
func words(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second && d%time.Second >= 100*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
