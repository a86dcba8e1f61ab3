package dial

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
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

// explain returns the Reason for an error of a request to host, or of its
// stream, during a step.
func explain(err error, host string, at step) *disconnect.Reason {
	if e, ok := errors.AsType[*disconnect.Reason](err); ok {
		return e
	}
	// The text of a url.Error begins with the address, whose query may contain a
	// secret. There may be two: the client of r3labs/sse wraps the one of ours.
	for e, ok := errors.AsType[*url.Error](err); ok; e, ok = errors.AsType[*url.Error](err) {
		err = e.Err
	}
	if e := explainTLS(err, host); e != nil {
		return e
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "proxyconnect" || strings.HasPrefix(e.Op, "socks")) {
		cause := explainNet(e.Err, theProxy, stepConnect).AsText()
		cause.Hint = ""
		return disconnect.Because(live.Textf("proxy/unusable", "The proxy cannot be used.").
			WithHint("Check the proxy in the settings of this feed, or HTTP_PROXY and HTTPS_PROXY in the environment.").Then(cause))
	}
	return explainNet(err, host, at)
}

// explainNet explains errors of the name server, the network and HTTP. It also
// recognises a server that expects TLS or does not, from errors that crypto/tls
// does not report.
func explainNet(err error, host string, at step) *disconnect.Reason {
	switch e, dns := errors.AsType[*net.DNSError](err); {
	case dns && e.IsNotFound:
		return because("dns/not_found", "The name {name} was not found.", "name", e.Name).
			WithHint("Check the spelling of the address, and whether this machine is online.")
	case dns && e.IsTimeout:
		return because("dns/no_answer", "The name server did not answer when asked for {name}.", "name", e.Name).
			WithHint("Check whether this machine is online.")
	case dns:
		return because("dns/failed", "The name {name} could not be looked up.", "name", e.Name).
			WithHint("Check whether this machine is online, and its name server.")
	case isBadPort(err):
		return because("url/port", "There is no such port at {host}: a port is a number from 1 to 65535.", "host", named(host)).WithHint("Check the address.")
	case isAnyErrno(err, refusedErrors):
		return because("refused", "Connection refused by {host}.", "host", named(host)).
			WithHint("No program listens at this port. Check the address, and whether the server is running.")
	case isAnyErrno(err, unreachableErrors):
		return because("unreachable", "{host} cannot be reached.", "host", named(host)).
			WithHint("Check whether this machine is online, and whether a VPN is needed.")
	case isAnyErrno(err, resetErrors):
		return because("reset", "The connection was reset by {host}.", "host", named(host))
	case isAnyErrno(err, networkTimeouts):
		return because("timeout/network", "{host} no longer answers.", "host", named(host)).
			WithHint("The network on the way may be broken, or the server gone.")
	case strings.Contains(err.Error(), "http2: client connection lost"): // a ping was not answered
		return explainTimeout(host, stepOpen)
	case strings.Contains(err.Error(), "stream error: "), strings.Contains(err.Error(), "http2: server sent GOAWAY"):
		return because("reset/stream", "The stream was ended by {host}.", "host", named(host))
	case isTimeout(err):
		return explainTimeout(host, at)
	case errors.Is(err, http.ErrSchemeMismatch):
		return because("tls/plain_http", "{host} speaks plain HTTP at this port.", "host", named(host)).WithHint("Use http:// instead of https://.")
	case errors.Is(err, io.ErrUnexpectedEOF) && at == stepOpen:
		return because("cut", "The stream broke off.")
	case errors.Is(err, io.EOF) && at == stepOpen:
		return because("closed/stream", "The server closed the stream.")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "server closed idle connection"):
		return because("closed/no_response", "{host} closed the connection without a response.", "host", named(host))
	case strings.Contains(err.Error(), "failed to parse Location header"):
		return because("redirects/address", "The server redirects to an address that cannot be read.").WithHint("The problem is at the server.")
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`): // a TLS alert
		return because("tls/expected", "{host} speaks TLS at this port.", "host", named(host)).WithHint("Use https:// instead of http://.")
	case isBadFraming(err):
		return because("protocol/invalid", "The response of {host} is not valid HTTP.", "host", named(host)).
			WithHint("The problem is at the server, or at a proxy before it.")
	case strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "malformed MIME"),
		strings.Contains(err.Error(), "readLoopPeekFailLocked"): // the server sent bytes before the request
		return because("protocol/no_http", "The response of {host} is not HTTP.", "host", named(host)).
			WithHint("Check the port: another kind of server may be listening there.")
	case strings.Contains(err.Error(), "server response headers exceeded"):
		return because("protocol/header", "The header of the response of {host} is too large.", "host", named(host))
	}
	return because("network", "The connection failed: {error}.", "error", err)
}

// suggestOtherScheme adds a sentence about the other scheme to why if the server
// closed or reset the connection or stayed silent. A server that expects TLS
// closes the connection of a plain request, and a server without TLS does not
// answer the handshake.
func suggestOtherScheme(why *disconnect.Reason, scheme string, at step) *disconnect.Reason {
	noResponse := why.Code == "closed" || why.Code == "reset" || at == stepTLS && why.Code == "timeout"
	switch {
	case !noResponse || why.Hint != "":
	case scheme == "http" && at == stepResponse:
		return disconnect.Because(why.AsText().Then(live.Textf("scheme/https", "It may expect TLS at this port.").
			WithHint("Try https:// instead of http://.")))
	case scheme == "https" && at == stepTLS:
		return disconnect.Because(why.AsText().Then(live.Textf("scheme/http", "It may not speak TLS at this port.").
			WithHint("Try http:// instead of https://.")))
	}
	return why
}

func isBadPort(err error) bool {
	e, ok := errors.AsType[*net.AddrError](err)
	return ok && e.Err == "invalid port"
}

// isBadFraming reports whether the response breaks the rules of HTTP for the end
// of a body. net/http has no types for these errors.
func isBadFraming(err error) bool {
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

// explainTimeout returns the Reason for a timeout during a step.
func explainTimeout(host string, at step) *disconnect.Reason {
	switch at {
	case stepDNS:
		return because("dns/timeout", "The name server did not answer in time.").WithHint("Check whether this machine is online.")
	case stepConnect:
		return because("timeout/connect", "No response from {host} within {limit_ms}.", "host", named(host), "limit_ms", dialTimeout).
			WithHint("The server may be down, or a firewall drops the connection.")
	case stepTLS:
		return because("timeout/tls", "{host} did not finish the TLS handshake within {limit_ms}.", "host", named(host), "limit_ms", tlsTimeout)
	case stepOpen:
		return because("timeout/stream", "{host} no longer answers.", "host", named(host))
	}
	return because("timeout/response", "{host} accepted the request but did not answer within {limit_ms}.", "host", named(host), "limit_ms", headerTimeout).
		WithHint("Some servers answer only together with the first message.")
}

// explainTLS explains errors of crypto/tls. It returns nil for any other error.
func explainTLS(err error, host string) *disconnect.Reason {
	certificate := ""
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(e.UnverifiedCertificates) > 0 {
		certificate = fingerprint(e.UnverifiedCertificates[0])
	}
	const accept = "If you know this server, accept its certificate, or add its authority in the settings of this feed."
	untrusted := func(code, format string, args ...any) *disconnect.Reason {
		e := because(code, format, args...)
		e.Certificate = certificate
		return e
	}
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		if c := e.Cert; c != nil && c.Issuer.String() == c.Subject.String() {
			return untrusted("tls/self_signed", "The certificate of {host} is self-signed.", "host", named(host)).WithHint(accept)
		}
		return untrusted("tls/authority", "The certificate of {host} comes from an unknown authority.", "host", named(host)).WithHint(accept)
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return untrusted("tls/name", "The certificate of {host} is made out to {names}.", "host", named(host), "names", certificateNames(e.Certificate)).
			WithHint("Check the address, or accept this certificate if you know the server.")
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if e.Reason == x509.Expired && e.Cert != nil && time.Now().Before(e.Cert.NotBefore) {
			return untrusted("tls/not_yet_valid", "The certificate of {host} is not valid yet.", "host", named(host)).WithHint("Check the clock of this machine.")
		}
		if e.Reason == x509.Expired {
			return untrusted("tls/expired", "The certificate of {host} has expired.", "host", named(host)).
				WithHint("The server's owner must renew it. Check the clock of this machine too.")
		}
		return untrusted("tls/invalid", "The certificate of {host} is not valid.", "host", named(host)).WithHint(accept)
	}
	if certificate != "" {
		return untrusted("tls/unverified", "The certificate of {host} cannot be verified.", "host", named(host)).WithHint(accept)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return because("tls/no_tls", "{host} does not speak TLS at this port.", "host", named(host)).WithHint("Use http:// instead of https://, or check the port.")
	}
	if e, ok := errors.AsType[tls.AlertError](err); ok {
		return because("tls/alert", "{host} ended the TLS handshake: {alert}.", "host", named(host), "alert", e)
	}
	if text := err.Error(); strings.Contains(text, "tls: ") {
		_, text, _ = strings.Cut(text, "tls: ")
		return because("tls/handshake", "The TLS handshake with {host} failed: {error}.", "host", named(host), "error", errors.New(text))
	}
	return nil
}

// certificateNames returns the names and addresses in a certificate as the
// parameter of a sentence, five at most, to fit on a line.
func certificateNames(c *x509.Certificate) any {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	switch {
	case len(names) == 0:
		return live.Textf("names/none", "another name")
	case len(names) > 5:
		return live.Textf("names/more", "{names} and {n} more", "names", names[:5], "n", len(names)-5)
	}
	return names
}

// fingerprint returns the SHA-256 of a certificate, in hex.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

func isAnyErrno(err error, list []syscall.Errno) bool {
	return slices.ContainsFunc(list, func(n syscall.Errno) bool { return errors.Is(err, n) })
}

func isTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// theServer and theProxy stand for a host that is not known or not named.
const theServer, theProxy = "the server", "the proxy"

// named returns a host as the parameter of a sentence.
func named(host string) any {
	switch host {
	case theServer:
		return live.Textf("host/server", "the server")
	case theProxy:
		return live.Textf("host/proxy", "the proxy")
	}
	return host
}
