package secrets

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"signalbox/backend/live"
)

// Origin returns the scheme, host and port of an address in their canonical form.
// Secrets belong to an origin.
func Origin(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	scheme := strings.ToLower(u.Scheme)
	if port != "" && !(scheme == "http" && port == "80") && !(scheme == "https" && port == "443") {
		host += ":" + port
	}
	return scheme + "://" + host
}

// Needed reports whether a feed's request contains secrets.
func Needed(f *live.Feed) bool { return len(Used(f)) > 0 }

// Used lists the secrets that a feed's settings name: "token", "password", and
// the names of secret headers.
func Used(f *live.Feed) []string {
	var names []string
	switch f.Auth {
	case "bearer":
		names = append(names, "token")
	case "basic":
		names = append(names, "password")
	}
	for _, h := range f.Headers {
		if h.Secret {
			names = append(names, h.Name)
		}
	}
	return names
}

// Names lists the secrets of a feed, sorted. If s is nil, they are not known, and
// Names lists the secrets that the settings name.
func Names(f *live.Feed, s *live.Secrets) []string {
	if s == nil {
		return slices.Sorted(slices.Values(Used(f)))
	}
	var names []string
	if s.Token != "" {
		names = append(names, "token")
	}
	if s.Password != "" {
		names = append(names, "password")
	}
	for name := range s.Headers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Missing returns the setting of the first secret that a feed needs and does not
// have, or "". A password may be empty.
func Missing(f *live.Feed, s *live.Secrets) string {
	if f.Auth == "bearer" && s.Token == "" {
		return "token"
	}
	for _, h := range f.Headers {
		if h.Secret && s.Headers[h.Name] == "" {
			return "headers"
		}
	}
	return ""
}

// Extract returns the secrets entered with new settings. If the settings contain
// the plain value of a secret header, Extract moves the value to the secrets.
func Extract(f *live.Feed, entered *live.Secrets) live.Secrets {
	var s live.Secrets
	if entered != nil {
		s = *entered
		s.Headers = maps.Clone(entered.Headers)
	}
	headers := make([]live.Header, len(f.Headers))
	for i, h := range f.Headers {
		h.Name = strings.TrimSpace(h.Name)
		if value := strings.TrimSpace(h.Value); h.Secret && value != "" {
			if s.Headers == nil {
				s.Headers = make(map[string]string)
			}
			s.Headers[h.Name] = cmp.Or(s.Headers[h.Name], value)
			h.Value = ""
		}
		headers[i] = h
	}
	f.Headers = headers
	return s
}

// Merge returns the secrets of a feed after an edit: for each secret that the feed
// uses, the entered value or else the old one. A form never receives a secret, so
// it cannot send back one that stays. Secrets that are no longer used are
// dropped.
func Merge(f *live.Feed, entered, old *live.Secrets) live.Secrets {
	var s live.Secrets
	switch f.Auth {
	case "bearer":
		s.Token = cmp.Or(entered.Token, old.Token)
	case "basic":
		s.Password = cmp.Or(entered.Password, old.Password)
	}
	for _, h := range f.Headers {
		value := cmp.Or(entered.Headers[h.Name], old.Headers[h.Name])
		if !h.Secret || value == "" {
			continue
		}
		if s.Headers == nil {
			s.Headers = make(map[string]string)
		}
		s.Headers[h.Name] = value
	}
	return s
}

// CheckOrigin returns an Error about the first stored secret that a feed needs but
// that was entered for another server, or nil. Without the check, anybody who can
// edit an address could make Signalbox send the secret to their own server.
func CheckOrigin(f *live.Feed, merged *live.Secrets, stored *Stored) error {
	to := Origin(f.URL)
	switch {
	case f.Auth == "bearer" && merged.Token == "" && stored.Token != "":
		return live.Errorf("bad_token/origin", "The stored token was entered for {origin} and is not sent to {to}.",
			"origin", stored.Origin, "to", to).WithField("token").WithHint(enterAgain)
	case f.Auth == "basic" && merged.Password == "" && stored.Password != "":
		return live.Errorf("bad_password/origin", "The stored password was entered for {origin} and is not sent to {to}.",
			"origin", stored.Origin, "to", to).WithField("password").WithHint(enterAgain)
	}
	for _, h := range f.Headers {
		if h.Secret && merged.Headers[h.Name] == "" && stored.Headers[h.Name] != "" {
			return live.Errorf("bad_headers/origin", "The stored value of the header {name} was entered for {origin} and is not sent to {to}.",
				"name", h.Name, "origin", stored.Origin, "to", to).WithField("headers").WithHint(enterAgain)
		}
	}
	return nil
}

const enterAgain = "Enter it again for the new address."
