package remote

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"signalbox/backend/cli/flags"
	"signalbox/backend/dial"
	"signalbox/backend/live"
	"signalbox/backend/node"
	"signalbox/backend/setting"
)

// Flags are the flags of a command that talks to a running Signalbox.
type Flags struct {
	flags.Set
	shared *http.Client // for all requests of the command; nil before the first
}

// Token returns the token for the running Signalbox, or "".
func (f *Flags) Token() string { return f.Values.Text(setting.Token) }

// TokenFor returns the token for an address, or "". A token in the environment
// or the configuration file belongs to the running Signalbox, so no other server
// may learn it. A token on the command line is for the address beside it.
func (f *Flags) TokenFor(address string) string {
	if f.Typed[setting.Token] || f.IsOwn(address) {
		return f.Token()
	}
	return ""
}

// IsOwn reports whether an address has the scheme, host and port of the
// running Signalbox. localhost does not count as 127.0.0.1: it may resolve to
// ::1, and another program can listen on the same port there.
func (f *Flags) IsOwn(address string) bool {
	a, err := url.Parse(address)
	if err != nil {
		return false
	}
	b, err := url.Parse(f.URL())
	return err == nil && origin(a) == origin(b)
}

// origin returns a URL's scheme, host and port.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Scheme + "://" + net.JoinHostPort(u.Hostname(), port))
}

// URL returns the server's address without a slash at its end.
func (f *Flags) URL() string {
	url, _ := f.server()
	return url
}

// server returns the address, and the SHA-256 of the certificate if the data
// folder holds it. That certificate is trusted without an authority, because
// only this user can write to the folder.
func (f *Flags) server() (url, certificate string) {
	if url := f.Values.Text(setting.URL); url != "" {
		return strings.TrimRight(url, "/"), ""
	}
	data := flags.DataFolder()
	if f.Values.Set(setting.Data) {
		data = f.Values.Text(setting.Data)
	}
	if b, err := os.ReadFile(filepath.Join(data, node.AddressFile)); err == nil {
		// A server on a full disk leaves the file empty.
		if url, certificate, _ := strings.Cut(strings.TrimSpace(string(b)), "\n"); url != "" {
			return url, certificate
		}
	}
	return fmt.Sprintf("http://127.0.0.1:%d", setting.Port.Number()), ""
}

// AddCertificates adds the certificates of --ca to a feed, and for the running
// Signalbox itself also the certificate of its data folder.
func (f *Flags) AddCertificates(feed *live.Feed, own bool) error {
	if own {
		_, feed.Certificate = f.server()
	}
	file := f.Values.Text(setting.CA)
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return live.Errorf("bad_ca/unreadable", "The certificates in {file} cannot be read: {reason}.", "file", file, "reason", errors.Unwrap(err)).WithField("ca").WithCause(err)
	}
	feed.CA = string(text)
	if _, err := dial.TLSConfig(feed); err != nil {
		return live.Errorf("bad_ca/none", "There is no certificate in {file}.", "file", file).WithField("ca").WithHint("Name a file in PEM format.").WithCause(err)
	}
	return nil
}

// Client returns the HTTP client for the running Signalbox.
func (f *Flags) Client() (*http.Client, error) {
	if f.shared != nil {
		return f.shared, nil
	}
	feed := live.Feed{URL: f.URL()}
	if err := f.AddCertificates(&feed, true); err != nil {
		return nil, err
	}
	config, err := dial.TLSConfig(&feed)
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = config
	f.shared = &http.Client{Transport: t}
	return f.shared, nil
}

// Get sends a request to the server and returns an answer that is no error.
func (f *Flags) Get(ctx context.Context, path string) (*http.Response, error) {
	client, err := f.Client()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL()+path, nil)
	if err != nil {
		return nil, err
	}
	if token := f.Token(); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	begun := time.Now()
	res, err := client.Do(req)
	if err != nil {
		return nil, Unreachable(f.URL(), err, time.Since(begun))
	}
	if res.StatusCode >= 300 {
		defer res.Body.Close()
		return nil, Refused(res)
	}
	return res, nil
}

// Unreachable returns the error of a request that had no response after the time
// took.
func Unreachable(url string, err error, took time.Duration) *live.Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return live.Errorf("unreachable/timeout", "{url} did not answer within {took_ms}.", "url", url, "took_ms", took).WithCause(err)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return live.Errorf("untrusted/authority", "The certificate of {url} is not trusted.", "url", url).
			WithHint("Name its file with --ca. A self-signed one lies in the data folder as tls-cert.pem.").WithCause(err)
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return live.Errorf("untrusted/name", "The certificate of {url} is not valid for the name {name}.", "url", url, "name", e.Host).
			WithHint("Use a name for which the certificate is valid.").WithCause(err)
	}
	return live.Errorf("unreachable/server", "No Signalbox answers at {url}.", "url", url).
		WithHint("Start one with: signalbox serve").WithCause(err)
}

// Refused returns the error in a response.
func Refused(res *http.Response) error {
	var body struct{ Error *live.Error }
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&body); err == nil && body.Error != nil {
		return body.Error
	}
	return live.Errorf("refused/status", "The server answered {status}.", "status", res.Status)
}
