package dial

import (
	"crypto/x509"
	"encoding/hex"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"signalbox/backend/field"
	"signalbox/backend/live"
)

// Normalize validates a feed's settings and secrets, and rewrites them in their
// canonical form. It returns an Error with the first field that is wrong. A nil
// s means that the secrets are not known; then none counts as missing.
func Normalize(f *live.Feed, s *live.Secrets) error {
	f.Kind = live.FeedSource
	f.URL = strings.TrimSpace(f.URL)
	if err := live.CheckURL(f.URL); err != nil {
		return err
	}
	f.Method = strings.ToUpper(strings.TrimSpace(f.Method))
	if f.Method == "" {
		f.Method = http.MethodGet
	}
	if f.Method != http.MethodGet && f.Method != http.MethodPost {
		return wrong("method", "bad_method/unknown", "A feed is opened with GET or POST, not with {method}.", "method", f.Method)
	}
	if f.Body != "" && f.Method != http.MethodPost {
		return wrong("method", "bad_method/body", "Only POST sends a body.").WithHint("Choose POST, or empty the body.")
	}
	if err := normalizeHeaders(f, s); err != nil {
		return err
	}
	if err := normalizeSignIn(f, s); err != nil {
		return err
	}
	if f.CA = strings.TrimSpace(f.CA); f.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(f.CA)) {
		return wrong("ca", "bad_ca", "The certificate authorities contain no certificate that can be read.").
			WithHint("Paste them as PEM: they begin with -----BEGIN CERTIFICATE-----.")
	}
	f.Certificate = strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(f.Certificate))
	if sum, err := hex.DecodeString(f.Certificate); err != nil || len(sum) != 0 && len(sum) != 32 {
		return wrong("certificate", "bad_certificate", "The SHA-256 of a certificate has 64 hexadecimal digits.")
	}
	if f.MaxRate < 0 || f.MaxRate > MaxRate {
		return wrong("max_rate", "bad_max_rate", "The limit is 1 to {max} messages a second, or 0 for none.", "max", MaxRate)
	}
	if f.TimePath = strings.TrimSpace(f.TimePath); f.TimePath != "" {
		if _, ok := field.Parse(f.TimePath); !ok {
			return wrong("time_path", "bad_time_path", "This is not the path of a field.").WithHint("Write it as in $.meta.sent_at.")
		}
	}
	return normalizeProxy(f)
}

// MaxRate is the highest rate limit of a feed, in messages a second. No machine
// receives that many.
const MaxRate = 1_000_000

// reserved are the headers that Signalbox sets itself, and those of the HTTP
// connection.
var reserved = []string{"Accept", "Accept-Encoding", "Cache-Control", "Last-Event-Id", "Host", "Connection",
	"Content-Length", "Transfer-Encoding", "Te", "Trailer", "Upgrade", "Proxy-Connection", "Keep-Alive"}

func normalizeHeaders(f *live.Feed, s *live.Secrets) error {
	seen := make(map[string]bool)
	known := s != nil
	if !known {
		s = new(live.Secrets)
	}
	f.Headers = slices.Clone(f.Headers)
	for i := range f.Headers {
		h := &f.Headers[i]
		h.Name = strings.TrimSpace(h.Name)
		h.Value = strings.TrimSpace(h.Value)
		key := textproto.CanonicalMIMEHeaderKey(h.Name)
		value := h.Value
		if h.Secret {
			if s.Headers[h.Name] == "" && h.Value != "" {
				// The user entered it in the field for plain values.
				if s.Headers == nil {
					s.Headers = make(map[string]string)
				}
				s.Headers[h.Name] = h.Value
			}
			h.Value, value = "", s.Headers[h.Name]
		}
		switch {
		case !httpguts.ValidHeaderFieldName(h.Name):
			return wrong("headers", "bad_headers/name", `"{name}" is not the name of a header.`, "name", h.Name).
				WithHint("A name has letters, digits and hyphens, as in X-Api-Key.")
		case slices.Contains(reserved, key):
			return wrong("headers", "bad_headers/reserved", "The header {name} is set by Signalbox itself.", "name", h.Name)
		case key == "Authorization" && f.Auth != "":
			return wrong("headers", "bad_headers/authorization", "Authorization is both in the headers and in the sign-in.").WithHint("Remove one of the two.")
		case seen[key]:
			return wrong("headers", "bad_headers/twice", "The header {name} occurs twice.", "name", h.Name)
		case !httpguts.ValidHeaderFieldValue(value):
			return wrong("headers", "bad_headers/value", "The value of the header {name} contains a line break or a control character.", "name", h.Name)
		case h.Secret && value == "" && known:
			return wrong("headers", "bad_headers/secret", "The secret header {name} has no value.", "name", h.Name)
		}
		seen[key] = true
	}
	return nil
}

func normalizeSignIn(f *live.Feed, s *live.Secrets) error {
	switch f.Auth {
	case "":
	case "bearer":
		if s == nil {
			break
		}
		s.Token = strings.TrimSpace(s.Token)
		if s.Token == "" {
			return wrong("token", "bad_token/missing", "The token is missing.")
		}
		if !httpguts.ValidHeaderFieldValue(s.Token) {
			return wrong("token", "bad_token/character", "The token contains a line break or a control character.")
		}
	case "basic":
		if f.User == "" && s != nil && s.Password == "" {
			return wrong("user", "bad_user/missing", "The user name is missing.")
		}
		if strings.ContainsRune(f.User, ':') {
			return wrong("user", "bad_user/colon", "The user name contains a colon, which basic sign-in does not allow.")
		}
	default:
		return wrong("auth", "bad_auth", `"{auth}" is not a way to sign in.`, "auth", f.Auth).WithHint(`Use "bearer", "basic", or nothing.`)
	}
	return nil
}

func normalizeProxy(f *live.Feed) error {
	f.Proxy = strings.TrimSpace(f.Proxy)
	if f.Proxy == "" || f.Proxy == "direct" {
		return nil
	}
	u, err := url.Parse(f.Proxy)
	switch {
	case err != nil || u.Host == "" || !live.ValidPort(u.Port()) || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return wrong("proxy", "bad_proxy/address", "The address of the proxy cannot be used.").
			WithHint(`Write it as in http://proxy.example:3128 or socks5://127.0.0.1:1080, or "direct" for none.`)
	case u.User != nil:
		return wrong("proxy", "bad_proxy/password", "The address of the proxy contains a name or a password, which would be shown.").
			WithHint("Set HTTPS_PROXY in the environment instead.")
	}
	return nil
}

func wrong(field, code, format string, args ...any) *live.Error {
	return live.Errorf(code, format, args...).WithField(field)
}
