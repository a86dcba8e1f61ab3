package cli

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

	"github.com/alecthomas/kong"

	"signalbox/backend/feed"
	"signalbox/backend/live"
	"signalbox/backend/node"
)

// serverFlags say which running Signalbox a command talks to.
type serverFlags struct {
	Server string `help:"Address of the running Signalbox. Without it the one that runs on this data folder, else http://127.0.0.1:4480." placeholder:"URL" env:"SIGNALBOX_SERVER"`
	Data   string `help:"Data folder of the running Signalbox (${default_data})." type:"path" placeholder:"DIR" env:"SIGNALBOX_DATA"`
	Token  string `help:"Token, where the server demands one. One of the environment or the configuration file goes to this server only; one that is given here goes to any address." placeholder:"TOKEN" env:"SIGNALBOX_TOKEN"`
	CA     string `help:"Trust the certificates in this file too (PEM), such as a self-made one." type:"path" placeholder:"FILE" env:"SIGNALBOX_CA"`

	tokenGiven bool         // on the command line
	asked      *http.Client // the same for each line that is published
}

// AfterApply notes whether the token stood on the command line.
func (f *serverFlags) AfterApply(ctx *kong.Context) error {
	for _, p := range ctx.Path {
		if p.Flag != nil && p.Flag.Name == "token" && !p.Resolved {
			f.tokenGiven = true
		}
	}
	return nil
}

// tokenFor returns the token for an address. The one of the environment or the
// configuration file is this Signalbox's, and no other server may learn it;
// one on the command line is for whatever address stands beside it.
func (f *serverFlags) tokenFor(address string) string {
	if f.tokenGiven || f.own(address) {
		return f.Token
	}
	return ""
}

// own reports whether an address is that of the running Signalbox: the same
// scheme, host and port. localhost does not count as 127.0.0.1: it may resolve
// to ::1, where another program can listen on the same port.
func (f *serverFlags) own(address string) bool {
	a, err := url.Parse(address)
	if err != nil {
		return false
	}
	b, err := url.Parse(f.url())
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

// url returns the server's address without a slash at its end.
func (f *serverFlags) url() string {
	url, _ := f.server()
	return url
}

// server returns the address, and the SHA-256 of its certificate where the
// data folder knows it: then it is this user's own Signalbox, whoever else does
// or does not vouch for it.
func (f *serverFlags) server() (url, certificate string) {
	if f.Server != "" {
		return strings.TrimRight(f.Server, "/"), ""
	}
	data := f.Data
	if data == "" {
		data = dataFolder()
	}
	if b, err := os.ReadFile(filepath.Join(data, node.AddressFile)); err == nil {
		// One that could not be written, on a full disk, is empty.
		if url, certificate, _ := strings.Cut(strings.TrimSpace(string(b)), "\n"); url != "" {
			return url, certificate
		}
	}
	return fmt.Sprintf("http://127.0.0.1:%d", node.DefaultPort), ""
}

// trust adds to a feed which certificates are accepted: those of --ca, and for
// the server itself the one that the data folder names.
func (f *serverFlags) trust(fd *live.Feed, own bool) error {
	if own {
		_, fd.Certificate = f.server()
	}
	if f.CA == "" {
		return nil
	}
	text, err := os.ReadFile(f.CA)
	if err != nil {
		return live.Errorf("bad_ca", "The certificates %s cannot be read: %v.", f.CA, errors.Unwrap(err)).WithField("ca").WithCause(err)
	}
	fd.CA = string(text)
	if _, err := feed.TLSConfig(fd); err != nil {
		return live.Errorf("bad_ca", "There is no certificate in %s.", f.CA).WithField("ca").WithHint("It must be in PEM.").WithCause(err)
	}
	return nil
}

// client returns what asks the server.
func (f *serverFlags) client() (*http.Client, error) {
	if f.asked != nil {
		return f.asked, nil
	}
	fd := live.Feed{URL: f.url()}
	if err := f.trust(&fd, true); err != nil {
		return nil, err
	}
	config, err := feed.TLSConfig(&fd)
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = config
	f.asked = &http.Client{Transport: t}
	return f.asked, nil
}

// unreachable says why no answer came within that time.
func unreachable(url string, err error, took time.Duration) *live.Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return live.Errorf("unreachable", "%s did not answer within %s.", url, took.Round(100*time.Millisecond)).WithCause(err)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return live.Errorf("untrusted", "The certificate of %s is not trusted.", url).
			WithHint("Name its file with --ca. A self-made one lies in the data folder as tls-cert.pem.").WithCause(err)
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return live.Errorf("untrusted", "The certificate of %s is not good for the name %s.", url, e.Host).
			WithHint("Address the server by a name that stands in it.").WithCause(err)
	}
	return live.Errorf("unreachable", "No Signalbox answers at %s.", url).
		WithHint("Start one with: signalbox serve").WithCause(err)
}

// refused turns an error answer into the error that it carries.
func refused(res *http.Response) error {
	var body struct{ Error *live.Error }
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&body); err == nil && body.Error != nil {
		return body.Error
	}
	return live.Errorf("refused", "The server answered %s.", res.Status)
}
