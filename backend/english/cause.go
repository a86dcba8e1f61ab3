package english

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// Cause returns the words of an error as a part of a sentence, as in "it cannot be
// read: no such file or directory", and their code for translators. The code is ""
// if only the system or the library that made the error has words for it. The path
// or the address that the system's errors begin with is left out: the sentence
// names it.
func Cause(err error) (code, words string) {
	for _, c := range causes {
		if errors.Is(err, c.err) {
			return c.code, c.words
		}
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return noSuchHost.code, noSuchHost.words
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		err = e
	}
	words = strings.TrimSuffix(err.Error(), ".")
	for _, prefix := range []string{"remote error: ", "tls: ", "json: ", "toml: ", "error parsing regexp: "} {
		words = strings.TrimPrefix(words, prefix)
	}
	for _, c := range alerts {
		if c.words == words {
			return c.code, words
		}
	}
	return "", words
}

// A known is a cause with a code.
type known struct{ code, words string }

// say returns a known. The test of the catalogue finds its calls by the names of
// its parameters; there are no args, because a cause has no parameters.
func say(code, format string, args ...any) known { return known{code, format} }

var noSuchHost = say("cause/no_such_host", "no such host")

// causes are the errors with a code. Their words are the system's.
var causes = []struct {
	err error
	known
}{
	{syscall.EACCES, say("cause/eacces", "permission denied")},
	{syscall.EPERM, say("cause/eperm", "operation not permitted")},
	{syscall.ENOENT, say("cause/enoent", "no such file or directory")},
	{syscall.EEXIST, say("cause/eexist", "file exists")},
	{syscall.ENOTDIR, say("cause/enotdir", "not a directory")},
	{syscall.EISDIR, say("cause/eisdir", "is a directory")},
	{syscall.ENAMETOOLONG, say("cause/enametoolong", "file name too long")},
	{syscall.ENOSPC, say("cause/enospc", "no space left on device")},
	{syscall.EROFS, say("cause/erofs", "read-only file system")},
	{syscall.EIO, say("cause/eio", "input/output error")},
	{syscall.EBUSY, say("cause/ebusy", "device or resource busy")},
	{syscall.EMFILE, say("cause/emfile", "too many open files")},
	{syscall.ENFILE, say("cause/enfile", "too many open files in system")},
	{syscall.ENOMEM, say("cause/enomem", "cannot allocate memory")},
	{syscall.EADDRINUSE, say("cause/eaddrinuse", "address already in use")},
	{syscall.EADDRNOTAVAIL, say("cause/eaddrnotavail", "cannot assign requested address")},
	{syscall.EAFNOSUPPORT, say("cause/eafnosupport", "address family not supported by protocol")},
	{syscall.ECONNREFUSED, say("cause/econnrefused", "connection refused")},
	{syscall.ECONNRESET, say("cause/econnreset", "connection reset by peer")},
	{syscall.ECONNABORTED, say("cause/econnaborted", "software caused connection abort")},
	{syscall.EPIPE, say("cause/epipe", "broken pipe")},
	{syscall.ETIMEDOUT, say("cause/etimedout", "connection timed out")},
	{syscall.EHOSTUNREACH, say("cause/ehostunreach", "no route to host")},
	{syscall.ENETUNREACH, say("cause/enetunreach", "network is unreachable")},
	{syscall.ENETDOWN, say("cause/enetdown", "network is down")},
	{os.ErrDeadlineExceeded, say("cause/timeout", "the time limit has passed")},
	{context.DeadlineExceeded, say("cause/timeout", "the time limit has passed")},
	{context.Canceled, say("cause/cancelled", "it was cancelled")},
	{net.ErrClosed, say("cause/closed", "the connection is closed")},
	{io.ErrUnexpectedEOF, say("cause/ends_early", "it ends too early")},
	{io.EOF, say("cause/ends_early", "it ends too early")},
}

// alerts are what a server answers to a TLS handshake, and what crypto/tls says of
// an answer, in the words of crypto/tls.
var alerts = []known{
	say("tls_alert/handshake_failure", "handshake failure"),
	say("tls_alert/protocol_version", "protocol version not supported"),
	say("tls_alert/insufficient_security", "insufficient security level"),
	say("tls_alert/bad_certificate", "bad certificate"),
	say("tls_alert/certificate_required", "certificate required"),
	say("tls_alert/unsupported_certificate", "unsupported certificate"),
	say("tls_alert/expired_certificate", "expired certificate"),
	say("tls_alert/revoked_certificate", "revoked certificate"),
	say("tls_alert/unknown_authority", "unknown certificate authority"),
	say("tls_alert/access_denied", "access denied"),
	say("tls_alert/unrecognized_name", "unrecognized name"),
	say("tls_alert/no_protocol", "no application protocol"),
	say("tls_alert/internal_error", "internal error"),
	say("tls_alert/no_tls", "first record does not look like a TLS handshake"),
}
